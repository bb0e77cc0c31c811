"""prom_query on a real Prometheus, held against figures worked out from every raw sample."""

import math
from collections.abc import AsyncGenerator, Generator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pytest

from clusterwright.servers.bound import success
from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.prometheus.client.backend import Backend
from clusterwright.tools.prometheus.endpoint import Endpoint
from clusterwright.tools.prometheus.evaluation.asked import Asked, Found
from clusterwright.tools.prometheus.evaluation.counting import count
from clusterwright.tools.prometheus.evaluation.moment import at_moment
from clusterwright.tools.prometheus.evaluation.over import over
from clusterwright.tools.prometheus.monitoring import Monitoring, Reach
from clusterwright.tools.prometheus.query import prom_query
from clusterwright.tools.prometheus.query_answer import QueryAnswer
from clusterwright.tools.prometheus.result import Series
from clusterwright.tools.prometheus.summary.figures import figures_of
from clusterwright.tools.prometheus.summary.native import quantile
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

    async def reach(
        self, cluster: str | None = None, backend: str | None = None, *, of_several: bool = False
    ) -> Reach:
        del cluster, backend, of_several
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


@pytest.mark.parametrize("rank", [Rank.MAX, Rank.MIN])
@pytest.mark.parametrize("query", ["load", "odd", "load > 1e9 or work_total", "load * NaN"])
async def test_at_one_moment_the_server_picks_those_that_come_first_by_all_values(
    backend: Backend, query: str, rank: Rank
) -> None:
    counted = await count(Asked(backend, query, rank, 8), known.END)
    here = await at_moment(Asked(backend, query, rank, 8), counted)
    there = await at_moment(Asked(backend, query, rank, 8, many=NONE), counted)
    assert there.total == here.total
    if query != "load * NaN":  # those without a number are in no order
        assert [one.labels for one in there.series] == [one.labels for one in here.series]
    assert (there.spread is None) == (here.spread is None)
    for name in ("count", "p50", "p95", "sum"):
        assert same(getattr(there.spread, name, None), getattr(here.spread, name, None))


async def test_metrics_that_share_labels_are_ranked_here(backend: Backend) -> None:
    query = '{__name__=~"alpha|beta"}'
    found = await found_by(Asked(backend, query, Rank.MEAN, 5, **RANKED_THERE))
    here = await found_by(Asked(backend, query, Rank.MEAN, 5, **LOCAL))
    assert found.total == here.total == 2 * known.COUNTERS
    assert found.series == here.series


async def test_metrics_that_share_labels_and_are_gone_by_the_end_count(backend: Backend) -> None:
    both = '{__name__=~"alpha|beta"}'
    gone = f'{both[:-1]},i="1"}} or ({both} and on () (vector(time()) < {known.END - 600}))'
    found = await found_by(Asked(backend, gone, Rank.MEAN, 5, **RANKED_THERE))
    assert (await count(Asked(backend, gone, Rank.MEAN, 5), known.END)).count == 2
    assert found.total == 2 * known.COUNTERS
    fine = Window(known.END - 10_000, known.END, 1)
    with pytest.raises(InvalidInputError, match="60 series of several metrics share"):
        await found_by(Asked(backend, gone, Rank.MEAN, 5, **RANKED_THERE), fine)


LATE = Window(known.LATE, known.LATE + (known.POINTS - 1) * known.STEP, known.STEP)


@pytest.mark.parametrize("query", ["latency_seconds", "rate(latency_seconds[5m])"])
async def test_native_histograms_have_the_quantiles_that_the_server_gives(
    backend: Backend, query: str
) -> None:
    found = await backend.instant(query, LATE.end)
    assert len(found.series) == known.LATENCIES
    for q in (0.0, 0.01, 0.1, 0.5, 0.9, 0.95, 0.99, 1.0):
        told = await backend.instant(f"histogram_quantile({q}, {query})", LATE.end)
        wanted = {one.labels["pod"]: one.values[-1] for one in told.series}
        for series in found.series:
            assert quantile(q, series.histograms[-1][1]) == pytest.approx(
                wanted[series.labels["pod"]], rel=1e-9
            )


