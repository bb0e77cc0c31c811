"""Each lint rule: what it doubts, and what it must be silent about."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from clusterwright.tools.prometheus.promql.facts import Facts
from clusterwright.tools.prometheus.promql.lint.all import RULES, lint
from clusterwright.tools.prometheus.promql.reading import read

FACTS = Facts(
    types={
        "requests_total": "counter",
        "events": "counter",  # OpenMetrics: metadata of the family, series are events_total
        "memory_bytes": "gauge",
        "latency_seconds": "histogram",
        "rpc_seconds": "summary",
        "mixed": "unknown",
    },
    intervals={"requests_total": 30.0, "latency_seconds_bucket": 60.0},
    labels={
        "requests_total": frozenset({"job", "instance", "code", "handler"}),
        "memory_bytes": frozenset({"job", "instance", "pod"}),
    },
    counts={"requests_total": 5_000, "memory_bytes": 90_000, "mixed": 12},
)


@dataclass(frozen=True)
class Case:
    doubtful: tuple[str, ...]
    silent: tuple[str, ...]


CASES = {
    "quantile-without-le": Case(
        (
            "histogram_quantile(0.9, sum by (job) (rate(x_bucket[5m])))",
            "histogram_quantile(0.9, sum(rate(x_bucket[5m])))",
            "histogram_quantile(0.9, sum without (le) (rate(x_bucket[5m])))",
        ),
        (
            "histogram_quantile(0.9, sum by (le, job) (rate(x_bucket[5m])))",
            "histogram_quantile(0.9, rate(x_bucket[5m]))",
            "histogram_quantile(0.9, sum without (pod) (rate(x_bucket[5m])))",
            "histogram_quantile(0.9, sum(rate(latency_seconds[5m])))",  # native
            "histogram_quantile(0.9, sum by (job) (job:x_bucket:rate5m))",
            'histogram_quantile(0.9, sum by (job) ({__name__=~"x.*"}))',
        ),
    ),
    "rate-of-gauge": Case(
        ("rate(memory_bytes[5m])", 'sum(increase(memory_bytes{pod="a"}[1h]))'),
        (
            "rate(requests_total[5m])",
            "rate(mixed[5m])",
            "rate(nobody_knows[5m])",
            "rate(latency_seconds[5m])",
            "rate(latency_seconds_sum[5m])",
            "delta(memory_bytes[5m])",
        ),
    ),
    "rate-after-sum": Case(
        ("rate(sum(requests_total)[5m:30s])", "increase((sum by (job) (requests_total))[1h:1m])"),
        (
            "sum(rate(requests_total[5m]))",
            "max_over_time(sum(rate(requests_total[5m]))[1h:1m])",
            "rate(requests_total[5m:30s])",
        ),
    ),
    "raw-counter": Case(
        (
            "requests_total",
            "sum by (job) (requests_total)",
            "requests_total / 60",
            "events_total",
            "latency_seconds_sum",
            "topk(3, requests_total)",
        ),
        (
            "rate(requests_total[5m])",
            "count(requests_total)",
            "absent(requests_total)",
            "requests_total - requests_total offset 1h",
            "requests_total > 0",
            "memory_bytes",
            "foo_total",  # nobody says that it is one
            "job:requests_total:rate5m",
            'rpc_seconds{quantile="0.9"}',
            "changes(requests_total[1h])",
            "max_over_time(requests_total[1h])",
            "x and on (job) requests_total",
        ),
    ),
    "delta-of-counter": Case(
        ("delta(requests_total[5m])", "predict_linear(events_total[1h], 3600)"),
        ("delta(memory_bytes[5m])", "deriv(mixed[5m])", "increase(requests_total[5m])"),
    ),
    "short-window": Case(
        ("rate(requests_total[1m])", "rate(requests_total[30s])"),
        (
            "rate(requests_total[2m])",
            "rate(nobody_knows[1s])",
            "avg_over_time(requests_total[30s])",
            "rate(requests_total[1m:10s])",
        ),
    ),
    "sides-differ": Case(
        (
            "sum by (a) (x) / sum by (a, b) (y)",
            "sum(x) / sum by (a) (y)",
            "sum by (a) (x) and sum by (b) (y)",
        ),
        (
            "sum by (a) (x) / sum by (a) (y)",
            "sum by (a, b) (x) / on (a) group_left sum by (a) (y)",
            "sum by (a) (x) or sum by (b) (y)",
            "sum by (a) (x) / 60",
            "x / y",
            "sum without (a) (x) / sum by (b) (y)",
            "topk(1, x) / sum by (b) (y)",
        ),
    ),
    "many-to-one": Case(
        (
            "sum by (a, b) (x) / on (a) sum by (a) (y)",
            "sum by (a) (x) / on (a) sum by (a, b) (y)",
            "sum by (a, b) (x) / ignoring (b) sum by (a) (y)",
            "sum by (a, b) (x) > on (a) sum by (a, c) (y)",
        ),
        (
            "sum by (a, b) (x) / on (a) group_left sum by (a) (y)",
            "sum by (a) (x) / on (a) sum by (a) (y)",
            "limitk(3, x) / on (a) sum by (a, b) (y)",
            "sum by (a, b) (x) and on (a) sum by (a) (y)",
            "x / on (a) y",
            "sum by (a) (x) / on (a, b) sum by (a) (y)",
        ),
    ),
    "unknown-label": Case(
        (
            "sum by (status) (requests_total)",
            "sum by (cod) (rate(requests_total[5m]))",
            "sum by (pod) (sum by (job) (requests_total))",
            "requests_total * on (pod) group_left memory_bytes",
            'requests_total{env!="dev"}',
        ),
        (
            "sum by (code) (rate(requests_total[5m]))",
            'sum by (new) (label_replace(requests_total, "new", "$1", "job", "(.*)"))',
            "sum by (whatever) (nobody_knows)",
            'sum by (v) (count_values("v", requests_total))',
            "sum by (pod) (requests_total * on (job) group_left (pod) memory_bytes)",
            'requests_total{env=""}',
            'requests_total{env!=""}',
        ),
    ),
    "filter-in-sum": Case(
        ("sum(up == 0)", "avg by (job) (x == 3)"),
        (
            "sum(up == 1)",
            "count(up == 0)",
            "sum(up == bool 0)",
            "sum(x > 0)",
            "sum(x)",
            "sum(x == y)",
        ),
    ),
    "average-of-quantiles": Case(
        (
            "avg(histogram_quantile(0.9, x_bucket))",
            'avg by (job) (rpc_seconds{quantile="0.99"})',
        ),
        (
            "max(histogram_quantile(0.9, x_bucket))",
            'max(rpc_seconds{quantile="0.99"})',
            'avg(rpc_seconds{quantile!="0.99"})',
        ),
    ),
    "idle-regex": Case(
        (
            'x{a=~".*"}',
            'x{a!~".*"}',
            'x{a=~"b|"}',
            'rate(x{a=~"|b"}[5m])',
            'x{a=~"b||c"}',
        ),
        ('x{a=~".+"}', 'x{a=~"b|c"}', 'x{a=""}', 'x{a=~"(b|)"}', 'x{a=~"[|]"}', 'x{a!~""}'),
    ),
    "plain-regex": Case(
        ('x{a=~"foo"}', 'x{a!~"foo-bar"}', '{__name__=~"up"}', 'x{code=~"5"}'),
        ('x{a="foo"}', 'x{a=~"foo|bar"}', 'x{a=~"fo."}', 'x{a=~""}', 'x{a=~"5.."}'),
    ),
    "nameless-selector": Case(
        ('{job!=""}', 'count({__name__!=""})', '{a!="b",job=~".+"}'),
        ('{job="a"}', 'x{a!="b"}', '{__name__=~"node_.*"}', '{"http.x",a!="b"}'),
    ),
    "wide-selector": Case(
        (
            "requests_total",
            "rate(requests_total[5m])",
            "sum(memory_bytes)",
            "topk(5, requests_total)",
        ),
        ("sum(requests_total)", "mixed", "nobody_knows", 'requests_total{job="a"}'),
    ),
    "topk-per-step": Case(
        ("topk(5, x)", "(bottomk(5, x))", "max_over_time(topk(1, x)[1h:1m])"),
        ("x and on (a) topk(5, y)", "max(topk(5, x))", "sort(x)"),
    ),
    "float-equality": Case(
        ("x == 0.1", "x / y == 1", "rate(x[5m]) != 3", "0.5 != x"),
        (
            "up == 0",
            "x == 3",
            "rate(x[5m]) == 0",
            "x / y == 0",
            "x == y",
            "round(x / y) == 3",
            "x > 0.1",
            "1 == bool 1.0",
            "x == Inf",
            "x == NaN",
        ),
    ),
    "odd-time": Case(
        ("x offset -5m", "x[5m:10m]", "rate(x[5m] @ 12)"),
        (
            "x offset 5m",
            "x @ end()",
            "x @ 1769860800",
            "x[1h:5m]",
            "x[1h:]",
            "x offset -5m @ 1769860800",
        ),
    ),
    "absent-of-many": Case(
        ("absent(sum(x))", 'absent(x{job=~"a|b"})'),
        ('absent(x{job="a"})', "absent((x))", "absent_over_time(x[5m])", 'absent(x{job=~"a"})'),
    ),
}


def codes(query: str, facts: Facts = FACTS) -> list[str]:
    return [one.code for one in lint(read(query), facts)]


@pytest.mark.parametrize(
    ("code", "query"), [(code, q) for code, case in CASES.items() for q in case.doubtful]
)
def test_a_doubtful_query_is_told_with_what_would_be_right(code: str, query: str) -> None:
    found = [one for one in lint(read(query), FACTS) if one.code == code]
    assert found
    assert all(one.part and one.why and one.right for one in found)


@pytest.mark.parametrize(
    ("code", "query"), [(code, q) for code, case in CASES.items() for q in case.silent]
)
def test_a_sound_query_is_not_doubted(code: str, query: str) -> None:
    assert code not in codes(query)


@pytest.mark.parametrize("rule", [one.code for one in RULES])
def test_each_rule_has_its_cases(rule: str) -> None:
    assert CASES[rule].doubtful
    assert CASES[rule].silent


def test_there_are_no_cases_of_rules_that_are_gone() -> None:
    assert set(CASES) == {one.code for one in RULES}


def test_rules_that_need_facts_are_silent_without_them() -> None:
    for rule in RULES:
        if rule.needs:
            alone = [q for q in CASES[rule.code].doubtful if q.count("sum") < 2]
            found = [code for q in alone for code in codes(q, Facts())]
            assert rule.code not in found


@pytest.mark.parametrize(
    ("query", "right"),
    [
        ("rate(up[5m])", "changes(up[...])"),
        ('sum(increase(up{job="a"}[1h]))', 'changes(up{job="a"}[...])'),
        ("rate(ALERTS[5m])", "changes(ALERTS[...])"),
        ("rate(scrape_samples_scraped[5m])", "deriv(scrape_samples_scraped[...])"),
    ],
)
def test_what_prometheus_makes_itself_is_a_gauge_though_no_metadata_says_so(
    query: str, right: str
) -> None:
    (doubt,) = lint(read(query), Facts())
    assert doubt.code == "rate-of-gauge"
    assert doubt.right.startswith(right)


def test_what_is_suggested_can_be_read() -> None:
    for case in CASES.values():
        for query in (*case.doubtful, *case.silent):
            assert read(query).trusted, query


def test_queries_as_dashboards_and_mixins_have_them_are_not_doubted() -> None:
    for query in SOUND:
        assert codes(query, Facts()) == [], query


SOUND = (
    'sum(rate(container_cpu_usage_seconds_total{namespace="a",container!=""}[5m])) by (pod)',
    "histogram_quantile(0.99, sum by (le, cluster) (rate(apiserver_request_duration_seconds_bucket"
    '{job="apiserver",verb!="WATCH"}[5m]))) > 1',
    'kube_pod_status_phase{phase=~"Pending|Unknown"} * on (namespace, pod) group_left (owner_kind)'
    " topk by (namespace, pod) (1, max by (namespace, pod, owner_kind) (kube_pod_owner))",
    '1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[5m]))',
    'max_over_time(kube_pod_container_status_waiting_reason{reason="CrashLoopBackOff"}[5m]) >= 1',
    'sum by (namespace) (kube_pod_container_resource_requests{resource=~"nvidia_com_.*"})',
    "(time() - kube_job_status_start_time) > 43200",
    "up == 0",
    "node:node_cpu_utilization:ratio_rate5m > 0.9",
    "changes(DCGM_FI_DEV_XID_ERRORS[1h]) > 0",
    'avg_over_time(DCGM_FI_PROF_GR_ENGINE_ACTIVE{pod!=""}[1h]) < 0.05',
    '100 * sum(rate(x_total{code=~"5.."}[5m])) / sum(rate(x_total[5m]))',
    'absent(up{job="kubelet"} == 1)',
)


def test_the_rules_stand_in_a_tuple_that_names_each_file() -> None:
    folder = Path(__file__).parents[5] / "tools" / "prometheus" / "promql" / "lint"
    files = {one.stem.replace("_", "-") for one in folder.glob("*.py")}
    assert files - {"--init--", "all", "rule", "parts"} == {one.code for one in RULES}
