"""Opens tunnels to the pods behind a Service, for a pool of HTTP connections."""

import ssl
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from typing import Protocol

import anyio
import httpcore
from anyio.abc import ByteStream
from anyio.streams.tls import TLSStream

from clusterwright.tools.errors import InvalidInputError, NotFoundError, UnreachableError
from clusterwright.tools.kubernetes.client.behind import Listening, listening
from clusterwright.tools.kubernetes.client.channels import PROTOCOL
from clusterwright.tools.kubernetes.client.http import Http
from clusterwright.tools.kubernetes.client.resource import Resource
from clusterwright.tools.kubernetes.client.tunnel import Tunnel
from clusterwright.tools.manifest import Manifest

_OPEN_SECONDS = 12.0
"""To find a pod and to be led to it: three requests, if it is the first."""
_POD_SECONDS = 5.0
"""For one of them: of a node that is gone, the API server waits longer for an answer."""
_TLS_SECONDS = 5.0
_MOST_PODS = 3
"""That are tried, where a node does not answer."""
_POD = Resource("Pod", "", "v1", "pods", namespaced=True)


class Objects(Protocol):
    """What finds the pods: the connection to the cluster."""

    async def resource(self, kind: str) -> Resource: ...  # noqa: D102 - as the connection's
    async def list(  # noqa: D102 - as the connection's
        self,
        resource: Resource,
        namespace: str | None = None,
        *,
        label_selector: str = "",
        field_selector: str = "",
    ) -> list[Manifest]: ...


class Tunnels(httpcore.AsyncNetworkBackend):
    """Opens tunnels, whatever address it is asked to connect to."""

    def __init__(
        self, objects: Objects, http: Http, namespace: str, service: str, port: int
    ) -> None:
        """Take the cluster and a Service's port; nothing is read yet."""
        self._objects, self._http = objects, http
        self._namespace, self._service, self._port = namespace, service, port
        self.generation = 0
        """Of the tunnels that are trusted to lead somewhere still."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the interface has it; ours is longer
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Open a tunnel, whatever the address."""
        del host, port, timeout, local_address, socket_options
        return await self.open()

    async def open(self) -> "_Stream":
        """Open a tunnel to the first pod that can be reached.

        Raises ForbiddenError for who may not, NotFoundError and UnreachableError.
        """
        try:
            with anyio.fail_after(_OPEN_SECONDS):
                return await self._first()
        except TimeoutError as error:
            raise UnreachableError(
                f"no port-forward to Service/{self._namespace}/{self._service} was there within"
                f" {_OPEN_SECONDS:.0f} s",
                hint="its node or the API server is overloaded; try again later",
            ) from error

    def distrust(self) -> None:
        """Have no idle tunnel used again; those in use stay as they are."""
        self.generation += 1

    async def sleep(self, seconds: float) -> None:
        """Wait, as the interface wants it."""
        await anyio.sleep(seconds)

    async def _first(self) -> "_Stream":
        places = await self._places()
        for one in places[:-1]:
            try:
                return await self._opened(one)
            except UnreachableError:
                continue  # its node may be down; if it is not only that, the last one tells
        return await self._opened(places[-1])

    async def _places(self) -> list[Listening]:
        """Return up to so many pods as are tried, at least one."""
        one, labels = self._service, f"kubernetes.io/service-name={self._service}"
        kind = await self._objects.resource("Service")
        services = await self._objects.list(
            kind, self._namespace, field_selector=f"metadata.name={one}"
        )
        kind = await self._objects.resource("EndpointSlice")
        slices = await self._objects.list(kind, self._namespace, label_selector=labels)
        return listening(f"{self._namespace}/{one}", services, slices, self._port)[:_MOST_PODS]

    async def _opened(self, place: Listening) -> "_Stream":
        pod = place.pod
        hint = "see whether it is ready and its node answers (k8s_describe)"
        try:
            path = _POD.path(pod.namespace, pod.name) + "/portforward"
            with anyio.fail_after(_POD_SECONDS):
                switched = await self._http.switch(path, {"ports": place.port}, PROTOCOL)
        except (InvalidInputError, NotFoundError, UnreachableError) as error:
            # Whatever it is, it is not the caller's argument.
            raise UnreachableError(f"no port-forward leads to {pod}: {error}", hint=hint) from error
        except TimeoutError as error:
            late = (
                f"no port-forward leads to {pod}: its node did not answer in {_POD_SECONDS:.0f} s"
            )
            raise UnreachableError(late, hint=hint) from error
        tunnel = Tunnel(switched, pod, place.port)
        return _Stream(tunnel, tunnel, self)


class _Stream(httpcore.AsyncNetworkStream):
    """A tunnel, or TLS inside it, as httpcore takes it."""

    def __init__(self, stream: ByteStream, tunnel: Tunnel, tunnels: Tunnels) -> None:
        self._stream, self._tunnel, self._tunnels = stream, tunnel, tunnels
        self._generation = tunnels.generation

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        try:
            with _in_time(timeout, httpcore.ReadTimeout):
                return await self._stream.receive(max_bytes)
        except anyio.EndOfStream:
            return b""
        except (anyio.BrokenResourceError, ssl.SSLError) as error:
            raise httpcore.ReadError(str(error)) from error

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        if not buffer:
            return
        try:
            with _in_time(timeout, httpcore.WriteTimeout):
                await self._stream.send(buffer)
        except (anyio.BrokenResourceError, ssl.SSLError) as error:
            raise httpcore.WriteError(str(error)) from error

    async def aclose(self) -> None:
        await self._tunnel.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - as of connect_tcp
    ) -> httpcore.AsyncNetworkStream:
        del timeout
        done = False
        try:
            with _in_time(_TLS_SECONDS, httpcore.ConnectTimeout):
                inside = await TLSStream.wrap(
                    self._tunnel,
                    server_side=False,
                    hostname=server_hostname,
                    ssl_context=ssl_context,
                    standard_compatible=False,
                )
            done = True
        except (anyio.EndOfStream, anyio.BrokenResourceError) as error:
            raise httpcore.ConnectError("it hung up at the TLS handshake") from error
        except ssl.SSLError as error:
            raise httpcore.ConnectError(str(error)) from error
        finally:
            if not done:  # nobody else knows of it
                await self._tunnel.aclose()
        return _Stream(inside, self._tunnel, self._tunnels)

    def get_extra_info(self, info: str) -> object:
        if info != "is_readable":
            return None
        # What is readable while it is idle has ended: such a connection is not used again.
        return self._generation != self._tunnels.generation or self._tunnel.is_readable


@contextmanager
def _in_time(seconds: float | None, late: type[httpcore.TimeoutException]) -> Generator[None]:
    try:
        with anyio.fail_after(seconds):
            yield
    except TimeoutError as error:
        raise late("it took too long") from error
