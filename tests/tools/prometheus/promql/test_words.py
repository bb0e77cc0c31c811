"""What a query computes in words, what is spelled alike, and why two sides do not meet."""

import pytest

from clusterwright.tools.prometheus.promql.near import nearest
from clusterwright.tools.prometheus.promql.reading import read
from clusterwright.tools.prometheus.promql.sentence import LONGEST, sentence
from clusterwright.tools.prometheus.promql.sides import Matching, difference

SENTENCES = [
    ("up", "up"),
    ('up{job="a"} offset 1h', 'up with job="a", 1h ago'),
    ("sum by (a) (rate(x[5m]))", "the sum of the per-second rate of x over 5m, by a"),
    ("sum without (a) (x)", "the sum of x, for each combination of labels but a"),
    ("histogram_quantile(0.95, x)", "the 95th percentile of x"),
    ("quantile_over_time(0.5, x[1h])", "the 50th percentile of x over 1h"),
    ("topk(3, x) > 5", "the 3 highest of x, only where above 5"),
    ("x > bool 5", "1 where x is above 5, else 0"),
    ("x / on (a) y", "x divided by y, matched on a"),
    ("x / ignoring (a) y", "x divided by y, matched without a"),
    ("x and y", "those of x for which there is y"),
    ("x unless y", "those of x for which there is no y"),
    ("(x + 1) * 2", "(x plus 1) times 2"),
    (
        "max_over_time(rate(x[5m])[1h:1m])",
        "the highest of the per-second rate of x over 5m over 1h",
    ),
    ("absent(x)", "1 if there is no x"),
    ("time() - x", "now minus x"),
    ("predict_linear(x[1h], 60)", "what x will be in 60 seconds, by its last 1h"),
    ('label_replace(x, "a", "$1", "b", "(.*)")', "x, with the label a"),
    ("clamp_min(x, 0)", "clamp_min of x, 0"),
    ("-x", "minus x"),
    ('count_values("v", x)', "how many series have each value of x"),
    ('{__name__=~"a.*"}', 'all series with __name__=~"a.*"'),
]


@pytest.mark.parametrize(("query", "words"), SENTENCES)
def test_what_a_query_computes_is_told_in_words(query: str, words: str) -> None:
    tree = read(query).tree
    assert tree is not None
    assert sentence(tree) == words


def test_long_queries_are_told_in_part() -> None:
    for query in ("sum(rate(x[5m])) + " * 60 + "y", f'x{{a="{"b" * 5_000}"}}'):
        tree = read(query).tree
        assert tree is not None
        assert len(sentence(tree)) <= LONGEST


NAMES = ["http_requests_total", "http_request_duration_seconds_count", "kube_pod_info", "up"]


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("http_request_total", "http_requests_total"),
        ("requests_http_total", "http_requests_total"),
        ("kube_pods_info", "kube_pod_info"),
        ("kubePodInfo", "kube_pod_info"),
        ("UP", "up"),
        ("http_requests", "http_requests_total"),
    ],
)
def test_the_name_that_was_meant_comes_first(name: str, first: str) -> None:
    assert nearest(name, NAMES)[0] == first


def test_what_is_not_alike_is_not_named() -> None:
    assert nearest("zzz", NAMES) == []
    assert nearest("up", ["up"]) == []
    assert nearest("x" * 100_000, ["y" * 100_000] * 5) == []


SERIES = [{"job": "a", "pod": "p1", "code": "200"}]


APART: list[tuple[list[dict[str, str]], Matching, str, str]] = [
    (
        [{"job": "a", "pod": "p1"}],
        Matching("/"),
        "left side has code",
        "/ on (job, pod) group_",
    ),
    ([{"job": "a", "node": "n"}], Matching("and"), "right side has node", "and on (job)"),
    (
        [{"job": "a", "pod": "p2", "code": "200"}],
        Matching("/"),
        'pod is "p1" on',
        "(code, job)",
    ),
    ([{"job": "b"}], Matching("/", ("job",), on=True), 'job is "a"', "no value in common"),
    ([{"x": "b"}], Matching("/"), "only the right side has x", "share no label"),
    ([{}], Matching("/"), "only the left side", "/ on () group_left"),
    ([{}], Matching("and"), "only the left side", "and on ()"),
]


@pytest.mark.parametrize(("right", "matching", "why", "to_do"), APART)
def test_what_keeps_two_sides_apart_is_told(
    right: list[dict[str, str]], matching: Matching, why: str, to_do: str
) -> None:
    found = difference(SERIES, right, matching)
    assert found is not None
    assert why in found.why
    assert to_do in found.right
    assert matching.operator != "and" or "group_" not in found.right


def test_sides_that_could_meet_have_no_difference() -> None:
    assert difference(SERIES, SERIES, Matching("/")) is None
    assert difference([], [], Matching("/")) is None
