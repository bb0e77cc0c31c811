"""Workloads whose pods the API server refuses by a rule that can be named: whose, and which."""

from collections.abc import Iterable, Iterator

from clusterwright.tools.analyzer import Analyzer, ReadRequest, Suspicion
from clusterwright.tools.finding import Evidence, FieldEvidence, Finding
from clusterwright.tools.kubernetes.analyzers.absence import still_missing
from clusterwright.tools.kubernetes.analyzers.missing_pods import MAKERS, refusal, short_of_pods
from clusterwright.tools.kubernetes.analyzers.pod import severity_of, title, workload_of
from clusterwright.tools.kubernetes.analyzers.refusal import (
    LIMIT_RANGE,
    POD_SECURITY,
    PRIORITY_CLASS,
    SERVICE_ACCOUNT,
    UNAVAILABLE,
    Understood,
    understood,
)
from clusterwright.tools.manifest import (
    Manifest,
    condition,
    instant,
    items,
    labels_of,
    name_of,
    namespace_of,
    strings,
    text,
)
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

_ENFORCE = "pod-security.kubernetes.io/enforce"
_BOUNDS = ("max", "min", "maxLimitRequestRatio")


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    for maker in short_of_pods(snapshot):
        refused = refusal(snapshot, maker)
        if refused is None or " quota: " in refused[0]:
            continue
        told = understood(refused[0], namespace_of(maker))
        if told.code != UNAVAILABLE:
            missing = _missing(told, namespace_of(maker))
            requests = (ReadRequest(missing),) if missing else ()
            yield Suspicion(_finding(snapshot, maker, told, refused[1]), requests)


def _missing(told: Understood, namespace: str) -> Ref | None:
    """Return the object that the API server says does not exist."""
    match told.code:
        case code if code == SERVICE_ACCOUNT:
            return Ref("ServiceAccount", told.name, namespace)
        case code if code == PRIORITY_CLASS:
            return Ref("PriorityClass", told.name)
        case _:
            return None


def _finding(snapshot: Snapshot, maker: Manifest, told: Understood, said: Evidence) -> Finding:
    subject = workload_of(snapshot, maker)
    return Finding(
        code=told.code,
        severity=severity_of(snapshot, subject),
        subject=subject,
        title=title(told.sentence),
        evidence=(said, *_rule(snapshot, told, namespace_of(maker))),
        since=instant(condition(maker, "ReplicaFailure"), "lastTransitionTime"),
        fixes=(told.fix,),
    )


def _rule(snapshot: Snapshot, told: Understood, namespace: str) -> Iterator[FieldEvidence]:
    """Yield where the rule is written that forbids the pods."""
    if told.code == POD_SECURITY:
        home = Ref("Namespace", namespace)
        level = labels_of(snapshot.get(home) or {}).get(_ENFORCE)
        if level:
            yield FieldEvidence(ref=home, path=f"$.metadata.labels['{_ENFORCE}']", value=level)
    if told.code == LIMIT_RANGE:
        for limits in snapshot.in_namespace("LimitRange", namespace):
            for i, limit in enumerate(items(limits, "spec", "limits")):
                for bound in _BOUNDS:
                    for resource, value in strings(limit, bound).items():
                        if f"{resource} " in told.sentence and value in told.sentence:
                            path = f"$.spec.limits[{i}].{bound}['{resource}']"
                            kind = text(limit, "type")
                            yield FieldEvidence(
                                ref=Ref("LimitRange", name_of(limits), namespace),
                                path=path,
                                value=f"{value} ({kind})",
                            )


ADMISSION = Analyzer(
    "admission",
    (SERVICE_ACCOUNT, PRIORITY_CLASS, POD_SECURITY, LIMIT_RANGE),
    (*MAKERS, "Deployment", "Namespace", "LimitRange", "Event"),
    _detect,
    still_missing,
)
