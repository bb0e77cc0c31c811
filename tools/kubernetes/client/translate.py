"""Foreign errors become ours, once, here: httpx exceptions and the API server's Status objects."""

import re
import ssl

import httpx

from clusterwright.tools.errors import (
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    ToolError,
    UnauthenticatedError,
    UnreachableError,
)
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.manifest import Manifest, text
from clusterwright.tools.quotation import quoted

NO_API_SERVER = "check that this context points to an API server, not to a proxy or a login page"
_LONGEST = 500
_GONE = 410
_REDIRECTS = range(300, 400)
_BY_STATUS: dict[int, tuple[type[ToolError], str]] = {
    400: (InvalidInputError, "check the arguments"),
    401: (UnauthenticatedError, "the credential expired or was refused; log in again"),
    403: (ForbiddenError, "ask for this permission, or use a context that has it"),
    404: (NotFoundError, "list the kind to see what there is"),
    409: (ConflictError, "read the object again"),
    410: (ConflictError, "start the listing again"),
    422: (InvalidInputError, "check the arguments"),
    429: (UnreachableError, "the API server is overloaded; try again later"),
}
_TLS = re.compile(r"certificate|SSL|TLS", re.IGNORECASE)
_EXPIRED = re.compile(r"certificate (has )?expired", re.IGNORECASE)


class ExpiredListError(ConflictError):
    """A listing's continue token is too old: it has to start again (HTTP 410)."""


def from_status(code: int, body: Manifest, cluster: str) -> ToolError:
    """Return the error for an answer that is not a success."""
    words = one_line(text(body, "message"), _LONGEST)
    said = quoted(words) if words else f"the API server answered {code}"
    if code == _GONE:
        return ExpiredListError(said, hint="start the listing again")
    if code in _REDIRECTS:
        return UnreachableError(f"{said}, a redirect, which is not followed", hint=NO_API_SERVER)
    kind, hint = _BY_STATUS.get(
        code, (UnreachableError, f"the API server of {cluster!r} is not well; try again later")
    )
    if kind is UnauthenticatedError:
        said = f"cluster {cluster!r} refused the credential: {said}"
    return kind(said, hint=hint)


def from_httpx(error: httpx.HTTPError | ssl.SSLError, cluster: str, host: str) -> ToolError:
    """Return the error for a request that got no whole answer."""
    said = one_line(str(error), _LONGEST) or type(error).__name__
    if isinstance(error, httpx.TimeoutException):
        return UnreachableError(
            f"cluster {cluster!r} did not answer in time at {host}",
            hint="check the network, or try again later",
        )
    if _EXPIRED.search(said):
        return UnauthenticatedError(
            f"a certificate of cluster {cluster!r} has expired: {said}",
            hint="renew the client certificate of this context, or that of the API server",
        )
    if _TLS.search(said):
        return UnauthenticatedError(
            f"no trusted connection to cluster {cluster!r} at {host}: {said}",
            hint="check certificate-authority and the client certificate of this context",
        )
    return UnreachableError(
        f"cluster {cluster!r} cannot be reached at {host}: {said}",
        hint="check that the API server runs and that this context points to it",
    )


def from_selectors(error: InvalidInputError, labels: str, fields: str) -> InvalidInputError:
    """Return what a list is refused for, with the selectors that were asked for."""
    asked = " and ".join(
        f"{name} {value[:200]!r}"
        for name, value in (("labels", labels), ("fields", fields))
        if value
    )
    if not asked:
        return error
    return InvalidInputError(
        f"{asked}: {error}",
        hint="labels are as in app=cart,tier!=db,gpu in (a,b);"
        " fields as in metadata.name=x, which every kind has, or spec.nodeName=x of pods",
    )
