"""A StatefulSet whose correction never arrives: a pod of the broken revision is in its way.

With podManagementPolicy OrderedReady the controller waits until each pod is Running and Ready,
and replaces none before: a pod that can never become ready has to be deleted by hand
(kubernetes.io/docs, StatefulSet, "Forced rollback").
"""

from collections.abc import Iterable
from datetime import timedelta

from clusterwright.tools.analyzer import Analyzer, Fulfilled, ReadRequest, Suspicion
from clusterwright.tools.finding import Edge, FieldEvidence, Finding, Relation
from clusterwright.tools.kubernetes.analyzers.pod import age, severity_of, title
from clusterwright.tools.manifest import (
    Manifest,
    condition,
    dig,
    instant,
    labels_of,
    name_of,
    number,
    text,
)
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

CODE = "statefulset/rollout-blocked"

_REVISION = "controller-revision-hash"
_ROLLING = timedelta(seconds=10)
"""What a pod gets to be replaced, or to become ready, after all."""


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    for one in snapshot.of_kind("StatefulSet"):
        if not _ordered(one) or not _between_revisions(one):
            continue
        blocking = _first_unready(snapshot, one)
        if blocking is None or not _left_behind(one, blocking):
            continue
        if age(snapshot, blocking) >= _ROLLING:
            pod = Ref.of(blocking)
            yield Suspicion(_finding(snapshot, one, blocking), (ReadRequest(pod),))


def _ordered(one: Manifest) -> bool:
    policy = text(one, "spec", "podManagementPolicy") or "OrderedReady"
    update = text(one, "spec", "updateStrategy", "type") or "RollingUpdate"
    return (policy, update) == ("OrderedReady", "RollingUpdate")


def _between_revisions(one: Manifest) -> bool:
    """Return whether the controller has seen the latest change, and not brought it everywhere."""
    seen = number(one, "status", "observedGeneration") >= number(one, "metadata", "generation")
    update = text(one, "status", "updateRevision")
    return seen and bool(update) and text(one, "status", "currentRevision") != update


def _first_unready(snapshot: Snapshot, one: Manifest) -> Manifest | None:
    """Return the pod that the controller waits for: the lowest ordinal that is not ready."""
    pods = sorted(
        (pod for pod in snapshot.children(Ref.of(one)) if text(pod, "kind") == "Pod"), key=_ordinal
    )
    return next((pod for pod in pods if condition(pod, "Ready").get("status") != "True"), None)


def _left_behind(one: Manifest, pod: Manifest) -> bool:
    """Return whether the update means this pod and has not reached it."""
    meant = _ordinal(pod) >= number(one, "spec", "updateStrategy", "rollingUpdate", "partition")
    revision = labels_of(pod).get(_REVISION, "")
    going = dig(pod, "metadata", "deletionTimestamp")
    return meant and not going and revision not in {"", text(one, "status", "updateRevision")}


def _ordinal(pod: Manifest) -> int:
    last = name_of(pod).rpartition("-")[2]
    return int(last) if last.isdecimal() else 0


def _finding(snapshot: Snapshot, one: Manifest, pod: Manifest) -> Finding:
    subject, blocking = Ref.of(one), Ref.of(pod)
    wanted, have = number(one, "spec", "replicas"), number(one, "status", "replicas")
    waiting = wanted - have
    rest = f", and {waiting} more wait for it" if waiting > 0 else ""
    labels = f"$.metadata.labels['{_REVISION}']"
    return Finding(
        code=CODE,
        severity=severity_of(snapshot, subject),
        subject=subject,
        title=title(
            f"{blocking.name} is of an older revision and not ready, so that it is never replaced"
            f" by the corrected one{rest}"
        ),
        evidence=(
            FieldEvidence(ref=blocking, path=labels, value=labels_of(pod).get(_REVISION, "")),
            FieldEvidence(
                ref=subject,
                path="$.status.updateRevision",
                value=text(one, "status", "updateRevision"),
            ),
            FieldEvidence(
                ref=blocking,
                path="$.status.conditions[?(@.type=='Ready')].status",
                value=text(condition(pod, "Ready"), "status") or "none",
            ),
        ),
        since=instant(pod, "metadata", "creationTimestamp"),
        members=(blocking,),
        relations=(Relation(source=subject, edge=Edge.REQUESTS, target=blocking),),
        fixes=(f"Delete the pod {blocking.name}: the new one is made of the corrected template.",),
    )


def _refine(suspicion: Suspicion, fulfilled: Fulfilled) -> Finding | None:
    """Return nothing if the pod was replaced or became ready meanwhile."""
    (request,) = suspicion.requests
    if not isinstance(request, ReadRequest) or request not in fulfilled.objects:
        return suspicion.finding
    now = fulfilled.objects[request]
    if now is None or condition(now, "Ready").get("status") == "True":
        return None
    return suspicion.finding


STATEFULSET = Analyzer("statefulset", (CODE,), ("StatefulSet", "Pod"), _detect, _refine)
