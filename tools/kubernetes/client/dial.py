"""Make a connection: the heavy imports, off the event loop, on first use only."""

from functools import partial
from pathlib import Path

import httpx

from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.kubernetes.client.connection import Connection
from clusterwright.tools.kubernetes.client.credentials import Credentials, load
from clusterwright.tools.kubernetes.client.http import Http, Renew
from clusterwright.tools.kubernetes.client.login import within_time

_SERVERS = ("https", "http")
_PROXIES = ("http", "https", "socks5", "socks5h")
_LAST_PORT = 65_535


async def dial(kubeconfig: Path | None, context: str) -> Connection:
    """Return a connection to a context's cluster; nothing is sent yet.

    Raises InvalidInputError for an address or a proxy that no request can go to.
    """
    credentials = await within_time(partial(load, kubeconfig, context), context)
    return reach(credentials, partial(load, kubeconfig, credentials.cluster))


def reach(credentials: Credentials, renew: Renew) -> Connection:
    """Return a connection with credentials; raise InvalidInputError as `dial` does."""
    return Connection(credentials.cluster, _http(credentials, renew))


def _http(credentials: Credentials, renew: Renew) -> Http:
    try:
        _check(credentials.server, _SERVERS)
        if credentials.proxy:
            _check(credentials.proxy, _PROXIES)
        return Http(credentials, renew)
    except (ValueError, httpx.InvalidURL) as error:
        raise InvalidInputError(
            f"context {credentials.cluster!r} cannot be used: {error}",
            hint="its server is as in https://host:6443, its proxy-url as in http://host:3128",
        ) from error


def _check(address: str, schemes: tuple[str, ...]) -> None:
    """Raise ValueError for what httpx finds out only when it connects, or never."""
    url = httpx.URL(address)
    if url.scheme not in schemes or not url.host:
        raise ValueError(f"{address[:200]!r} is no address of {' or '.join(schemes)}")
    if url.port is not None and not 0 < url.port <= _LAST_PORT:
        raise ValueError(f"there is no port {url.port}")
