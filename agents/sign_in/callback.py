"""Where a browser ends up after a sign-in: one page on a loopback port (RFC 8252, section 7.3)."""

import re
import socket
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs

import anyio
from anyio.abc import SocketListener, SocketStream
from mcp.shared.auth import AuthorizationCodeResult

from clusterwright.tools.errors import UnauthenticatedError
from clusterwright.tools.excerpt import one_line

_PATH = "/callback"
_LONGEST_REQUEST = 16_384
_SECONDS = 300.0
"""What a person gets to sign in."""
_PAGE = b"Signed in. You may close this window and go back to the terminal.\n"
_ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n"
    b"Content-Length: %d\r\n\r\n%s" % (len(_PAGE), _PAGE)
)
_NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class Callback:
    """A socket that listens from its making, so that the redirect can name its port."""

    def __init__(self, port: int) -> None:
        """Listen on `port`, or on any other if that is taken."""
        try:
            self._socket = socket.create_server(("127.0.0.1", port))
        except OSError:
            self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.setblocking(False)

    def __enter__(self) -> Self:
        """Return itself, which listens until the block ends."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Listen no more."""
        self._socket.close()

    @property
    def url(self) -> str:
        """The redirect URI."""
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}{_PATH}"

    async def wait(self) -> AuthorizationCodeResult:
        """Return what the first redirect carries; raise UnauthenticatedError if none comes."""
        arrived: list[dict[str, str]] = []
        listener = await SocketListener.from_socket(self._socket.dup())  # a step-up asks again
        async with listener, anyio.create_task_group() as tasks:

            async def serve(stream: SocketStream) -> None:
                async with stream:
                    asked = await _query(stream)
                    await stream.send(_NOT_FOUND if asked is None else _ANSWER)
                if asked is not None:
                    arrived.append(asked)
                    tasks.cancel_scope.cancel()

            with anyio.move_on_after(_SECONDS):
                await listener.serve(serve)
            tasks.cancel_scope.cancel()
        return _result(arrived)


async def _query(stream: SocketStream) -> dict[str, str] | None:
    """Return the parameters of a request for our page, or None for any other."""
    received = b""
    while b"\r\n\r\n" not in received and len(received) < _LONGEST_REQUEST:
        try:
            received += await stream.receive()
        except (anyio.EndOfStream, anyio.BrokenResourceError):
            break
    line = re.match(rb"GET /callback\?(\S+) HTTP/", received)
    if line is None:
        return None
    return {key: values[0] for key, values in parse_qs(line[1].decode("latin-1")).items()}


def _result(arrived: list[dict[str, str]]) -> AuthorizationCodeResult:
    if not arrived:
        raise UnauthenticatedError(
            f"nobody signed in within {_SECONDS:.0f} s", hint="run the command again"
        )
    (asked,) = arrived[:1]
    if "code" not in asked:
        reason = asked.get("error_description") or asked.get("error") or "no code was sent"
        raise UnauthenticatedError(f"the sign-in was refused: {one_line(reason)}")
    return AuthorizationCodeResult(
        code=asked["code"], state=asked.get("state"), iss=asked.get("iss")
    )
