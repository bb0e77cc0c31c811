"""Alerts that fire, each with what it is about: a symptom where that object has a finding.

Alerts that say that all is well, and what is pending, inhibited or over, is not told.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.excerpt import few, one_line
from clusterwright.tools.finding import Edge, Finding, Relation, Severity
from clusterwright.tools.prometheus.alerting.alert import Alert
from clusterwright.tools.prometheus.analyzers.about import about, name, shown, told
from clusterwright.tools.prometheus.analyzers.alert_objects import about as objects_of
from clusterwright.tools.prometheus.analyzers.joins import checked
from clusterwright.tools.prometheus.estate import Estate, estate_of
from clusterwright.tools.prometheus.known_alerts import KNOWN_ALERTS
from clusterwright.tools.quotation import quoted
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

FIRING, PRESSURE, MONITORING = "alert/firing", "alert/pressure", "alert/monitoring"
KIND = "Alert"
"""Kind of an alert: it is no object of the cluster."""
ALWAYS = frozenset({"Watchdog", "DeadMansSwitch", "InfoInhibitor"})
"""They fire while all is well (kube-prometheus)."""
_PRESSURE = (
    *("CPUThrottlingHigh", "KubePersistentVolumeFillingUp", "KubePersistentVolumeInodesFillingUp"),
    *("KubeCPUOvercommit", "KubeMemoryOvercommit", "KubeCPUQuotaOvercommit"),
    *("KubeMemoryQuotaOvercommit", "KubeQuotaAlmostFull", "KubeQuotaFullyUsed"),
    *("KubeHpaMaxedOut", "KubeletTooManyPods", "NodeHighNumberConntrackEntriesUsed"),
    *(
        "NodeFilesystemSpaceFillingUp",
        "NodeFilesystemAlmostOutOfSpace",
        "NodeMemoryHighUtilization",
    ),
    *("NodeFilesystemFilesFillingUp", "NodeFilesystemAlmostOutOfFiles", "NodeCPUHighUsage"),
)
"""Alerts of what is short, and of nothing that fails yet: kubernetes-mixin, node-mixin."""
_MONITORING = ("Prometheus", "Alertmanager", "TargetDown", "ConfigReloaderSidecarErrors")
_SEVERITY: Mapping[str, Severity] = {
    "critical": Severity.CRITICAL,
    "page": Severity.CRITICAL,
    "info": Severity.INFO,
}
_EACH = 10
"""Findings of one alert that are told one by one."""


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    firing = [one for one in estate.alerts or () if _counts(one)]
    firing.sort(key=lambda one: (one.name, _first(estate, one), sorted(one.labels.items())))
    for alert, same in groupby(firing, key=lambda one: one.name):
        groups = [list(some) for _, some in groupby(same, key=lambda one: _first(estate, one))]
        rest = [one for group in groups[_EACH:] for one in group]
        for some in (*groups[:_EACH], *([rest] if rest else ())):
            yield Suspicion(_finding(estate, alert, some))


def _counts(alert: Alert) -> bool:
    known = KNOWN_ALERTS.get(alert.name)
    healthy = alert.name in ALWAYS or (known is not None and known.healthy)
    quiet = healthy or alert.severity == "none"
    return not quiet and alert.state in {"firing", "silenced", "muted"}


def _first(estate: Estate, alert: Alert) -> str:
    return str(next(iter(objects_of(estate, alert.labels)), ""))


def code_of(alert: str) -> str:
    """Return what kind of thing an alert tells."""
    if alert in _PRESSURE:
        return PRESSURE
    return MONITORING if alert.startswith(_MONITORING) else FIRING


def _finding(estate: Estate, alert: str, same: Sequence[Alert]) -> Finding:
    first = same[0]
    ref = checked(Ref(KIND, alert)) or Ref(KIND, "unnamed")
    objects = [found for one in same for found in objects_of(estate, one.labels)]
    since = min((one.since for one in same if one.since), default=None)
    quiet = all(one.state != "firing" for one in same)
    severity = Severity.INFO if quiet else _SEVERITY.get(first.severity, Severity.WARNING)
    of = f" for {few([str(one) for one in dict.fromkeys(objects)], 1)}" if objects else ""
    many = f" ({len(same)} alerts)" if len(same) > 1 else ""
    kept = f", and is {first.state}" if quiet else ""
    words = _words(first)
    query = f'ALERTS{{alertname="{alert}",alertstate="firing"}}'
    value = told(first.value) if first.value is not None else "1"
    return about(
        code_of(alert),
        ref,
        f"{name(alert)} fires{of}{many}{kept}" + (f": {words}" if words else ""),
        (shown(objects[0] if objects else ref, query, value, first.labels),),
        *_fixes(first),
        severity=severity,
        since=since,
        members=tuple(dict.fromkeys(objects)),
        relations=tuple(
            Relation(source=ref, edge=Edge.ABOUT, target=one) for one in dict.fromkeys(objects)
        ),
    )


def _words(alert: Alert) -> str:
    """Return what the alert says of itself, which others wrote: in marks."""
    for key in ("summary", "description", "message"):
        if alert.annotations.get(key):
            return quoted(one_line(alert.annotations[key], 120))
    return ""


def _fixes(alert: Alert) -> Iterator[str]:
    known = KNOWN_ALERTS.get(alert.name)
    if known:
        yield known.check
    else:
        yield f"prom_alerts shows the rule of {name(alert.name)}, and who is told of it."


ALERT_FIRING = Analyzer(
    "alert-firing",
    (FIRING, PRESSURE, MONITORING),
    ("Pod", "ReplicaSet", "Node", "Service"),
    _detect,
    symptoms=(FIRING, PRESSURE, MONITORING),
)
