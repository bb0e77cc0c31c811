"""The guide to the lint of PromQL, made from its rules: each with an example and what is right."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from clusterwright.tools.prometheus.promql.facts import Facts
from clusterwright.tools.prometheus.promql.lint.all import RULES
from clusterwright.tools.prometheus.promql.lint.rule import Rule
from clusterwright.tools.prometheus.promql.reading import read

_HEAD = """\
# Lint of PromQL

What `prom_explain_query` doubts about a query that runs, but may not say what was meant. A doubt is
advice: the query is asked all the same. Rules that need to know something of the metrics are silent
where it is not known, so that nothing is guessed from a name.

The rules are `tools/prometheus/promql/lint/`. They see what the parser here reads; of queries that
only the server reads (`smoothed`, `anchored`, durations that are computed) the answer says that
they were not judged.
"""
_NEEDS = {
    "types": "the type of the metric, as its target exposes it (`/api/v1/metadata`)",
    "intervals": "how often the targets of the metric's jobs are scraped (`/api/v1/targets`)",
    "labels": "the labels of the metric (`/api/v1/labels`)",
    "counts": "how many series the selector takes now",
}


@dataclass(frozen=True, slots=True)
class Example:
    """A query that is doubtful, and one that says what was probably meant."""

    doubtful: str
    right: str
    facts: Facts = field(default_factory=Facts)


_COUNTER = Facts(types={"http_requests_total": "counter"})
_GAUGE = Facts(types={"container_memory_working_set_bytes": "gauge"})
EXAMPLES: Mapping[str, Example] = {
    "quantile-without-le": Example(
        "histogram_quantile(0.95, sum by (job) (rate(http_request_duration_seconds_bucket[5m])))",
        "histogram_quantile(0.95, sum by (le, job)"
        " (rate(http_request_duration_seconds_bucket[5m])))",
    ),
    "rate-of-gauge": Example(
        "rate(container_memory_working_set_bytes[5m])",
        "deriv(container_memory_working_set_bytes[10m])",
        _GAUGE,
    ),
    "rate-after-sum": Example(
        "rate(sum(http_requests_total)[5m:30s])", "sum(rate(http_requests_total[5m]))"
    ),
    "raw-counter": Example(
        "sum by (job) (http_requests_total)",
        "sum by (job) (rate(http_requests_total[5m]))",
        _COUNTER,
    ),
    "delta-of-counter": Example(
        "delta(http_requests_total[1h])", "increase(http_requests_total[1h])", _COUNTER
    ),
    "short-window": Example(
        "rate(http_requests_total[1m])",
        "rate(http_requests_total[2m])",
        Facts(intervals={"http_requests_total": 30.0}),
    ),
    "sides-differ": Example(
        "sum by (pod) (rate(errors_total[5m])) / sum by (pod, code) (rate(requests_total[5m]))",
        "sum by (pod) (rate(errors_total[5m])) / sum by (pod) (rate(requests_total[5m]))",
    ),
    "many-to-one": Example(
        "sum by (pod, container) (usage) / on (pod) sum by (pod) (limit)",
        "sum by (pod, container) (usage) / on (pod) group_left sum by (pod) (limit)",
    ),
    "unknown-label": Example(
        "sum by (status) (rate(http_requests_total[5m]))",
        "sum by (code) (rate(http_requests_total[5m]))",
        Facts(labels={"http_requests_total": frozenset({"code", "job", "instance"})}),
    ),
    "filter-in-sum": Example("sum(up == 0)", "count(up == 0)"),
    "average-of-quantiles": Example(
        'avg by (job) (rpc_duration_seconds{quantile="0.99"})',
        'max by (job) (rpc_duration_seconds{quantile="0.99"})',
    ),
    "idle-regex": Example('up{job=~".*"}', 'up{job!=""}'),
    "plain-regex": Example('http_requests_total{code=~"5"}', 'http_requests_total{code=~"5.."}'),
    "nameless-selector": Example('count({job!=""})', 'count({job="kubelet"})'),
    "wide-selector": Example(
        "rate(http_requests_total[5m])",
        "sum by (job) (rate(http_requests_total[5m]))",
        Facts(counts={"http_requests_total": 5_000}),
    ),
    "topk-per-step": Example(
        "topk(5, rate(http_requests_total[5m]))",
        "rate(http_requests_total[5m]) and on (instance, code)"
        " topk(5, rate(http_requests_total[5m] @ end()))",
    ),
    "float-equality": Example("memory_used / memory_total == 1", "memory_used >= memory_total"),
    "odd-time": Example("up offset -5m", "up offset 5m"),
    "absent-of-many": Example(
        'absent(up{job=~"api|web"})', 'absent(up{job="api"}) or absent(up{job="web"})'
    ),
}
"""Of each rule; `facts` are what makes it speak where it needs some."""


def page() -> str:
    """Return the guide as Markdown."""
    return "\n".join([_HEAD, *(line for rule in RULES for line in _rule(rule))])


def _rule(rule: Rule) -> Iterator[str]:
    example = EXAMPLES[rule.code]
    tree = read(example.doubtful).tree
    said = next(iter(rule.advise(tree, example.facts)), None) if tree is not None else None
    yield f"## {rule.code}"
    yield f"Doubts: {rule.title}."
    yield ""
    yield "```promql"
    yield f"{example.doubtful}  # doubtful"
    yield f"{example.right}  # right"
    yield "```"
    if said:
        yield f"- Why: {said.why}."
        yield f"- Advice: {said.right}."
    if rule.needs:
        yield f"- Needs: {_NEEDS[rule.needs]}."
    yield ""
