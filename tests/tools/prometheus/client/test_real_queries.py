"""What the oldest and the newest Prometheus answer, and how they refuse."""

import math
import time

import anyio
import pytest

from clusterwright.tools.errors import InvalidInputError, NotFoundError, NotServedError, QueryError
from clusterwright.tools.prometheus.capability import Feature, Flavor
from clusterwright.tools.prometheus.client.backend import Backend
from clusterwright.tools.prometheus.result import Histogram, Result, Series

pytestmark = pytest.mark.anyio

EXPENSIVE = "last_over_time({__name__=~'.+'}[3h])"
"""Of more samples than are loaded."""
MINUTES = " + ".join(["count_over_time(vector(1)[1000s:1s])"] * 200)
"""What takes minutes, and loads few samples at a time."""


async def scraped(backend: Backend, query: str = "up == 1") -> Result:
    """Wait until a query has an answer."""
    deadline = anyio.current_time() + 20
    while anyio.current_time() < deadline:
        found = await backend.instant(query)
        if found.series:
            return found
        await anyio.sleep(0.1)
    raise AssertionError(f"{query} has no answer")


async def test_the_value_of_a_query_comes_with_the_samples_that_it_took(backend: Backend) -> None:
    found = await scraped(backend)
    assert found.type == "vector"
    assert found.series[0].labels["job"] == "itself"
    assert found.series[0].values == (1.0,)
    assert found.samples is not None
    assert (await backend.instant("count(up)")).only == 1.0


async def test_a_range_has_a_value_for_each_step(backend: Backend) -> None:
    found = await backend.range("vector(7)", 1_000, 1_060, 15)
    times = (1_000.0, 1_015.0, 1_030.0, 1_045.0, 1_060.0)
    assert (found.type, found.series) == ("matrix", (Series({}, times, (7.0,) * 5),))


async def test_steps_and_moments_are_told_to_the_millisecond(backend: Backend) -> None:
    found = await backend.range("vector(1)", 1_000.25, 1_000.75, 0.25)
    assert found.series[0].times == (1_000.25, 1_000.5, 1_000.75)
    at = await backend.instant("time()", 1_234.567)
    assert at.series == (Series({}, (1_234.567,), (1_234.567,)),)


async def test_what_is_no_number_is_told_as_it_is(backend: Backend) -> None:
    for query, value in (("vector(Inf)", math.inf), ("vector(-Inf)", -math.inf), ("1/0", math.inf)):
        assert (await backend.instant(query)).only == value
    not_a_number = (await backend.instant("vector(NaN)")).only
    assert not_a_number is not None
    assert math.isnan(not_a_number)


async def test_strings_and_scalars_are_results_too(backend: Backend) -> None:
    assert await backend.instant('"a\u00e9"', 1) == Result("string", string="a\u00e9", samples=0)
    assert await backend.instant("42", 1) == Result(
        "scalar", (Series({}, (1.0,), (42.0,)),), samples=0
    )


async def test_nothing_is_an_empty_result(backend: Backend) -> None:
    found = await backend.instant("no_such_metric")
    assert (found.type, found.series, found.only) == ("vector", (), None)


async def test_a_query_that_cannot_be_parsed_tells_where(backend: Backend) -> None:
    with pytest.raises(QueryError, match="parse error") as caught:
        await backend.instant("up +\n sum(")
    assert caught.value.position == (2, 6)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("query", "hint"),
    [
        ("up * on (job) group_left () vector(1) or label_replace(up, 'job', '', '', '')", ""),
        ("{__name__=~'go_.+'} * on (job) {__name__=~'go_.+'}", "join on labels"),
        ("vector(1) + on () group_left () {__name__=~'go_.+'}", "group_right"),
    ],
)
async def test_a_query_that_cannot_be_executed_says_what_to_change(
    backend: Backend, query: str, hint: str
) -> None:
    await scraped(backend, "count({__name__=~'go_.+'}) > 5")
    if not hint:
        assert await backend.instant(query)
        return
    with pytest.raises(QueryError) as caught:
        await backend.instant(query)
    assert "“" in str(caught.value)
    assert hint in caught.value.hint or "aggregate" in caught.value.hint


async def test_more_points_than_a_server_gives_want_a_longer_step(backend: Backend) -> None:
    with pytest.raises(QueryError, match="11,000") as caught:
        await backend.range("up", 0, 1_000_000, 1)
    assert "longer step" in caught.value.hint


async def test_more_samples_than_a_server_loads_want_a_narrower_question(backend: Backend) -> None:
    await scraped(backend, "count({__name__=~'.+'}) > 300")
    now = time.time()
    with pytest.raises(QueryError, match="too many samples") as caught:
        await backend.range(EXPENSIVE, now, now + 10_000, 1)
    assert "more matchers" in caught.value.hint


