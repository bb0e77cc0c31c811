"""prom_explain_query on real Prometheuses that scrape themselves: doubts, refusals, and bounds."""

import time

import pytest

from clusterwright.servers.bound import sentence, success
from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.prometheus.client.backend import Backend
from clusterwright.tools.prometheus.explain_query import QueryExplanation, prom_explain_query
from tests.tools.prometheus.one_backend import OneBackend

pytestmark = pytest.mark.anyio
DEADLINE = 20.0
SCRAPED = "prometheus_http_requests_total"


async def explained(backend: Backend, query: str) -> QueryExplanation:
    return await prom_explain_query(OneBackend(backend), query)


async def scraped(backend: Backend, gives: str = f"rate({SCRAPED}[1m])") -> Backend:
    """Return it once a query gives something: without one, once it has two scrapes of itself."""
    deadline = time.monotonic() + DEADLINE
    while not (await backend.instant(gives)).series:
        assert time.monotonic() < deadline
    return backend


def codes(found: QueryExplanation) -> list[str]:
    return [one.code for one in found.advice]


async def test_a_sound_query_has_no_doubt(backend: Backend) -> None:
    found = await explained(await scraped(backend), f"sum by (job) (rate({SCRAPED}[1m]))")
    assert found.series == 1
    assert found.nothing is None
    assert found.render().splitlines()[1:] == [
        f"computes: the sum of the per-second rate of {SCRAPED} over 1m, by job",
        "nothing is doubtful about it",
    ]


async def test_doubts_rest_on_what_the_server_knows_of_its_metrics(backend: Backend) -> None:
    await scraped(backend)
    assert codes(await explained(backend, "rate(process_resident_memory_bytes[5m])")) == [
        "rate-of-gauge"
    ]
    assert "short-window" in codes(await explained(backend, f"rate({SCRAPED}[2s])"))
    assert "raw-counter" in codes(await explained(backend, SCRAPED))
    assert codes(await explained(backend, f"sum by (cod) (rate({SCRAPED}[1m]))")) == [
        "unknown-label"
    ]
    assert codes(await explained(backend, 'up{job=~"itself"}')) == ["plain-regex"]


REFUSED = [
    ("rate(up)", "rate wants samples over time", "rate(x[5m])"),
    ("sum(up", "unclosed parenthesis", "close it with )"),
    ("up{job=itself}", "a value without quotes", '="itself"'),
    ("averge(up)", "averge is no function", "avg"),
    ("mean(up)", "mean is no function", "write avg"),
    ("up && up", "&& is no operator", "write and"),
    ("rate(up[$__rate_interval])", "variable of a dashboard", "at least 4 scrapes"),
    ("rate(up[5m]) by (job)", "rate has no groups", "sum by (label) (rate(...))"),
    ('sum(up){job="a"}', "matchers of a result", "behind the metric"),
    ("up[5 m]", "a space in a duration", "[5m]"),
    ("avg_over_time(sum(up)[1h])", "a range of a result", "[1h:1m]"),
    ("{}", "a selector that takes every series", "name a metric"),
    ('up{job=~"(?=x)"}', "a regular expression that is none", "RE2"),
    ("how many pods run", "two expressions side by side", "operator between"),
    ("   ", "the query is empty", "name a metric"),
]


@pytest.mark.parametrize(("query", "what", "right"), REFUSED, ids=lambda one: str(one)[:40])
async def test_what_no_server_reads_is_shown_with_its_place(
    backend: Backend, query: str, what: str, right: str
) -> None:
    with pytest.raises(InvalidInputError, match="the query") as found:
        await explained(backend, query)
    assert what in str(found.value)
    assert right in found.value.hint
    assert query.isspace() or "^" in str(found.value)
    assert "prom_explain_query" not in sentence(found.value)


