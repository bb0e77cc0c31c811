"""prom_query on a real Prometheus, held against figures worked out from every raw sample."""

import math
from collections.abc import AsyncGenerator, Generator
from dataclasses import dataclass
from typing import Any

import pytest

from clusterwright.servers.bound import success
from clusterwright.tools.prometheus.client.backend import Backend
from clusterwright.tools.prometheus.endpoint import Endpoint
from clusterwright.tools.prometheus.evaluation.asked import Asked, Found
from clusterwright.tools.prometheus.evaluation.counting import count
from clusterwright.tools.prometheus.evaluation.over import over
from clusterwright.tools.prometheus.monitoring import Monitoring, Reach
from clusterwright.tools.prometheus.query_answer import QueryAnswer
from clusterwright.tools.prometheus.result import Series
from clusterwright.tools.prometheus.summary.figures import figures_of
from clusterwright.tools.prometheus.summary.rank import Rank
from clusterwright.tools.prometheus.window import Window
from tests.tools.prometheus import known_series as known
from tests.tools.prometheus.summary import reference

pytestmark = pytest.mark.anyio
WINDOW = Window(known.START, known.END, known.STEP)
END = str(known.END)
NONE = 1


@dataclass
class One(Monitoring):
    """Monitoring that has one backend."""

    one: Backend

    async def reach(self, cluster: str | None = None, backend: str | None = None) -> Reach:
        del cluster, backend
        return Reach("kind", self.one, None, None)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    with known.known_series(tmp_path_factory.mktemp("prometheus")) as found:
        yield found


@pytest.fixture
async def backend(url: str) -> AsyncGenerator[Backend]:
    found = Backend(Endpoint("prom", url))
    yield found
    await found.aclose()


@pytest.fixture
def monitoring(backend: Backend) -> Monitoring:
    return One(backend)


def wire(answer: QueryAnswer) -> int:
    return len(success(answer).model_dump_json(by_alias=True, exclude_none=True).encode())


async def found_by(asked: Asked, window: Window = WINDOW) -> Found:
    return await over(asked, window, await count(asked, window.end))


def same(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return one == other or math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)


LOCAL: dict[str, Any] = {"few": 10_000}
RANKED_THERE: dict[str, Any] = {"few": NONE}
PICKED_THERE: dict[str, Any] = {"few": NONE, "many": NONE}
QUERIES = [
    "load",
    'load{pod=~"app-[0-9]"} > 20 # those that are high',
    "rate(work_total[5m])",
    "sum by (pod, namespace) (load) or load @ start()",
    "work_total",
    "odd",
    "-load / on (pod) group_left () (load % 3)",
]


@pytest.mark.parametrize("rank", Rank)
@pytest.mark.parametrize("query", QUERIES)
async def test_what_the_server_works_out_is_what_all_points_give(
    backend: Backend, query: str, rank: Rank
) -> None:
    here = await found_by(Asked(backend, query, rank, 8, **LOCAL))
    ranked = await found_by(Asked(backend, query, rank, 8, **RANKED_THERE))
    picked = await found_by(Asked(backend, query, rank, 8, **PICKED_THERE))
    for there in (ranked, picked):
        assert there.total == here.total
        assert [one.labels for one in there.series] == [one.labels for one in here.series]
        assert list(map(_points, there.series)) == list(map(_points, here.series))
        assert there.spread is not None
        assert here.spread is not None
        names = ["count", "p50", "p95"] + (["low", "high"] if there is ranked else [])
        for name in names:
            assert same(getattr(there.spread, name), getattr(here.spread, name)), name


def _points(series: Series) -> list[tuple[float, str]]:
    return [(t, repr(v)) for t, v in zip(series.times, series.values, strict=True)]


async def test_figures_are_those_of_the_samples_that_were_written(backend: Backend) -> None:
    found = await found_by(Asked(backend, "load", Rank.MAX, 1_000, **LOCAL))
    written = {
        dict(labels)["pod"]: v for (name, labels), v in known.samples().items() if name == "load"
    }
    assert found.total == len(written) == len(found.series)
    for series in found.series:
        told = figures_of(series, WINDOW)
        points = _looked_back(written[series.labels["pod"]])
        for name, wanted in reference.figures(points, WINDOW).items():
            assert same(getattr(told, name), wanted), (series.labels, name)


def _looked_back(points: reference.Points) -> dict[int, float]:
    """Return what a range query sees: the newest sample of less than five minutes."""
    found: dict[int, float] = {}
    for i in range(known.POINTS):
        if near := [k for k in range(max(0, i - 4), i + 1) if k in points]:
            found[i] = points[near[-1]]
    return found
