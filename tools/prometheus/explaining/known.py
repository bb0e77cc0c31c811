"""What people run into with metrics that most clusters have, and how it is meant.

Sources: the documentation of kube-state-metrics, node_exporter, dcgm-exporter; Prometheus 3.0,
docs/migration.md, for the spelling of `le`.
"""

import re
from collections.abc import Iterable, Sequence

from clusterwright.tools.prometheus.promql.selector import Matcher

_ALERTS = frozenset({"ALERTS", "ALERTS_FOR_STATE"})
_OF_NODES = (
    "node_(arp|boot|context|cpu|disk|dmi|edac|entropy|exporter|filefd|filesystem|forks|hwmon|intr"
    "|ipvs|load|md|memory|netstat|network|nf|nfs|os|power|pressure|procs|schedstat|sockstat|softnet"
    "|systemd|textfile|thermal|time|timex|uname|vmstat|xfs|zfs)[a-zA-Z0-9_]*"
)
_EXPORTERS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(_OF_NODES), "node-exporter"),
    (re.compile("kube_[a-z0-9_]+"), "kube-state-metrics"),
    (re.compile("container_[a-z0-9_]+"), "cAdvisor (the kubelet's /metrics/cadvisor)"),
    (re.compile("kubelet_[a-z0-9_]+"), "the kubelet"),
    (re.compile("DCGM_[A-Z0-9_]+"), "dcgm-exporter"),
    (re.compile("apiserver_[a-z0-9_]+"), "the API server"),
    (re.compile("etcd_(server|disk|mvcc|network|debugging)_[a-z0-9_]+"), "etcd"),
    (re.compile("coredns_[a-z0-9_]+"), "CoreDNS"),
    (re.compile("istio_[a-z0-9_]+"), "Istio's proxies"),
    (re.compile("nginx_ingress_[a-z0-9_]+"), "ingress-nginx"),
    (re.compile("argocd_[a-z0-9_]+"), "Argo CD"),
    (re.compile("vllm:.+"), "vLLM"),
)
_ALLOWED = re.compile("kube_[a-z0-9]+_(labels|annotations)")
_CLASS = re.compile("[1-5][xX]{2}")
NUMBERS = frozenset({"le", "quantile"})
"""Labels whose values are numbers."""
_OUTCOMES = frozenset({"code", "status", "status_code", "grpc_code", "reason", "result", "error"})
"""Labels of counters whose series begin with the first event."""


def about_metric(metric: str, every: Iterable[str]) -> str:
    """Return why a metric is not exposed, where its name tells whose it is; else nothing."""
    if metric in _ALERTS:
        return "an alert has series only while it is pending or fires: prom_rules tells of each"
    there = [one for one in every if ":" not in one]
    for pattern, exporter in _EXPORTERS:
        if pattern.fullmatch(metric) and not any(map(pattern.fullmatch, there)):
            return f"it is of {exporter}, of which nothing is here: prom_targets tells what is"
    if found := _ALLOWED.fullmatch(metric):
        return f"kube-state-metrics exposes those only that --metric-{found[1]}-allowlist names"
    if metric.startswith("DCGM_"):
        return "dcgm-exporter exposes only the fields of its counters file: add it there"
    if ":" in metric:
        return "a name with a colon is made by a recording rule: prom_rules tells whether one is"
    return ""


def about_value(metric: str | None, one: Matcher, there: Sequence[str]) -> str:
    """Return how a value is meant, where that is known; else nothing."""
    if metric in _ALERTS:
        return "an alert has series only while it is pending or fires: prom_rules tells of each"
    if one.operator == "=" and _CLASS.fullmatch(one.value):
        return f'a class of codes is a regular expression: {one.label}=~"{one.value[0]}.."'
    if (
        one.operator == "="
        and one.label in _OUTCOMES
        and (metric or "").endswith(("_total", "_count", "_bucket"))
    ):
        return "such a series appears with its first event: none has been counted"
    if one.label in NUMBERS and (near := by_number(one.value, there)):
        spelled = Matcher(one.label, "=", near[0])
        same = _number(near[0]) == _number(one.value)
        return f"it is written {spelled}" if same else f"the next one is {spelled}"
    return ""


def by_number(value: str, there: Sequence[str]) -> list[str]:
    """Return values that are numbers, the one next to a number first; none if it is none."""
    wanted = _number(value)
    if wanted is None:
        return []
    known = [(one, number) for one in there if (number := _number(one)) is not None]
    known.sort(key=lambda pair: abs(pair[1] - wanted))
    return [one for one, _ in known]


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
