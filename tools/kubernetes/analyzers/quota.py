"""Workloads whose pods a ResourceQuota refuses."""

import re
from collections.abc import Iterable, Iterator

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.finding import Edge, Evidence, FieldEvidence, Finding, Relation
from clusterwright.tools.kubernetes.analyzers.pod import (
    event_evidence,
    events_of,
    message_of,
    severity_of,
    title,
    workload_of,
)
from clusterwright.tools.kubernetes.analyzers.quantity import quantity
from clusterwright.tools.manifest import (
    Manifest,
    condition,
    dig,
    instant,
    namespace_of,
    number,
    strings,
    text,
    truth,
)
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

CODE = "workload/quota-exceeded"

_EXCEEDED = re.compile(
    r"exceeded quota: ([a-z0-9.-]{1,253}), requested: (.{1,160}?), used: (.{1,160}?),"
    r" limited: ([^\s]{1,160})"
)
_UNSPECIFIED = re.compile(r"failed quota: ([a-z0-9.-]{1,253}): must specify (.{1,160})")


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    for kind in ("ReplicaSet", "StatefulSet", "DaemonSet", "Job"):
        for owner in snapshot.of_kind(kind):
            if not _lacks_pods(kind, owner):
                continue
            for message, evidence in _refusals(snapshot, owner):
                finding = _finding(snapshot, owner, message, evidence)
                if finding is not None:
                    yield Suspicion(finding)
                    break


def _lacks_pods(kind: str, owner: Manifest) -> bool:
    if dig(owner, "metadata", "deletionTimestamp"):
        return False
    match kind:
        case "DaemonSet":
            wanted = number(owner, "status", "desiredNumberScheduled")
            return number(owner, "status", "currentNumberScheduled") < wanted
        case "Job":
            ended = any(
                condition(owner, one).get("status") == "True" for one in ("Complete", "Failed")
            )
            active = number(owner, "status", "active")
            wanted = dig(owner, "spec", "parallelism")
            missing = active < (wanted if isinstance(wanted, int) else 1)
            return missing and not ended and not truth(owner, "spec", "suspend")
        case _:
            wanted = dig(owner, "spec", "replicas")
            return number(owner, "status", "replicas") < (wanted if isinstance(wanted, int) else 1)


def _refusals(snapshot: Snapshot, owner: Manifest) -> Iterator[tuple[str, Evidence]]:
    ref = Ref.of(owner)
    failure = condition(owner, "ReplicaFailure")
    if failure.get("status") == "True":
        message = message_of(failure)
        path = "$.status.conditions[?(@.type=='ReplicaFailure')].message"
        yield message, FieldEvidence(ref=ref, path=path, value=message)
    for event in events_of(snapshot, ref, "FailedCreate"):
        yield message_of(event), event_evidence(event, ref)


def _finding(
    snapshot: Snapshot, owner: Manifest, message: str, evidence: Evidence
) -> Finding | None:
    exceeded, unspecified = _EXCEEDED.search(message), _UNSPECIFIED.search(message)
    if exceeded:
        name, asked, used, limited = exceeded.groups()
        quota = Ref("ResourceQuota", name, namespace_of(owner))
        if not _still_full(snapshot, quota, asked):
            return None
        sentence = (
            f'ResourceQuota "{name}" refuses its pods: requested {asked}, used {used} of {limited}'
        )
        fix = f'Raise {limited} in ResourceQuota "{name}", or free some of what is used.'
    elif unspecified:
        name, missing = unspecified.groups()
        quota = Ref("ResourceQuota", name, namespace_of(owner))
        sentence = f'ResourceQuota "{name}" refuses its pods: they do not specify {missing}'
        fix = f"Specify {missing} in the pod template."
    else:
        return None
    subject = workload_of(snapshot, owner)
    return Finding(
        code=CODE,
        severity=severity_of(snapshot, subject),
        subject=subject,
        title=title(sentence),
        evidence=(evidence,),
        since=instant(condition(owner, "ReplicaFailure"), "lastTransitionTime"),
        relations=(Relation(source=subject, edge=Edge.LIMITED_BY, target=quota),),
        fixes=(fix,),
    )


def _still_full(snapshot: Snapshot, quota: Ref, asked: str) -> bool:
    """Return whether the quota as it is now would refuse the request again."""
    found = snapshot.get(quota)
    if found is None:
        return not snapshot.was_read("ResourceQuota")
    hard, used = strings(found, "status", "hard"), strings(found, "status", "used")
    for pair in asked.split(","):
        resource, _, amount = pair.strip().partition("=")
        if resource not in hard:
            continue
        if quantity(used.get(resource, "0")) + quantity(amount) > quantity(text(hard, resource)):
            return True
    return False


QUOTA = Analyzer(
    "quota",
    (CODE,),
    ("ReplicaSet", "Deployment", "StatefulSet", "DaemonSet", "Job", "ResourceQuota", "Event"),
    _detect,
)