async def test_native_histograms_are_ranked_by_how_much_they_observed(backend: Backend) -> None:
    query = "latency_seconds"
    here = await found_by(Asked(backend, query, Rank.MAX, 5, **LOCAL), LATE)
    there = await found_by(Asked(backend, query, Rank.MAX, 5, **RANKED_THERE), LATE)
    assert here.total == there.total == known.LATENCIES
    assert [one.labels for one in there.series] == [one.labels for one in here.series]
    assert there.spread is not None
    assert here.spread is not None
    assert same(there.spread.p50, here.spread.p50)


async def test_a_native_histogram_is_told_with_count_sum_and_quantiles(
    monitoring: Monitoring,
) -> None:
    found = await prom_query(monitoring, 'latency_seconds{pod="p3"}', "1h", str(LATE.end))
    assert found.unit == "seconds"
    assert found.series[0].histogram is not None
    assert found.series[0].last == found.series[0].histogram.count
    text = found.render()
    assert f"histogram of {found.series[0].last}" in text or "histogram of" in text
    assert "of native histograms the course is that of their count" in text


LONG, ODD = "y" * 300, "✓" * 4_000
QUESTIONS: list[dict[str, Any]] = [
    {"query": "load"},
    {"query": "load", "start": "1h"},
    {"query": "load", "start": "1h", "rank": Rank.TREND},
    {"query": "odd", "start": "1h"},
    {"query": "odd"},
    {"query": "work_total", "start": "1h"},
    {"query": '{__name__=~".+"}', "start": "1h"},
    {"query": '{__name__=~".+"}'},
    {"query": 'label_replace(load, "pod", "' + "é" * 500 + '$1", "pod", "(.*)")', "start": "1h"},
    {
        "query": 'label_replace(load{pod="app-7"}, "'
        + "y" * 300
        + '", "'
        + "✓" * 4000
        + '", "", "")'
    },
    {"query": 'count_values("value", load)', "start": "1h"},
]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda one: str(one)[:50])
async def test_an_answer_takes_four_kilobytes_unless_more_is_asked_for(
    monitoring: Monitoring, question: dict[str, Any]
) -> None:
    found = await prom_query(monitoring, **question, end=END)
    assert found.series
    assert wire(found) <= 4_096
    assert found.total >= len(found.series)
    assert (found.total > len(found.series)) == any("series:" in one for one in found.left_out)


async def test_those_that_stand_out_are_told_in_a_line_each(monitoring: Monitoring) -> None:
    found = await prom_query(monitoring, "load", "1h", END, rank=Rank.TREND, top=4)
    assert found.total == known.LOADS
    pods = {one.labels["pod"]: one for one in found.series}
    assert set(list(pods)[:2]) == {"app-22", "app-7"}
    step = pods["app-7"].changed
    assert step is not None
    assert step.at == "2023-11-14T23:30:00Z"
    assert found.common == {"__name__": "load", "job": "kubelet"}
    text = found.render()
    assert "150 series of prom, 2023-11-14T23:00:00Z to 2023-11-15T00:00:00Z each 1m; the 4" in text
    assert "from 23:30:00Z on" in text
    assert "left out: 146 series: top, more matchers, or sum by (...); points: points=true" in text


@pytest.mark.parametrize(
    ("pod", "said"),
    [
        ("app-13", "11 missing, up to 11m"),
        ("app-14", "ends 23:43:00Z"),
        ("app-15", "begins 23:10:00Z"),
        ("app-16", "9 NaN"),
        ("app-17", "1 Inf"),
        ("app-18", "61 NaN"),
        ("app-19", "-Inf..-Inf"),
        ("app-20", "flat"),
        ("app-22", "90 "),
    ],
)
async def test_what_is_odd_about_a_series_is_said(
    monitoring: Monitoring, pod: str, said: str
) -> None:
    found = await prom_query(monitoring, f'load{{pod="{pod}"}}', "1h", END)
    assert said in found.render()


async def test_a_counter_is_told_with_its_resets(monitoring: Monitoring) -> None:
    found = await prom_query(monitoring, "work_total", "1h", END, top=30)
    every = known.samples()
    for one in found.series:
        values = list(every["work_total", (("pod", one.labels["pod"]),)].values())
        falls = sum(after < before for before, after in pairwise(values))
        assert (one.resets or 0) == falls
    assert any("rate(...[5m])" in one for one in found.notes)