async def test_a_query_gets_the_time_that_it_is_given(backend: Backend) -> None:
    with pytest.raises(QueryError, match=r"timed out|deadline exceeded") as caught:
        await backend.range(MINUTES, 0, 10_000, 1, seconds=0.001)
    assert "shorter range" in caught.value.hint


async def test_a_query_may_be_longer_than_a_url(backend: Backend) -> None:
    query = " or ".join(f'vector({n}) and up{{job="{"x" * 100}"}}' for n in range(300))
    assert (await backend.instant(query)).series == ()


async def test_an_endpoint_gives_its_data(backend: Backend) -> None:
    await scraped(backend)
    assert await backend.get("label/job/values") == ["itself"]
    found = await backend.get("series", [("match[]", "up"), ("match[]", "no_such_metric")])
    assert [one["__name__"] for one in found] == ["up"]


async def test_an_endpoint_that_is_not_there_is_said_not_to_be(backend: Backend) -> None:
    with pytest.raises(NotServedError, match="does not serve"):
        await backend.get("no/such/endpoint")


@pytest.mark.parametrize("path", ["../../-/quit", "label/../values", "", "a//b", "x?y=1", "a b"])
async def test_a_path_never_leads_out_of_the_api(backend: Backend, path: str) -> None:
    with pytest.raises(InvalidInputError, match="no path below"):
        await backend.get(path)


async def test_the_oldest_can_less_than_the_newest(oldest: Backend, newest: Backend) -> None:
    old, new = await oldest.capability(), await newest.capability()
    assert old.flavor is new.flavor is Flavor.PROMETHEUS
    assert old.flavor.verified
    assert (old.version.partition("+")[0], new.version) == ("2.42.0", "3.16.0")
    assert new.features - old.features == {
        Feature.PARSE_QUERY,
        Feature.QUERY_LIMIT,
        Feature.RELABEL_STEPS,
        Feature.RULES_PAGED,
    }
    assert old.features < new.features
    assert "first_over_time" in new.functions
    assert not old.functions


async def test_what_a_server_is_said_to_have_is_there(backend: Backend) -> None:
    await scraped(backend)
    can = (await backend.capability()).can
    asked: dict[Feature, tuple[str, list[tuple[str, str]]]] = {
        Feature.TARGETS: ("targets", []),
        Feature.RULES: ("rules", []),
        Feature.CONFIG: ("status/config", []),
        Feature.FLAGS: ("status/flags", []),
        Feature.TSDB_STATUS: ("status/tsdb", []),
        Feature.METADATA: ("metadata", [("metric", "up")]),
        Feature.FORMAT_QUERY: ("format_query", [("query", "up")]),
        Feature.PARSE_QUERY: ("parse_query", [("query", "up")]),
        Feature.SEARCH: ("search/metric_names", [("limit", "2")]),
    }
    for feature, (path, parameters) in asked.items():
        if can(feature):
            assert await backend.get(path, parameters) is not None
        else:
            with pytest.raises((NotServedError, InvalidInputError, NotFoundError)):
                await backend.get(path, parameters)


async def test_the_newest_limits_series_and_tells_infos(newest: Backend) -> None:
    await scraped(newest, "count({__name__=~'go_.+'}) > 5")
    found = await newest.instant("{__name__=~'go_.+'}", limit=3)
    assert len(found.series) == 3
    assert any("limit" in one for one in found.warnings)
    rated = await newest.instant("rate(go_goroutines[10s])")
    assert any("might not be a counter" in one for one in rated.infos)


async def test_a_native_histogram_has_count_sum_and_buckets(newest: Backend) -> None:
    name = "prometheus_http_request_duration_seconds"
    found = await scraped(newest, f'{name}{{handler="/metrics"}}')
    (_at, one) = found.series[0].histograms[0]
    assert isinstance(one, Histogram)
    assert one.count == sum(bucket[3] for bucket in one.buckets) > 0
    assert one.sum > 0
    assert not found.series[0].values
    now = time.time()
    ranged = await newest.range(f'{name}{{handler="/metrics"}}', now - 2, now, 1)
    assert all(one.histograms and not one.values for one in ranged.series)


async def test_a_heavy_query_that_nobody_waits_for_is_ended(backend: Backend) -> None:
    under_way = 'prometheus_engine_queries{job="itself"}'
    await scraped(backend, f"{under_way} == 0")
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(lambda: backend.range(MINUTES, 0, 10_000, 1, seconds=300))
        await scraped(backend, f"{under_way} > 0")
        tasks.cancel_scope.cancel()
    await scraped(backend, f"{under_way} == 0")
