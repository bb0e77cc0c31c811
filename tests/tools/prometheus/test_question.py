"""What prom_query tells beside the series: of nothing, of many alike, and of what it asked."""

from collections.abc import AsyncGenerator, Generator
from contextlib import aclosing
from datetime import datetime

import httpx
import pytest

from clusterwright.tools.prometheus.client.backend import Backend
from clusterwright.tools.prometheus.endpoint import Endpoint
from clusterwright.tools.prometheus.monitoring import Monitoring
from clusterwright.tools.prometheus.query import prom_query
from tests.tools.prometheus import known_series as known
from tests.tools.prometheus.answering import wire
from tests.tools.prometheus.one_backend import OneBackend

pytestmark = pytest.mark.anyio
END = str(known.END)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    with known.known_series(tmp_path_factory.mktemp("prometheus")) as found:
        yield found


@pytest.fixture
async def monitoring(url: str) -> AsyncGenerator[Monitoring]:
    backend = Backend(Endpoint("prom", url))
    yield OneBackend(backend)
    await backend.aclose()


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("work_total > 1000", "none of 30 series is > 1000: the highest is "),
        ("(work_total) <= -1", "none of 30 series is <= -1: the lowest is "),
        ("work_total == 1000", "none of 30 series is == 1000"),
        ("rate(work_total[5m]) > 1000 # a comment", "none of 30 series is > 1000: the highest is "),
        ("nothing > 5", "no metric is named “nothing” here"),
        ("work_total > bool 1000 > 5", "none of 30 series is > 5: the highest is 0"),
    ],
)
async def test_a_condition_that_nothing_fulfils_is_told_with_how_far_off_all_are(
    monitoring: Monitoring, query: str, said: str
) -> None:
    for start in (None, "30m"):
        found = await prom_query(monitoring, query, start, END)
        assert found.total == 0
        wanted = said.replace("the ", "at the end the ") if start else said
        assert wanted in found.render()


async def test_what_is_there_now_and_at_no_moment_of_a_window_is_said_to_be(
    monitoring: Monitoring,
) -> None:
    found = await prom_query(monitoring, "load", "300d", END)
    assert (found.total, found.series) == (0, ())
    assert "none at the moments of this window: give a shorter window or step" in found.render()


async def test_what_all_rows_begin_and_end_with_is_told_once(monitoring: Monitoring) -> None:
    found = await prom_query(monitoring, 'load{pod=~"app-1[24]"} and load{pod="app-14"}', "1h", END)
    assert found.total == 1
    assert found.ends is None
    assert found.series[0].ends == "2023-11-14T23:43:00Z"
    late = await prom_query(monitoring, 'work_total{pod=~"p[0-4]"}', "2h", END)
    assert late.begins == "2023-11-14T23:00:00Z"
    assert [one.begins for one in late.series] == [None] * 5
    assert late.render().count("23:00:00Z") == 1


async def test_where_all_is_shown_only_what_is_not_to_be_seen_is_told_of_all(
    monitoring: Monitoring,
) -> None:
    found = await prom_query(monitoring, 'work_total{pod=~"p[0-4]"}', end=END)
    assert found.over_all is not None
    assert found.over_all.model_dump(exclude_none=True).keys() == {"sum"}
    found = await prom_query(monitoring, "load * 0 + 7", end=END)
    assert found.over_all is not None
    assert "of all: each 7, sum" in found.render()


async def test_a_window_of_a_week_has_its_newest_data_and_says_what_its_points_do_not_see(
    monitoring: Monitoring,
) -> None:
    end = str(known.END + 90 * 60 - 1)
    found = await prom_query(monitoring, 'load{pod!~"app-1."} or vector(1)', "7d", end)
    assert known.END + 90 * 60 - 1 - _seconds(found.end) < 120
    assert "sees what is between them" in found.notes[0]
    assert f"each {found.step}" in found.render()
    assert wire(found) <= 4_096
    asked = await prom_query(monitoring, "vector(1)", "7d", end, step="2h")
    assert asked.notes == (
        "the last 1h29m are not seen: moments are multiples of the step; leave step out",
    )
    again = await prom_query(monitoring, "vector(1)", "7d", end, step=found.step)
    assert (again.end, again.step, again.notes) == (found.end, found.step, ())


def _seconds(time: str | None) -> float:
    return datetime.fromisoformat(time or "").timestamp()


async def test_a_question_of_few_series_is_one_request_at_one_moment(url: str) -> None:
    asked = Recorded()
    async with aclosing(Backend(Endpoint("prom", url), transport=asked)) as backend:
        monitoring = OneBackend(backend)
        await prom_query(monitoring, "vector(1)")  # what the server can do is asked first
        asked.paths.clear()
        assert (await prom_query(monitoring, "vector(1) or vector(2)")).total == 1
        assert asked.paths == ["query"]
        asked.paths.clear()
        assert (await prom_query(monitoring, "work_total", end=END)).total == known.COUNTERS
        assert asked.paths == ["query", "query"]  # the first one tells the server's time


class Recorded(httpx.AsyncHTTPTransport):
    """The network, with a note of what was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.paths: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.paths.append(request.url.path.removeprefix("/api/v1/"))
        return await super().handle_async_request(request)
