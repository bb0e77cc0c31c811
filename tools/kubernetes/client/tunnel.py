"""A stream of bytes to one port of one pod, inside a websocket to the API server."""

from contextlib import suppress

import anyio
import httpcore
import httpx
from anyio.abc import ByteStream

from clusterwright.tools.errors import UnreachableError
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.kubernetes.client.channels import Channels
from clusterwright.tools.quotation import quoted
from clusterwright.tools.redaction import redact_text
from clusterwright.tools.ref import Ref

_READ = 64 * 1024
_CLOSE_SECONDS = 1.0
_LONGEST = 500


class Tunnel(ByteStream):
    """What is sent into it arrives at a port of a pod, as by `kubectl port-forward`.

    One reader and one writer at a time.
    """

    def __init__(self, response: httpx.Response, pod: Ref, port: int) -> None:
        """Take a connection that was switched to websocket frames; it is closed with this."""
        self._response = response
        self._network: httpcore.AsyncNetworkStream = response.extensions["network_stream"]
        self._channels = Channels(port)
        self._where = f"port {port} of {pod}"
        self._left = b""
        self._closed = False

    @property
    def is_readable(self) -> bool:
        """Whether something came that nobody waits for, as the end."""
        return (
            self._closed
            or bool(self._left)
            or self._channels.ended
            or bool(self._network.get_extra_info("is_readable"))
        )

    async def receive(self, max_bytes: int = _READ) -> bytes:
        """Return what came from the port, at least a byte.

        Raises EndOfStream at its end; UnreachableError with what the node says is wrong.
        """
        while not self._left:
            if self._channels.error:
                raise self._refused()
            if self._channels.ended or self._closed:
                raise anyio.EndOfStream
            read = await self._network.read(_READ)
            if not read:
                raise anyio.EndOfStream
            self._left, answer = self._channels.received(read)
            if answer:
                await self._network.write(answer)
        found, self._left = self._left[:max_bytes], self._left[max_bytes:]
        return found

    async def send(self, item: bytes) -> None:
        """Send bytes to the port; raise BrokenResourceError where nobody takes them any more."""
        if self._channels.ended or self._closed:
            raise anyio.BrokenResourceError
        await self._network.write(self._channels.sent(item))

    async def send_eof(self) -> None:
        """Do nothing: a forwarded port cannot be told that no more is to come."""

    async def aclose(self) -> None:
        """Close the connection; it takes a second at most, also where it is cancelled."""
        if self._closed:
            return
        self._closed = True
        with anyio.move_on_after(_CLOSE_SECONDS, shield=True):
            with suppress(httpcore.NetworkError, httpcore.TimeoutException):  # it is gone already
                await self._network.write(self._channels.closed())
        with anyio.move_on_after(_CLOSE_SECONDS, shield=True):
            await self._response.aclose()

    def _refused(self) -> UnreachableError:
        words = quoted(one_line(redact_text(self._channels.error), _LONGEST))
        return UnreachableError(
            f"no port-forward leads to {self._where}: {words}",
            hint="see whether its container listens on that port, and on its node (k8s_describe)",
        )
