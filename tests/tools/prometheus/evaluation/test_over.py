"""What is fetched of a window in which series came and went: never more than is counted over it."""

from collections.abc import AsyncGenerator

import httpx
import orjson
import pytest

from clusterwright.tools.prometheus.capability import Feature
from clusterwright.tools.prometheus.client.backend import Backend
from clusterwright.tools.prometheus.endpoint import Endpoint
from clusterwright.tools.prometheus.evaluation.asked import Asked, Found
from clusterwright.tools.prometheus.evaluation.counting import count
from clusterwright.tools.prometheus.evaluation.over import over
from clusterwright.tools.prometheus.summary.rank import Rank
from clusterwright.tools.prometheus.window import Window

pytestmark = pytest.mark.anyio
WINDOW = Window(1_700_002_800, 1_700_006_400, 60)
CHURN = 'count_values("t", vector(time()))'
"""One series at each moment, and another at the next."""


class Network(httpx.AsyncHTTPTransport):
    """The network, with a note of how many series each answer had."""

    def __init__(self) -> None:
        super().__init__()
        self.series: list[int] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await super().handle_async_request(request)
        if request.url.path.startswith("/api/v1/query"):
            await response.aread()
            data = orjson.loads(response.content).get("data", {})
            self.series.append(len(data.get("result", ())))
        return response


@pytest.fixture
def network() -> Network:
    return Network()


@pytest.fixture(params=["prometheus_242", "prometheus_316"])
async def backend(request: pytest.FixtureRequest, network: Network) -> AsyncGenerator[Backend]:
    found = Backend(Endpoint("one", request.getfixturevalue(request.param)), transport=network)
    yield found
    await found.aclose()


async def found_by(asked: Asked, window: Window = WINDOW) -> Found:
    return await over(asked, window, await count(asked, window.end))


async def test_series_that_are_gone_are_ranked_and_not_fetched(
    backend: Backend, network: Network
) -> None:
    found = await found_by(Asked(backend, CHURN, Rank.MAX, 3, few=5, many=100))
    assert found.total == WINDOW.points
    assert [one.labels["t"] for one in found.series] == ["1700002800", "1700002860", "1700002920"]
    assert WINDOW.points in network.series  # a number of each
    assert network.series[-1] == 3


async def test_of_very_many_that_are_gone_the_server_picks_the_first(
    backend: Backend, network: Network
) -> None:
    found = await found_by(Asked(backend, CHURN, Rank.MAX, 3, few=5, many=10))
    assert (found.total, len(found.series)) == (WINDOW.points, 3)
    assert max(network.series) <= 11


async def test_the_number_of_those_that_are_there_now_is_not_the_number_of_all(
    backend: Backend, network: Network
) -> None:
    several = f'{CHURN} or label_replace({CHURN}, "t", "x$1", "t", "(.*)")'
    found = await found_by(Asked(backend, several, Rank.MAX, 1, few=1, many=10))
    assert (found.total, len(found.series)) == (2 * WINDOW.points, 1)
    assert max(network.series) <= 11


async def test_all_that_a_window_has_is_fetched_at_once_where_it_is_little(
    backend: Backend, network: Network
) -> None:
    found = await found_by(Asked(backend, CHURN, Rank.MAX, 3, few=61))
    assert (found.total, len(found.series)) == (WINDOW.points, 3)
    limits = (await backend.capability()).can(Feature.QUERY_LIMIT)
    assert network.series == ([1, 61] if limits else [1, 1, 61])
