"""Which metrics rules lack, and through which rules they lack them."""

import pytest

from clusterwright.tools.prometheus.ruling.absence import Absence, Metrics, absences
from clusterwright.tools.prometheus.ruling.needs import existence, needs_of
from clusterwright.tools.prometheus.ruling.rule import Rule, RuleGroup

NOW = frozenset({"up", "node_load1"})
LATELY = NOW | {"kube_pod_info", "http_requests_total", "went_away"}


def told(*rules: Rule, metrics: Metrics | None = None) -> dict[str, tuple[str, list[str]]]:
    groups = [RuleGroup("g", "f", rules)]
    found: list[Absence] = absences(groups, needs_of(groups), metrics or Metrics(NOW, LATELY))
    return {one.about: (one.cause, [rule.name for _, rule in one.rules]) for one in found}


def alert(name: str, query: str) -> Rule:
    return Rule("alerting", name, query, "ok")


def record(name: str, query: str, health: str = "ok") -> Rule:
    return Rule("recording", name, query, "err" if health == "err" else "ok")


def test_a_chain_of_recorded_metrics_is_told_by_what_its_first_rule_lacks() -> None:
    assert told(
        alert("Last", "c:d > 1"),
        record("c:d", "b:c * 2"),
        record("b:c", "sum(a:b)"),
        record("a:b", "rate(gone_total[5m])"),
    ) == {"gone_*": ("not-scraped", ["Last", "c:d", "b:c", "a:b"])}


def test_what_is_recorded_of_something_that_may_come_is_only_quiet() -> None:
    assert told(alert("A", "quiet:rate > 1"), record("quiet:rate", "up == 7")) == {}
    assert told(alert("A", "x:y > 1"), record("x:y", "up == 7"), record("x:y", "gone > 1")) == {
        "gone_*": ("not-scraped", ["x:y"])
    }


def test_what_a_rule_that_fails_would_record_is_not_called_absent() -> None:
    assert told(alert("A", "x:y > 1"), record("x:y", "gone_total > 1", "err")) == {}


def test_rules_that_record_each_other_end() -> None:
    found = told(record("a:b", "b:a"), record("b:a", "a:b"), alert("A", "a:b > 1"))
    assert found == {}  # each is taken to be there until it is known not to be


def test_a_long_chain_is_followed_without_recursion() -> None:
    chain = [record(f"r:{i}", f"r:{i + 1} * 2") for i in reversed(range(3_000))]
    found = told(record("r:3000", "gone_total"), *chain)
    assert len(found["gone_*"][1]) == 3_001


def test_chains_that_branch_do_not_multiply() -> None:
    rules = [record(f"r:{i}", f"r:{i + 1} + r:{i + 1}x") for i in range(40)]
    rules += [record(f"r:{i}x", f"r:{i + 1} + r:{i + 1}x") for i in range(1, 40)]
    rules += [record("r:40", "gone_total"), record("r:40x", "gone_total")]
    assert set(told(*reversed(rules))) == {"gone_*"}


@pytest.mark.parametrize(
    ("query", "cause"),
    [
        ("went_away > 1", "ended"),
        ("http_request_total > 1", "misspelled"),
        ("other:rate5m > 1", "not-recorded"),
        ("windows_cpu > 1", "not-scraped"),
        ("kube_pod_lost > 1", "not-yet"),
        ("up_total > 1", "not-yet"),  # a gauge and a counter may share a name
        ("up == 7 or windows_cpu > 1", "part"),
        ("absent(windows_cpu)", "part"),
        ("up unless windows_cpu", "part"),
        ('ALERTS{alertname="A"} unless windows_cpu', "part"),
        ("windows_cpu unless up", "not-scraped"),
        ("sum(rate(windows_cpu[5m])) / sum(up)", "not-scraped"),
        ("went_away + windows_cpu", "ended"),
    ],
)
def test_an_absent_metric_is_told_by_why_it_is_absent(query: str, cause: str) -> None:
    assert [found[0] for found in told(alert("A", query)).values()] == [cause]


@pytest.mark.parametrize(
    "query",
    ["up > 1", "ALERTS > 0", '{job="x"} > 1', "vector(1)", "sum(", "", "(" * 900, 'up{a=~"x"} > 1'],
)
def test_what_lacks_nothing_or_cannot_be_read_is_not_told(query: str) -> None:
    assert told(alert("A", query)) == {}


def test_without_the_names_of_all_metrics_nothing_is_called_not_scraped() -> None:
    found = told(alert("A", "windows_cpu > 1"), metrics=Metrics(NOW))
    assert found == {"windows_*": ("not-yet", ["A"])}


def test_metrics_are_looked_up_in_queries_of_bounded_length() -> None:
    names = [f"metric_{i}_{'x' * 50}" for i in range(2_000)] + ["a.b|c", 'odd"} or up{a="']
    queries = list(existence(names))
    assert len(queries) > 10
    assert all(len(one) < 6_500 for one in queries)
    assert any("a\\\\.b\\\\|c" in one for one in queries)
