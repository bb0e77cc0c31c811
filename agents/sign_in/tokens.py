"""Tokens and client registrations that outlive a command, one file for each server.

Only the user can read them. A file that cannot be understood counts as absent, so that the worst
of it is another sign-in.
"""

import hashlib
import os
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from mcp.shared.auth import OAuthClientInformationFull, OAuthToken
from platformdirs import user_state_path
from pydantic import BaseModel, ValidationError

_DIGITS = 16


class _Kept(BaseModel):
    tokens: OAuthToken | None = None
    client: OAuthClientInformationFull | None = None


class KeptTokens:
    """What the SDK stores for one server: a `TokenStorage` in a file of mode 0600."""

    def __init__(self, server_url: str, folder: Path | None = None) -> None:
        """Keep in `folder`, by default among the state files of the user's programs."""
        host = urlsplit(server_url).hostname or "server"
        digest = hashlib.sha256(server_url.encode()).hexdigest()[:_DIGITS]
        shelf = folder or user_state_path("clusterwright") / "sign-ins"
        self._path = shelf / f"{host}-{digest}.json"

    async def get_tokens(self) -> OAuthToken | None:
        """Return the tokens of the last sign-in."""
        return self._read().tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        """Keep the tokens of a sign-in."""
        self._write(self._read().model_copy(update={"tokens": tokens}))

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        """Return what the authorization server knows this program as."""
        return self._read().client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        """Keep a registration."""
        self._write(self._read().model_copy(update={"client": client_info}))

    def port(self) -> int:
        """Return the port of the registered redirect, or 0 if there is none."""
        client = self._read().client
        uris = (client.redirect_uris if client else None) or []
        return next((uri.port for uri in uris if uri.port), 0)

    def _read(self) -> _Kept:
        try:
            return _Kept.model_validate_json(self._path.read_bytes())
        except (OSError, ValidationError):
            return _Kept()

    def _write(self, kept: _Kept) -> None:
        """Replace the file in one step; a temporary file has mode 0600 from its beginning."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, name = tempfile.mkstemp(dir=self._path.parent)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(kept.model_dump_json(exclude_none=True))
        Path(name).replace(self._path)
