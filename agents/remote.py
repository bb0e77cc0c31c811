"""An MCP server at a URL, and what it takes to be let in."""

from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx2
from mcp.client._transport import TransportStreams
from mcp.client.streamable_http import streamable_http_client

from clusterwright.agents.sign_in import SignIn
from clusterwright.tools.errors import RefusedError

_TIMEOUT = httpx2.Timeout(30.0, read=300.0)  # a stream is silent while its server works
_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Remote:
    """A streamable HTTP server: with a token, or with a sign-in when it asks for one."""

    url: str
    token: str | None = field(default=None, repr=False)
    sign_in: SignIn | None = None

    def __post_init__(self) -> None:
        """Raise RefusedError for a token that would travel in the clear."""
        parts = urlsplit(self.url)
        if self.token and parts.scheme != "https" and parts.hostname not in _THIS_MACHINE:
            raise RefusedError(
                f"a token for {self.url} would cross the network unencrypted",
                hint="use https, or a tunnel that ends on localhost",
            )

    @asynccontextmanager
    async def connect(self, on_wait: Callable[[], None]) -> AsyncGenerator[TransportStreams]:
        """Yield the streams of a connection; `on_wait` is called before a person is asked."""
        async with AsyncExitStack() as stack:
            auth: httpx2.Auth | None = None
            if self.token is not None:
                auth = _Bearer(self.token)
            elif self.sign_in is not None:
                auth = stack.enter_context(self.sign_in.at(self.url, on_wait))
            http = await stack.enter_async_context(httpx2.AsyncClient(auth=auth, timeout=_TIMEOUT))
            yield await stack.enter_async_context(
                streamable_http_client(self.url, http_client=http)
            )


class _Bearer(httpx2.Auth):
    """A token that is what it is."""

    def __init__(self, token: str) -> None:
        self._header = f"Bearer {token}"

    def auth_flow(
        self, request: httpx2.Request
    ) -> Generator[httpx2.Request, httpx2.Response, None]:
        request.headers["Authorization"] = self._header
        yield request