async def test_series_that_ended_before_the_window_did_are_found(monitoring: Monitoring) -> None:
    found = await prom_query(monitoring, 'load{pod="app-14"} > 0', "30m", END)
    assert found.total == 1
    assert "ends " in found.render()


async def test_every_point_is_there_where_it_is_asked_for(monitoring: Monitoring) -> None:
    found = await prom_query(monitoring, "load", "1h", END, points=True, top=1, rank=Rank.MIN)
    assert found.series[0].points is not None
    assert found.series[0].points == ["-Inf"] * 61
    found = await prom_query(monitoring, 'load{pod="app-21"}', "1h", END, points=True)
    assert found.series[0].points == [*[None] * 60, 3]
    assert found.render().count("points: - - -") == 1


async def test_a_value_or_a_string_is_told_as_it_is(monitoring: Monitoring) -> None:
    found = await prom_query(monitoring, "42 * 2", end=END)
    assert (found.total, found.series[0].last) == (1, 84)
    assert (await prom_query(monitoring, '"a word"')).string == "a word"
    found = await prom_query(monitoring, "time()", "1h", END)
    assert (found.series[0].first, found.series[0].last) == (known.START, known.END)


async def test_hostile_labels_stay_data(monitoring: Monitoring) -> None:
    found = await prom_query(monitoring, "odd", "1h", END, top=500)
    assert found.total == len(known.HOSTILE) * 4
    lines = found.render().splitlines()
    assert len([line for line in lines if line.startswith(("a", "$", "b", "n", "}", "x"))]) >= 1
    assert not any(line.startswith("line") for line in lines)


async def test_the_best_of_each_step_are_said_to_take_turns(monitoring: Monitoring) -> None:
    found = await prom_query(monitoring, "topk(2, load)", "1h", END)
    assert found.notes == ("topk picks anew at each step: leave it out, and give top and rank",)


async def test_nothing_found_is_told_with_what_is_known(monitoring: Monitoring) -> None:
    found = await prom_query(monitoring, "lod / load", "1h", END)
    assert found.total == 0
    assert "no metric is named “lod” here" in found.render()
    assert "prom_explain_query" in found.render()
    found = await prom_query(monitoring, 'load{pod="x"}', end=END)
    assert "no metric" not in found.render()
    assert "prom_explain_query" in found.render()


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"query": "load[5m]"}, "selects ranges of samples"),
    ({"query": "load[5m]", "start": "1h"}, "selects ranges of samples"),
    ({"query": "sum(load"}, "unclosed parenthesis"),
    ({"query": "sum(load) sum"}, r"\^"),
    ({"query": "rate(load)", "start": "1h"}, r"\^"),
    ({"query": "load", "step": "1m"}, "step is of a window"),
    ({"query": "load", "points": True}, "points is of a window"),
    ({"query": "load", "rank": Rank.TREND}, "cannot be ranked by 'trend'"),
    ({"query": "load", "start": "soon"}, "start 'soon' is no time"),
    ({"query": "load", "start": "1y", "step": "1s"}, "11000"),
    ({"query": "load", "start": "2h", "step": "1s", "points": True}, "7,201 points of a series"),
    ({"query": "load", "start": "2h", "step": "1s", "points": True, "end": END}, "7,201 points"),
    ({"query": "load", "start": "2h", "step": "1s", "end": END, "top": 500}, "too much to be read"),
    ({"query": "load" * 2_501}, "at most 10,000"),
    ({"query": "load * on () group_left () load", "end": END}, "duplicate|many-to-many"),
    ({"query": "max_over_time(load[10y:1s])", "start": "1h"}, "steps|too many samples"),
]


@pytest.mark.parametrize(("question", "said"), WRONG, ids=lambda one: str(one)[:50])
async def test_what_cannot_be_asked_is_refused_with_what_can(
    monitoring: Monitoring, question: dict[str, Any], said: str
) -> None:
    with pytest.raises(InvalidInputError, match=said) as found:
        await prom_query(monitoring, **question)
    assert found.value.hint
    assert len(str(found.value)) < 1_500
