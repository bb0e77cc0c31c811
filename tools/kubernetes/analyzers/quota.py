"""Workloads whose pods are not even created, because a ResourceQuota forbids more."""

import re
from collections.abc import Iterable, Iterator

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.finding import (
    Edge,
    Evidence,
    FieldEvidence,
    Finding,
    Relation,
    Severity,
)
from clusterwright.tools.kubernetes.analyzers.pod import (
    event_evidence,
    events_of,
    message_of,
    title,
    workload_of,
)
from clusterwright.tools.manifest import (
    Manifest,
    condition,
    dig,
    instant,
    namespace_of,
    number,
    strings,
)
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

CODE = "workload/quota-exceeded"

# plugin/pkg/admission/resourcequota/controller.go in k8s.io/kubernetes
_EXCEEDED = re.compile(
    r"exceeded quota: (\S{1,253}), requested: (\S{1,200}), used: (\S{1,200}), limited: (\S{1,200})"
)
_UNNAMED = re.compile(r"failed quota: (\S{1,253}): must specify ([^\n]{1,200})")
_KINDS = ("ReplicaSet", "StatefulSet", "DaemonSet", "Job")


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    for maker in _short_of_pods(snapshot):
        refusal = _refusal(snapshot, maker)
        if refusal is not None:
            finding = _finding(snapshot, maker, *refusal)
            if finding is not None:
                yield Suspicion(finding)


def _short_of_pods(snapshot: Snapshot) -> Iterator[Manifest]:
    """Yield what makes pods and has fewer than it wants now."""
    for kind in _KINDS:
        for maker in snapshot.of_kind(kind):
            if not dig(maker, "metadata", "deletionTimestamp") and _missing(maker) > 0:
                yield maker


def _missing(maker: Manifest) -> int:
    if maker.get("kind") == "DaemonSet":
        wanted = number(maker, "status", "desiredNumberScheduled")
        return wanted - number(maker, "status", "currentNumberScheduled")
    if maker.get("kind") == "Job":
        done = any(
            condition(maker, kind).get("status") == "True" for kind in ("Complete", "Failed")
        )
        if done or dig(maker, "spec", "suspend") is True:
            return 0
        wanted = number(maker, "spec", "parallelism")
        left = number(maker, "spec", "completions") - number(maker, "status", "succeeded")
        wanted = min(wanted, left) if dig(maker, "spec", "completions") is not None else wanted
        return wanted - number(maker, "status", "active")
    return number(maker, "spec", "replicas") - number(maker, "status", "replicas")


def _refusal(snapshot: Snapshot, maker: Manifest) -> tuple[str, Evidence] | None:
    """Return what the API server said, from the condition or, where there is none, an event."""
    ref = Ref.of(maker)
    failure = condition(maker, "ReplicaFailure")
    if failure.get("status") == "True":
        said = message_of(failure)
        path = "$.status.conditions[?(@.type=='ReplicaFailure')].message"
        return said, FieldEvidence(ref=ref, path=path, value=said)
    # A ReplicaSet without the condition has created what it could: its events are history.
    events = [] if ref.kind == "ReplicaSet" else events_of(snapshot, ref, "FailedCreate")
    return next(((message_of(one), event_evidence(one, ref)) for one in events), None)


def _finding(snapshot: Snapshot, maker: Manifest, said: str, evidence: Evidence) -> Finding | None:
    exceeded, unnamed = _EXCEEDED.search(said), _UNNAMED.search(said)
    if exceeded is not None:
        name, requested, used, limited = exceeded.groups()
        sentence = f'ResourceQuota "{name}" forbids more pods: {used} of {limited} in use'
        sentence += f", {requested} more asked" if not requested.endswith("=1") else ""
        fix = f"Raise {', '.join(_resources(limited))} in ResourceQuota {name}, or ask for less."
    elif unnamed is not None:
        name, missing = unnamed.groups()
        sentence = f'ResourceQuota "{name}" demands {missing}, which the pods do not specify'
        fix = f"Specify {missing} in the pod template, or give the namespace a LimitRange."
    else:
        return None
    subject = workload_of(snapshot, maker)
    quota = Ref("ResourceQuota", name, namespace_of(maker))
    holders = dict.fromkeys((subject, Ref.of(maker)))
    return Finding(
        code=CODE,
        severity=Severity.WARNING,
        subject=subject,
        title=title(sentence),
        evidence=(evidence, *_of_quota(snapshot, quota)),
        since=instant(condition(maker, "ReplicaFailure"), "lastTransitionTime"),
        relations=tuple(
            Relation(source=one, edge=Edge.LIMITED_BY, target=quota) for one in holders
        ),
        fixes=(fix,),
    )


def _resources(limited: str) -> list[str]:
    return [part.partition("=")[0] for part in limited.split(",")]


def _of_quota(snapshot: Snapshot, quota: Ref) -> Iterator[FieldEvidence]:
    """Yield what the quota itself says is used, for what it is used up of."""
    found = snapshot.get(quota)
    used = strings(found, "status", "used")
    for resource, hard in strings(found, "status", "hard").items():
        if used.get(resource) == hard:
            path = f"$.status.used['{resource}']"
            yield FieldEvidence(ref=quota, path=path, value=f"{hard} of {hard}")


QUOTA = Analyzer("quota", (CODE,), (*_KINDS, "Deployment", "ResourceQuota", "Event"), _detect)
