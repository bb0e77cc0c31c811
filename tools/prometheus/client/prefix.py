"""The prefix of all paths of a program that was found: its `--web.route-prefix` or external URL."""

import re
from urllib.parse import urlsplit

import httpx

from clusterwright.tools.errors import NotServedError
from clusterwright.tools.prometheus.client.http import Http
from clusterwright.tools.prometheus.client.translate import from_answer
from clusterwright.tools.prometheus.endpoint import Endpoint

_SECONDS = 10.0
_NOT_FOUND = 404
_PAGES = ("/graph", "/query", "/#/alerts", "/#", "/")
"""What the page at / leads to, below the prefix."""
_PROXY = "/proxy"
_NAMES = re.compile(r"(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*){1,10}")
"""Of a prefix: no `..`, nor what a proxy may read as one, leads out of the Service."""


async def find_prefix(endpoint: Endpoint, transport: httpx.AsyncBaseTransport, asked: str) -> str:
    """Return the prefix that is to follow an endpoint's URL; empty where `asked` is served at once.

    Raises what the endpoint answers instead, and NotServedError where it leads nowhere.
    """
    http = Http(endpoint, transport)
    try:
        answer = await http.send("GET", asked, seconds=_SECONDS)
        if answer.is_success:
            return ""
        error = from_answer(answer, endpoint)
        if answer.status != _NOT_FOUND or not isinstance(error, NotServedError):
            raise error
        # With a prefix, everything outside of it is 404, but / leads to it. It is read, and not
        # followed: only its path counts, below the same Service.
        page = await http.send("GET", "/", seconds=_SECONDS, follow=False)
        prefix = _prefix(page.headers.get("location", ""))
        if not prefix or not (await http.send("GET", prefix + asked, seconds=_SECONDS)).is_success:
            raise error
        return prefix
    finally:
        await http.aclose()


def _prefix(location: str) -> str:
    """Return the prefix that a redirect of / leads to; the API server's own path is not of it."""
    try:
        path = urlsplit(location.replace("#", "%23")).path
    except ValueError:
        return ""
    _, proxied, below = path.partition(_PROXY + "/")
    path = f"/{below}" if proxied and path.startswith("/api/v1/namespaces/") else path
    for one in _PAGES:
        path = path.removesuffix(one.replace("#", "%23"))
    return path if _NAMES.fullmatch(path) else ""
