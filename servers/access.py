"""Who may connect over HTTP: with which token, and under which names of the server."""

import hmac
from dataclasses import dataclass, field

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from clusterwright.servers.address import Address
from clusterwright.tools.errors import InvalidInputError, RefusedError

LOCAL_NAMES = ("localhost", "127.0.0.1", "[::1]")
_SHORTEST_TOKEN = 16


@dataclass(frozen=True, slots=True)
class Access:
    """The bearer token that every request must carry, and names beside those of the address."""

    token: str | None = field(default=None, repr=False)
    names: tuple[str, ...] = ()

    def check(self, address: Address) -> None:
        """Raise RefusedError if the server would be open to others, or have no name at all."""
        if self.token is not None and len(self.token) < _SHORTEST_TOKEN:
            raise InvalidInputError(
                f"the token has {len(self.token)} characters",
                hint=f"take {_SHORTEST_TOKEN} or more, as those of `openssl rand -hex 32`",
            )
        if self.token is None and not address.host.is_loopback:
            raise RefusedError(
                f"other machines reach {address}, and no token is asked for",
                hint="give --token-file FILE, or listen on 127.0.0.1",
            )
        if address.host.is_unspecified and not self.names:
            raise RefusedError(
                f"{address} is every address of this machine, and none of its names is known",
                hint="give --allowed-host NAME for each name by which clients reach this server",
            )


class RequireToken:
    """An application behind a bearer token, except for one path that anybody may ask."""

    def __init__(self, app: ASGIApp, token: str, *, free: str) -> None:
        """Guard `app`; `free` is the path that needs no token."""
        self._app = app
        self._token = token.encode()
        self._free = free

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what carries the token, and whatever is no request; refuse the rest."""
        if scope["type"] != "http" or scope["path"] == self._free or self._carried_by(scope):
            await self._app(scope, receive, send)
            return
        refusal = JSONResponse(
            {"error": "this server asks for a token: send `Authorization: Bearer TOKEN`"},
            status_code=401,
            headers={"WWW-Authenticate": "Bearer"},
        )
        await refusal(scope, receive, send)

    def _carried_by(self, scope: Scope) -> bool:
        scheme, _, token = Headers(scope=scope).get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and hmac.compare_digest(
            token.strip().encode("latin-1"), self._token
        )
