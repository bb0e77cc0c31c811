"""A Service of a cluster, reached by port-forwards of our own to a pod behind it.

Where the API server's proxy may not be used, or has no route to pods, as some hosted control planes
have none, the node's kubelet leads to the port. A connection is a websocket of its own.
"""

import ssl
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager

import httpcore
import httpx

from clusterwright.tools.errors import UnreachableError
from clusterwright.tools.kubernetes.client.tunnels import Tunnels

_MOST_TUNNELS = 16
_MOST_IDLE = 4
_IDLE_SECONDS = 30.0
_REPEATED = frozenset({"GET", "HEAD"})
"""Where an idle tunnel turns out to be dead; all else gets a tunnel of its own."""
_ERRORS: tuple[tuple[type[Exception], type[httpx.TransportError]], ...] = (
    (httpcore.ConnectTimeout, httpx.ConnectTimeout),
    (httpcore.PoolTimeout, httpx.PoolTimeout),
    (httpcore.TimeoutException, httpx.ReadTimeout),
    (httpcore.ConnectError, httpx.ConnectError),
    (httpcore.WriteError, httpx.WriteError),
    (httpcore.NetworkError, httpx.ReadError),
    (httpcore.RemoteProtocolError, httpx.RemoteProtocolError),
    (httpcore.ProtocolError, httpx.LocalProtocolError),
    (httpcore.UnsupportedProtocol, httpx.UnsupportedProtocol),
)


class PortForward(httpx.AsyncBaseTransport):
    """What an HTTP client sends by, to reach a port of a Service; wants `pods/portforward`.

    The API server gets the user's credential, and nothing of it goes into the tunnel. Of several
    pods the first by name is asked, each time, as long as it is ready: replicas differ a little.
    """

    def __init__(self, tunnels: Tunnels) -> None:
        """Take how tunnels to the Service's port are opened; none is yet."""
        self._tunnels = tunnels
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=_unverified(),
            max_connections=_MOST_TUNNELS,
            max_keepalive_connections=_MOST_IDLE,
            keepalive_expiry=_IDLE_SECONDS,
            network_backend=tunnels,
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; the answer is not read yet.

        Raises a ToolError where no tunnel can be had, an httpx.TransportError for what goes wrong
        inside one.
        """
        again = request.method in _REPEATED
        if not again:
            self._tunnels.distrust()
        await request.aread()
        opened = _Opened()
        try:
            return await self._sent(request, opened)
        except (httpx.NetworkError, httpx.RemoteProtocolError, UnreachableError):
            if opened.fresh or not again:
                raise
        self._tunnels.distrust()  # the pod of a tunnel that was idle may be gone
        return await self._sent(request, _Opened())

    async def _sent(self, request: httpx.Request, opened: "_Opened") -> httpx.Response:
        sent = httpcore.Request(
            method=request.method,
            url=httpcore.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=request.url.raw_path,
            ),
            headers=request.headers.raw,
            content=request.content,
            extensions={**request.extensions, "trace": opened},
        )
        with _translated():
            got = await self._pool.handle_async_request(sent)
        return httpx.Response(got.status, headers=got.headers, stream=_Body(got))

    async def try_out(self) -> None:
        """Open a tunnel and close it; raise a ToolError where none can be had."""
        await (await self._tunnels.open()).aclose()

    async def aclose(self) -> None:
        """Close the tunnels; new ones may be opened."""
        await self._pool.aclose()


class _Opened:
    """Notes whether a request had a tunnel opened for it, rather than an idle one."""

    fresh = False

    async def __call__(self, event: str, _: object) -> None:
        """Take an event of httpcore's trace."""
        self.fresh = self.fresh or event == "connection.connect_tcp.started"


class _Body(httpx.AsyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _translated():
            async for chunk in self._response.aiter_stream():
                yield chunk

    async def aclose(self) -> None:
        with _translated():
            await self._response.aclose()


@contextmanager
def _translated() -> Generator[None]:
    """Turn what httpcore raises into what the callers of an httpx transport expect."""
    try:
        yield
    except tuple(theirs for theirs, _ in _ERRORS) as error:
        kind = next(ours for theirs, ours in _ERRORS if isinstance(error, theirs))
        raise kind(str(error)) from error


def _unverified() -> ssl.SSLContext:
    """Return TLS that takes any certificate, as the API server's proxy to a Service does.

    The tunnel ends inside the pod, so that nobody stands between whom a certificate would unmask,
    and those of programs in clusters are seldom of an authority that is known here. Nothing secret
    goes through it.
    """
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
