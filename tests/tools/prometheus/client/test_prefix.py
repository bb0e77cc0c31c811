"""The prefix of a program's paths is read out of a redirect, of which only names count."""

import httpx
import pytest

from clusterwright.tools.errors import NotServedError
from clusterwright.tools.prometheus.client.prefix import find_prefix
from clusterwright.tools.prometheus.endpoint import Endpoint

pytestmark = pytest.mark.anyio
ASKED = "/api/v1/query?query=1"
_BELOW = "/api/v1/namespaces/monitoring/services/http:prom:9090/proxy"


async def prefix(location: str, seen: list[str] | None = None) -> str:
    """Return what is found where `/` leads to a location, and all below a name is served."""

    def answer(request: httpx.Request) -> httpx.Response:
        path = request.url.raw_path.decode()
        if seen is not None:
            seen.append(path)
        if path == "/":
            return httpx.Response(302, headers={"Location": location})
        return httpx.Response(404 if path == ASKED else 200)

    return await find_prefix(
        Endpoint("prom", "http://prom.test"), httpx.MockTransport(answer), ASKED
    )


@pytest.mark.parametrize(
    ("location", "found"),
    [
        ("/prometheus/graph", "/prometheus"),
        ("/a/b-c.d/query", "/a/b-c.d"),
        ("/a?b", "/a"),
        ("https://metrics.example.com/prom/#/alerts", "/prom"),
        (f"{_BELOW}/prom/query", "/prom"),
    ],
)
async def test_a_prefix_is_what_stands_before_the_page_that_is_led_to(
    location: str, found: str
) -> None:
    assert await prefix(location) == found


@pytest.mark.parametrize(
    "location",
    [
        *("/../../secrets/graph", "/%2e%2e/%2e%2e/secrets", "/a/..%2fsecrets/query", "/./graph"),
        *("//evil.test/", "/graph", "", "/a\\..\\b/graph"),
    ],
)
async def test_what_leads_anywhere_else_is_no_prefix_and_is_not_asked(location: str) -> None:
    seen: list[str] = []
    with pytest.raises(NotServedError):
        await prefix(location, seen)
    assert seen == [ASKED, "/"]
