"""How a program that was found is reached: by the API server's proxy, else by a port-forward."""

from dataclasses import replace

import httpx

from clusterwright.tools.errors import (
    ForbiddenError,
    NotFoundError,
    NotServedError,
    ToolError,
    UnreachableError,
)
from clusterwright.tools.kubernetes.client.connection import Connection
from clusterwright.tools.prometheus.client.prefix import find_prefix
from clusterwright.tools.prometheus.client.translate import NoRouteError, ProxyForbiddenError
from clusterwright.tools.prometheus.client.unanswered import LateError
from clusterwright.tools.prometheus.discovery import Found
from clusterwright.tools.prometheus.endpoint import Endpoint


async def open_service(
    connection: Connection, found: Found, what: str, asked: str
) -> tuple[Endpoint, httpx.AsyncBaseTransport]:
    """Return where a Service is reached and how, with the prefix of its paths.

    Raises what it answers to `asked` if that is no success; ForbiddenError that names both rights
    of which one would do.
    """
    endpoint = Endpoint(
        found.name,
        f"{found.scheme}://{found.service}.{found.namespace}.svc:{found.port}{found.prefix}",
        what=what,
        service=f"Service/{found.name}",
    )
    proxy = connection.service(found.namespace, f"{found.scheme}:{found.service}:{found.port}")
    try:
        return await _with_prefix(endpoint, proxy, asked), proxy
    except (ProxyForbiddenError, NoRouteError, LateError) as error:
        refused = error
    tunnels = connection.forwarded(found.namespace, found.service, found.port)
    try:
        await tunnels.try_out()
    except ForbiddenError as error:
        raise _neither(found, refused, error) from error
    except (NotFoundError, UnreachableError) as error:
        raise UnreachableError(
            f"{refused}; nor does a port-forward of our own lead there: {error}",
            hint=f"{error.hint}; or else: {refused.hint}",
        ) from error
    return await _with_prefix(replace(endpoint, forwarded=True), tunnels, asked), tunnels


async def _with_prefix(
    endpoint: Endpoint, transport: httpx.AsyncBaseTransport, asked: str
) -> Endpoint:
    try:
        prefix = await find_prefix(endpoint, transport, asked)
    except NotServedError as error:  # it is there: that is not to have none
        raise UnreachableError(str(error), hint=error.hint) from error
    return replace(endpoint, url=endpoint.url + prefix)


def _neither(found: Found, refused: ToolError, error: ForbiddenError) -> ToolError:
    """Return the error for who may do neither, or may do what leads nowhere, and not the other."""
    words = f"{refused}; nor by a port-forward of our own: {error}"
    forward = "`get` and `create` on `pods/portforward`"
    if not isinstance(refused, ProxyForbiddenError):
        return UnreachableError(words, hint=f"{refused.hint}; or grant {forward}")
    return ForbiddenError(
        words,
        hint=f"grant `get services/proxy` in namespace {found.namespace!r}, or {forward} there with"
        " `list` on `services` and `endpointslices`; or configure a url in prometheus.yaml",
    )
