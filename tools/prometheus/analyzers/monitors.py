"""ServiceMonitors and PodMonitors from which no target comes, told by what of them is off."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

from clusterwright.tools.analyzer import Analyzer, ReadRequest, Suspicion, unless_gone
from clusterwright.tools.excerpt import shorten
from clusterwright.tools.finding import (
    Edge,
    EventEvidence,
    Evidence,
    Finding,
    Relation,
    Severity,
)
from clusterwright.tools.kubernetes.analyzers.pod import age, event_evidence, events_of, message_of
from clusterwright.tools.kubernetes.label_selector import selector_text
from clusterwright.tools.manifest import (
    Manifest,
    dig,
    items,
    labels_of,
    mapping,
    strings,
    text,
    texts,
)
from clusterwright.tools.prometheus.analyzers.about import about, said
from clusterwright.tools.prometheus.analyzers.monitor_remedies import remedies
from clusterwright.tools.prometheus.estate import GROUP, Estate, estate_of
from clusterwright.tools.prometheus.scraping.matched import Reason, Unmatched, unmatched
from clusterwright.tools.prometheus.scraping.selected import selected, unselected
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

SELECTS_NOTHING, PORT = "monitor/selects-nothing", "monitor/port-missing"
NO_ENDPOINTS, NOT_SELECTED = "monitor/no-endpoints", "monitor/not-selected"
REJECTED = "monitor/rejected"
_CODES: Mapping[Reason, str] = {
    "namespace": SELECTS_NOTHING,
    "labels": SELECTS_NOTHING,
    "port-name": PORT,
    "container-port": PORT,
    "no-endpoints": NO_ENDPOINTS,
}
_FRESH = timedelta(minutes=1)
"""What the operator and a reload of Prometheus take to follow a new monitor."""
MATCHED = ("ServiceMonitor", "PodMonitor")
_TAKEN = (*MATCHED, "Probe", "ScrapeConfig")
_KINDS = tuple(f"{kind}.{GROUP}" for kind in ("Prometheus", "PrometheusAgent", *_TAKEN))
_INVALID = ("InvalidConfiguration", "RejectedConfiguration")
"""Reasons of the events that the operator writes of what it refuses (pkg/operator/operator.go)."""


def settled(estate: Estate, manifest: Manifest) -> bool:
    """Return whether a monitor is there to stay, and was for long enough to be followed."""
    leaving = dig(manifest, "metadata", "deletionTimestamp") is not None
    return not leaving and age(estate, manifest) > _FRESH


def targets(estate: Estate, ref: Ref, endpoint: int) -> int:
    """Return how many targets come from a monitor, or from one endpoint of it."""
    prefix = f"{ref.kind[0].lower()}{ref.kind[1:]}/{ref.namespace}/{ref.name}/"
    pools = [one.pool for one in estate.targets.active] if estate.targets else []
    return sum(
        pool == f"{prefix}{endpoint}" if endpoint >= 0 else pool.startswith(prefix)
        for pool in pools
    )


def _detect_unmatched(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    if estate.targets is None:  # what objects tell is told only where Prometheus agrees
        return
    for kind in MATCHED:
        for ref, manifest in selected(estate, kind):
            if not settled(estate, manifest) or ref in _refused(estate):
                continue
            for one in unmatched(estate, manifest, ref):
                if not targets(estate, ref, one.endpoint) and not _asleep(estate, one):
                    yield Suspicion(_unmatched(estate, manifest, one), (ReadRequest(ref),))


def _asleep(estate: Estate, one: Unmatched) -> bool:
    """Return whether a Service has no endpoints since what is behind it was scaled to zero."""
    if one.reason != "no-endpoints" or one.nearest is None:
        return False
    selector = strings(estate.get(one.nearest), "spec", "selector")
    zero = [
        workload
        for kind in ("Deployment", "StatefulSet")
        for workload in estate.in_namespace(kind, one.nearest.namespace)
        if dig(workload, "spec", "replicas") == 0
        and selector.items() <= strings(workload, "spec", "template", "metadata", "labels").items()
    ]
    return bool(selector and zero)


def _unmatched(estate: Estate, manifest: Manifest, one: Unmatched) -> Finding:
    ref = one.monitor
    path = {
        "namespace": "$.spec.namespaceSelector",
        "labels": "$.spec.selector",
        "no-endpoints": "$.spec.selector",
    }.get(one.reason, f"$.spec.{endpoints(ref)}[{one.endpoint}]")
    value = _asked(manifest, path)
    if one.endpoint >= 0:
        value = text(items(manifest, "spec", endpoints(ref))[one.endpoint], "port") or "targetPort"
        path += ".port"
    evidence: list[Evidence] = [said(ref, path, value)]
    if one.nearest and one.reason in {"labels", "namespace"}:
        evidence.append(said(one.nearest, "$.metadata.labels", _labels(estate, one.nearest)))
    edges = (Relation(source=ref, edge=Edge.SELECTS, target=one.nearest),) if one.nearest else ()
    return about(
        _CODES[one.reason],
        ref,
        f"Nothing is scraped by it: {shorten(one.says, 170)}",
        tuple(evidence),
        _fix(one),
        severity=Severity.WARNING,
        relations=edges if one.reason == "no-endpoints" else (),
        remedies=remedies(estate, manifest, one),
    )


def _asked(manifest: Manifest, path: str) -> str:
    """Return what a monitor looks for, as a person writes it."""
    if path == "$.spec.selector":
        return selector_text(mapping(manifest, "spec", "selector")) or "everything"
    named = texts(manifest, "spec", "namespaceSelector", "matchNames")
    return ", ".join(named) or "its own namespace"


def endpoints(ref: Ref) -> str:
    """Return the field of a monitor's spec that lists what it scrapes of each object."""
    return "endpoints" if ref.kind == "ServiceMonitor" else "podMetricsEndpoints"