async def test_what_is_switched_off_names_the_switch(newest: Backend) -> None:
    for query in ("mad_over_time(up[5m])", "limitk(3, up)", "info(up)"):
        with pytest.raises(InvalidInputError, match="is switched off") as found:
            await explained(newest, query)
        assert "--enable-feature=promql-experimental-functions" in found.value.hint
    with pytest.raises(InvalidInputError, match="where no selector ends") as found:
        await explained(newest, "increase(up[5m]) anchored")
    assert "rate(x[5m] anchored)" in found.value.hint


async def test_what_only_the_server_reads_is_not_judged(newest: Backend) -> None:
    found = await explained(await scraped(newest), f"rate({SCRAPED}[5m*2])")
    assert found.series
    assert found.computes is None
    assert len(found.notes) == 1
    assert "nothing is doubtful" not in found.render()


async def test_why_a_query_that_is_not_judged_gives_nothing_is_not_guessed(
    newest: Backend,
) -> None:
    found = await explained(await scraped(newest), "rate(zzz[5m*2])")
    assert (found.series, found.nothing) == (0, None)
    assert found.notes[0] == "why it gives nothing: explain a part of it"


async def test_a_query_that_fails_when_it_is_asked_says_why(backend: Backend) -> None:
    found = await explained(await scraped(backend), f"up + on (job) {SCRAPED}")
    assert found.series is None
    assert "many-to-many" in (found.fails or "") or "duplicate series" in (found.fails or "")
    assert "sum by (...)" in (found.fails_right or "")
    assert found.render().startswith("asked, it fails: ")


async def test_native_histograms_are_told_from_classic_ones(newest: Backend) -> None:
    name = "prometheus_http_request_duration_seconds"
    await scraped(newest)
    found = await explained(newest, f"sum by (le) (rate({name}_bucket[1m]))")
    assert found.nothing is not None
    assert f"histogram_quantile(0.95, sum(rate({name}[5m])))" in (found.nothing.right or "")
    found = await explained(newest, f"{name} > 3")
    assert found.nothing is not None
    assert "native histograms have no one value" in (found.nothing.right or "")
    assert codes(await explained(newest, f"histogram_quantile(0.9, rate({name}[1m]))")) == []


HOSTILE = {
    "ten million samples": 'sum(count_over_time({__name__=~".+"}[1d:10s]))',
    "steps that end a server": "max_over_time(up[1y:1ms])",
    "too long": "up + " * 200_000 + "up",
    "deep": "(" * 5_000 + "up" + ")" * 5_000,
    "many operators": " + ".join(["up"] * 2_000),
    "an exponential regex": f'up{{job=~"{"(a|aa)+" * 500}"}}',
    "nested repetition": 'up{job=~"((x{1,100}){1,100}){1,100}"}',
    "nested stars": 'up{job=~"(x+x+)+y"}',
    "a megabyte of a label": f'up{{job="{"x" * 1_000_000}"}}',
    "a long name": "x" * 9_000,
    "centuries": "rate(up[99999999999999999999y])",
    "quotes": 'up{job="\\"} or vector(1) #"}',
    "controls": 'up{job="\u202e\u0000\u200b"}',
}


@pytest.mark.parametrize("query", HOSTILE.values(), ids=HOSTILE)
async def test_hostile_queries_end_in_a_short_answer_that_teaches(
    backend: Backend, query: str
) -> None:
    size, teaches = await told(await scraped(backend), query)
    assert size < 6_000
    assert teaches


async def told(backend: Backend, query: str) -> tuple[int, bool]:
    """Return how long what is told is, and whether it says what to do or what there is."""
    try:
        found = await explained(backend, query)
    except InvalidInputError as error:
        return len(sentence(error)) * 4, bool(error.hint)
    size = len(success(found).model_dump_json(by_alias=True, exclude_none=True).encode())
    return size, bool(found.nothing or found.fails or found.series)


async def test_ten_million_samples_are_refused_by_the_server_and_told(backend: Backend) -> None:
    await scraped(backend, "sum(count_over_time(up[1d:10s]))")  # a step of the subquery has passed
    found = await explained(backend, HOSTILE["ten million samples"])
    assert found.fails or found.series == 1  # by how many series it has by now
    assert "nameless-selector" in codes(found)
