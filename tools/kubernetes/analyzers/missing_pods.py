"""What makes pods and could not make all that it wants, and what it was told."""

from collections.abc import Iterator
from datetime import timedelta

from clusterwright.tools.finding import Evidence, FieldEvidence
from clusterwright.tools.kubernetes.analyzers.pod import event_evidence, events_of, message_of
from clusterwright.tools.manifest import Manifest, condition, dig, number
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

_BACK_OFF = timedelta(minutes=20)
"""Controllers try again after 1000 seconds at most (workqueue's default rate limiter)."""
MAKERS = ("ReplicaSet", "StatefulSet", "DaemonSet", "Job")
"""The kinds whose controllers create pods."""


def short_of_pods(snapshot: Snapshot) -> Iterator[Manifest]:
    """Yield what makes pods and has fewer than it wants now."""
    for kind in MAKERS:
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


def refusal(snapshot: Snapshot, maker: Manifest) -> tuple[str, Evidence] | None:
    """Return what the API server said, from the condition or, where there is none, an event."""
    ref = Ref.of(maker)
    failure = condition(maker, "ReplicaFailure")
    if failure.get("status") == "True":
        said = message_of(failure)
        path = "$.status.conditions[?(@.type=='ReplicaFailure')].message"
        return said, FieldEvidence(ref=ref, path=path, value=said)
    # A ReplicaSet without the condition has created what it could: its events are history.
    if ref.kind == "ReplicaSet":
        return None
    events = events_of(snapshot, ref, "FailedCreate", within=_BACK_OFF)
    return next(((message_of(one), event_evidence(one, ref)) for one in events), None)