def _labels(estate: Estate, ref: Ref) -> str:
    return ", ".join(f"{k}={v}" for k, v in sorted(labels_of(estate.get(ref) or {}).items()))


def _fix(one: Unmatched) -> str:
    if one.reason == "no-endpoints":
        return f"See why {one.nearest} has no endpoints: k8s_find_problems."
    what = "port" if one.reason in {"port-name", "container-port"} else "selector"
    if one.reason == "namespace":
        what = "namespaceSelector"
    return f"Correct the {what} of the monitor: prom_plan_change with kind fix_monitor."


def _detect_unselected(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    for kind in _TAKEN:
        for one in unselected(estate, kind):
            manifest = estate.get(one.ref)
            # What another Prometheus scrapes, which is no object here, is taken up all the same.
            if manifest and settled(estate, manifest) and not targets(estate, one.ref, -1):
                taker, reason = one.reasons[0]
                more = f", nor does any of {len(one.reasons) - 1} others" * (len(one.reasons) > 1)
                finding = about(
                    NOT_SELECTED,
                    one.ref,
                    f"{taker} does not take it up{more}: {shorten(reason, 150)}",
                    (
                        said(one.ref, "$.metadata.labels", _labels(estate, one.ref)),
                        said(taker, "$.spec", reason),
                    ),
                    "Give it the labels that the Prometheus selects by, or widen its selector.",
                    severity=Severity.WARNING,
                    relations=(Relation(source=one.ref, edge=Edge.SCRAPED_BY, target=taker),),
                )
                yield Suspicion(finding, (ReadRequest(one.ref), ReadRequest(taker)))


def _refusals(estate: Estate) -> Iterator[tuple[Ref, EventEvidence]]:
    for kind in _TAKEN:
        for ref, manifest in selected(estate, kind):
            found = events_of(estate, ref, *_INVALID, within=timedelta(hours=1))
            if found and settled(estate, manifest) and not targets(estate, ref, -1):
                yield ref, event_evidence(found[0], ref)


def _refused(estate: Estate) -> frozenset[Ref]:
    return frozenset(ref for ref, _ in estate.derived(_all_refusals))


def _all_refusals(snapshot: Snapshot) -> tuple[tuple[Ref, EventEvidence], ...]:
    return tuple(_refusals(estate_of(snapshot)))


def _detect_refused(snapshot: Snapshot) -> Iterable[Suspicion]:
    for ref, event in snapshot.derived(_all_refusals):
        finding = about(
            REJECTED,
            ref,
            f"The operator refuses it: {message_of({'message': event.message})}",
            (event,),
            "Correct what the operator names; until then nothing of it is scraped.",
            severity=Severity.WARNING,
        )
        yield Suspicion(finding, (ReadRequest(ref),))


OBJECTS = (*_KINDS, "Service", "EndpointSlice", "Pod", "Namespace")
MONITOR_UNMATCHED = Analyzer(
    "monitor-unmatched",
    (SELECTS_NOTHING, PORT, NO_ENDPOINTS),
    (*OBJECTS, "Deployment", "StatefulSet"),
    _detect_unmatched,
    unless_gone,
)
MONITOR_NOT_SELECTED = Analyzer(
    "monitor-not-selected", (NOT_SELECTED,), (*_KINDS, "Namespace"), _detect_unselected, unless_gone
)
MONITOR_REJECTED = Analyzer(
    "monitor-rejected", (REJECTED,), (*_KINDS, "Event"), _detect_refused, unless_gone
)
