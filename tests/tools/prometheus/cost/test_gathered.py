"""How the queries of prom_costs are asked."""

import math

import anyio
import anyio.lowlevel
import httpx
import pytest

from clusterwright.tools.prometheus.client.backend import Backend
from clusterwright.tools.prometheus.cost.gathered import Gathered, gather
from clusterwright.tools.prometheus.cost.sources import METRICS, Sources
from clusterwright.tools.prometheus.endpoint import Endpoint
from tests.tools.prometheus.answering import NOW, success_of

pytestmark = pytest.mark.anyio


class Busy:
    """A Prometheus with two processors and every metric; it notes how many queries it runs."""

    def __init__(self) -> None:
        self.under_way = self.most = self.asked = 0

    async def answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("status/runtimeinfo"):
            return success_of({"GOMAXPROCS": 2})
        if not request.url.path.endswith("query"):
            return httpx.Response(404)
        self.under_way, self.asked = self.under_way + 1, self.asked + 1
        self.most = max(self.most, self.under_way)
        for _ in range(5):
            await anyio.lowlevel.checkpoint()
        self.under_way -= 1
        pods = [{"namespace": "shop", "pod": f"cart-{i}"} for i in range(3)]
        ones = [{"__name__": one} for one in METRICS] if self.asked == 1 else pods
        result = [{"metric": one, "value": [NOW, "1"]} for one in ones]
        return success_of({"resultType": "vector", "result": result})


@pytest.fixture
def busy() -> Busy:
    return Busy()


@pytest.fixture
def backend(busy: Busy) -> Backend:
    return Backend(Endpoint("main", "http://prom.test"), transport=httpx.MockTransport(busy.answer))


async def test_one_question_runs_one_query_at_a_time(backend: Backend, busy: Busy) -> None:
    found = await gather(backend, "workload", 3_600, NOW)
    assert busy.asked == len(found.queries) + 1 > 15
    assert busy.most == 1
    assert not found.gaps


async def test_of_two_questions_one_is_answered_before_the_other_is_begun(
    backend: Backend, busy: Busy
) -> None:
    first, second = Gathered(Sources((), (), 60)), Gathered(Sources((), (), 60))
    done: list[int] = []

    async def ask(found: Gathered) -> None:
        async with backend.one_question():
            await found.ask(backend, {f"q{i}": "up" for i in range(4)}, NOW)
        done.append(busy.asked)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(ask, first)
        tasks.start_soon(ask, second)
    assert sorted(done) == [4, 8]


async def test_what_has_not_begun_in_time_is_a_gap_once(backend: Backend, busy: Busy) -> None:
    found = Gathered(Sources((), (), 60), until=-math.inf)
    for _ in range(2):
        await found.ask(backend, {"cores": "up", "bytes": "up"}, NOW)
    assert busy.asked == 0
    assert [one.what for one in found.gaps] == ["bytes", "cores"]
    assert found.gaps[0].reason == "not asked: the others took 60 s; pass a shorter window"
