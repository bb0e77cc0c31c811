"""Alerts that fire, each with what it is about: a symptom where that object has a finding.

Alerts that say that all is well, and what is pending, inhibited or over, is not told.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.excerpt import few, one_line
from clusterwright.tools.finding import Edge, Finding, Relation, Severity, worst
from clusterwright.tools.prometheus.alerting.alert import Alert
from clusterwright.tools.prometheus.analyzers.about import about, name, shown, told
from clusterwright.tools.prometheus.analyzers.alert_monitoring import MONITORING as OF_MONITORING
from clusterwright.tools.prometheus.analyzers.alert_monitoring import watched
from clusterwright.tools.prometheus.analyzers.alert_objects import about as objects_of
from clusterwright.tools.prometheus.estate import Estate, estate_of
from clusterwright.tools.prometheus.known_alerts import KNOWN_ALERTS
from clusterwright.tools.prometheus.promql.literals import string
from clusterwright.tools.prometheus.result import Labels
from clusterwright.tools.quotation import quoted
from clusterwright.tools.ref import Ref, checked
from clusterwright.tools.snapshot import Snapshot

FIRING, PRESSURE, MONITORING = "alert/firing", "alert/pressure", "alert/monitoring"
GPU = "alert/gpu"
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
_About = tuple[tuple[Ref, ...], Alert]
"""The objects that an alert is about, and the alert."""
_OF_GPU = re.compile(r"gpu|dcgm|nvlink|\bxid", re.IGNORECASE)
_SEVERITY: Mapping[str, Severity] = {
    "critical": Severity.CRITICAL,
    "page": Severity.CRITICAL,
    "info": Severity.INFO,
}
_EACH, _MOST = 10, 100
"""Findings of one alert, and of all, that are told one by one."""


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    found = [(objects_of(estate, one.labels), one) for one in estate.alerts or () if _counts(one)]
    found.sort(key=lambda pair: (pair[1].name, str(_place(pair)), sorted(pair[1].labels.items())))
    groups: list[list[_About]] = []
    for _, same in groupby(found, key=lambda pair: pair[1].name):
        own = [list(some) for _, some in groupby(same, key=_place)]
        own.sort(key=lambda some: _is_elsewhere(estate, some))
        rest = [one for group in own[_EACH:] for one in group]
        groups += [*own[:_EACH], *([rest] if rest else ())]
    groups.sort(
        key=lambda some: (
            _is_elsewhere(estate, some),
            worst(_severity(one) for _, one in some).rank,
        )
    )
    for some in groups[:_MOST]:
        yield Suspicion(_finding(estate, some))
    if groups[_MOST:]:
        yield Suspicion(_more(estate, [one for some in groups[_MOST:] for _, one in some]))


def _place(one: _About) -> tuple[tuple[Ref, ...], str]:
    """Return what alerts of one finding have in common: the first object, else the namespace."""
    objects, alert = one
    return objects[:1], "" if objects else namespace_of(alert.labels)


def _is_elsewhere(estate: Estate, some: Sequence[_About]) -> bool:
    """Return whether alerts are not in the namespace that is asked about, which comes first."""
    asked = estate.namespace
    return bool(asked) and all(namespace_of(one.labels) != asked for _, one in some)


def namespace_of(labels: Labels) -> str:
    """Return the namespace that labels tell; the exporter's own where there is no other."""
    return labels.get("exported_namespace") or labels.get("namespace", "")


def _counts(alert: Alert) -> bool:
    known = KNOWN_ALERTS.get(alert.name)
    healthy = alert.name in ALWAYS or (known is not None and known.healthy)
    quiet = healthy or alert.severity == "none"
    return not quiet and alert.state in {"firing", "silenced", "muted"}


def _severity(alert: Alert) -> Severity:
    if alert.state != "firing":
        return Severity.INFO
    return _SEVERITY.get(alert.severity, Severity.WARNING)


def code_of(alert: str, labels: Labels) -> str:
    """Return what kind of thing an alert tells, by its name and the labels of its series."""
    if alert in _PRESSURE:
        return PRESSURE
    if _OF_GPU.search(alert) or "UUID" in labels:
        return GPU
    return MONITORING if alert.startswith(OF_MONITORING) else FIRING


def _finding(estate: Estate, some: Sequence[_About]) -> Finding:
    same = [one for _, one in some]
    first, alert = same[0], same[0].name
    ref = checked(Ref(KIND, alert)) or Ref(KIND, "unnamed")
    objects = tuple(dict.fromkeys(found for refs, _ in some for found in refs))
    watches = (found for one in same for found in watched(estate, alert, one.labels))
    places = sorted({found for one in same if (found := namespace_of(one.labels))})
    of = f" in namespace {name(places[0])}" if places else ""
    if len(places) > 1:
        of = f" in {len(places)} namespaces"
    if objects:
        of = f" for {few([str(one) for one in objects], 1)}"
    many = f" ({len(same)} alerts)" if len(same) > 1 else ""
    kept = f", and is {first.state}" if all(one.state != "firing" for one in same) else ""
    words = _words(first)
    query = f'ALERTS{{alertname={string(alert)},alertstate="firing"}}'
    value = told(first.value) if first.value is not None else "1"
    return about(
        code_of(alert, first.labels),
        ref,
        f"{name(alert)} fires{of}{many}{kept}" + (f": {words}" if words else ""),
        (shown(objects[0] if objects else ref, query, value, first.labels),),
        *_fixes(first),
        severity=worst(_severity(one) for one in same),
        since=min((one.since for one in same if one.since), default=None),
        members=objects,
        relations=tuple(
            Relation(source=ref, edge=Edge.ABOUT, target=one) for one in (*watches, *objects)
        ),
    )


def _more(estate: Estate, rest: Sequence[Alert]) -> Finding:
    names = list(dict.fromkeys(one.name for one in rest))
    return about(
        FIRING,
        estate.server,
        f"{len(rest)} more alerts fire, of {len(names)} names:"
        f" {few([name(one) for one in names], 3)}",
        (shown(estate.server, 'count(ALERTS{alertstate="firing"})', str(len(rest)), {}),),
        "prom_alerts tells all of them, by name.",
        severity=worst(_severity(one) for one in rest),
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
    (FIRING, PRESSURE, MONITORING, GPU),
    ("Pod", "ReplicaSet", "Node", "Service"),
    _detect,
    symptoms=(FIRING, PRESSURE, MONITORING, GPU),
)
