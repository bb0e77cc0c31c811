"""The authorization of requests: tokens as kept, refreshed, or got by signing in (OAuth 2.1).

The SDK does the protocol: metadata of server and issuer, registration, PKCE, audience and issuer
checks, step-up. Here is what it leaves to a program: a browser, a page to come back to, and a
place to keep tokens.
"""

from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
from mcp.client.auth import OAuthClientProvider
from mcp.shared.auth import OAuthClientMetadata
from pydantic import AnyUrl

from clusterwright.agents.sign_in.callback import Callback
from clusterwright.agents.sign_in.tokens import KeptTokens

Browse = Callable[[str], Awaitable[None]]
"""Shows a person the page where to sign in; raises UnauthenticatedError where there is nobody."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """How to sign in at a server that asks for it."""

    browse: Browse
    folder: Path | None = None
    """Where tokens are kept; default: the user's state files."""
    client_metadata_url: str | None = None
    """A document that describes this client, for issuers that take one in place of registering."""

    @contextmanager
    def at(self, server_url: str, on_wait: Callable[[], None]) -> Generator[httpx2.Auth]:
        """Yield what authorizes requests to a server, to whose URL its tokens are bound.

        `on_wait` is called when a person is about to be asked, who needs more time than a server.
        """
        tokens = KeptTokens(server_url, self.folder)
        with Callback(tokens.port()) as callback:
            metadata = OAuthClientMetadata(
                client_name="Clusterwright",
                redirect_uris=[AnyUrl(callback.url)],
                grant_types=["authorization_code", "refresh_token"],
                response_types=["code"],
            )

            async def ask(page: str) -> None:
                on_wait()
                await self.browse(page)

            yield OAuthClientProvider(
                server_url,
                metadata,
                tokens,
                redirect_handler=ask,
                callback_handler=callback.wait,
                client_metadata_url=self.client_metadata_url,
            )
