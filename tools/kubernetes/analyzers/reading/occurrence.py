"""Events as evidence: the latest one that fits, if it is recent enough to be still true."""

from collections.abc import Callable
from datetime import datetime, timedelta

from clusterwright.tools.finding import EventEvidence
from clusterwright.tools.manifest import Manifest, number, text
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot, last_seen

STILL_TRUE = timedelta(minutes=6)
"""After a burst of 25 the kubelet reports an event about one object only every five minutes
(k8s.io/client-go, tools/record/events_cache.go), so a younger one may be the latest there is."""


def latest(
    snapshot: Snapshot,
    ref: Ref,
    fits: Callable[[Manifest], bool],
    *,
    within: timedelta = STILL_TRUE,
) -> Manifest | None:
    """Return the latest event about `ref` that fits and was seen within that time, or None."""
    for event in reversed(snapshot.events(ref)):
        if fits(event) and age(snapshot, event) <= within:
            return event
    return None


def age(snapshot: Snapshot, event: Manifest) -> timedelta:
    """Return how long ago an event was last seen; for ever if it does not say."""
    return elapsed(snapshot, last_seen(event))


def elapsed(snapshot: Snapshot, moment: datetime | None) -> timedelta:
    """Return the time from a moment to the snapshot's; for ever if there is no moment."""
    return timedelta.max if moment is None else snapshot.now - moment


def field_path(event: Manifest) -> str:
    """Return which field of its object, as which container, an event is about."""
    return text(event, "involvedObject", "fieldPath") or text(event, "regarding", "fieldPath")


def message(event: Manifest) -> str:
    """Return what an event (v1 or events.k8s.io/v1) says."""
    return text(event, "message") or text(event, "note")


def event_evidence(ref: Ref, event: Manifest) -> EventEvidence:
    """Return an event as evidence."""
    count = number(event, "series", "count") or number(event, "count") or 1
    return EventEvidence(
        ref=ref, reason=text(event, "reason"), message=message(event)[:1000], count=count
    )
