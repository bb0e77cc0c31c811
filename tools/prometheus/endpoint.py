"""Where a backend or an Alertmanager is and who asks it: from configuration, or found in a cluster.

Never from a caller: an agent that may name a URL may be made to send a credential there.
"""

import base64
import os
from dataclasses import dataclass, field
from pathlib import Path

from clusterwright.tools.errors import UnauthenticatedError


@dataclass(frozen=True, slots=True)
class Credential:
    """Where the credential of an endpoint is; it is read for each request, since it may rotate."""

    bearer_token_env: str = ""
    bearer_token_file: Path | None = None
    username_env: str = ""
    password_env: str = ""

    def __bool__(self) -> bool:
        """Return whether there is one at all."""
        return self != Credential()

    def authorization(self) -> str:
        """Return the header Authorization; empty without a credential.

        Raises UnauthenticatedError that names the variable or the file that holds nothing.
        """
        if self.bearer_token_file:
            return f"Bearer {_from_file(self.bearer_token_file)}"
        if self.bearer_token_env:
            name = self.bearer_token_env
            return f"Bearer {_token(_from_variable(name), f'the environment variable {name!r}')}"
        if self.username_env:
            pair = f"{_from_variable(self.username_env)}:{_from_variable(self.password_env)}"
            return f"Basic {base64.b64encode(pair.encode()).decode()}"
        return ""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One HTTP endpoint."""

    name: str
    """As a caller selects it: `main`, or `monitoring/prometheus-operated`."""
    url: str
    """Of http or https, with its path prefix, without a slash at the end."""
    credential: Credential = field(default_factory=Credential)
    tenant: str = ""
    """Of X-Scope-OrgID, as Mimir and Cortex want it."""
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    what: str = "backend"
    """`backend` or `Alertmanager`, for errors."""
    service: str = ""
    """The Service that it was found as, `Service/monitoring/prometheus`; empty if configured."""
    forwarded: bool = False
    """Whether a port-forward of our own leads to it, and not the API server's proxy."""

    def __str__(self) -> str:
        """Return it as errors name it."""
        return f"{self.what} {self.name!r}"

    @property
    def told_in(self) -> str:
        """What to check, for errors: where its address and credential come from."""
        if self.service:
            return f"{self.service}, or configure it in prometheus.yaml"
        return "its url and credential in prometheus.yaml"


def _from_variable(name: str) -> str:
    found = os.environ.get(name, "").strip()
    if not found:
        raise UnauthenticatedError(
            f"the environment variable {name!r}, which holds a credential, is not set",
            hint="set it in the environment of the server",
        )
    return found


def _from_file(path: Path) -> str:
    try:
        found = path.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UnauthenticatedError(
            f"the token file {str(path)!r} cannot be read: {error}",
            hint="check bearer_token_file in prometheus.yaml",
        ) from error
    return _token(found, f"the token file {str(path)!r}")


def _token(found: str, where: str) -> str:
    """Return what a header may hold; of all else the error of the client would quote the secret."""
    if not found or not found.isascii() or not found.isprintable():
        raise UnauthenticatedError(f"{where} holds no token", hint="write the token into it, alone")
    return found
