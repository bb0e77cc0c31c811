"""Events grouped into a timeline: one entry for what was reported over and over."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from clusterwright.tools.excerpt import one_line
from clusterwright.tools.manifest import Manifest, instant, mapping, number, text
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import subject_of

_LONGEST_WORD = 128
"""Characters of a reason, as the API server bounds it (k8s.io/kubernetes, validation/events)."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    """What was reported of one object, for one reason, in the same words."""

    ref: Ref
    type: str
    reason: str
    message: str
    count: int
    first: datetime
    last: datetime


def timeline(events: Iterable[Manifest]) -> list[Entry]:
    """Return the entries of events (v1 or events.k8s.io/v1), the latest last."""
    entries: dict[tuple[Ref, str, str, str], Entry] = {}
    for event in events:
        one = _entry(event)
        key = (one.ref, one.type, one.reason, one.message)
        known = entries.get(key)
        entries[key] = one if known is None else _merged(known, one)
    return sorted(entries.values(), key=lambda one: (one.last, str(one.ref), one.reason))


def _entry(event: Manifest) -> Entry:
    series = mapping(event, "series")
    seen = (
        instant(series, "lastObservedTime"),
        instant(event, "lastTimestamp") or instant(event, "deprecatedLastTimestamp"),
        instant(event, "eventTime"),
        instant(event, "metadata", "creationTimestamp"),
    )
    last = next((one for one in seen if one), _EPOCH)
    first = (
        instant(event, "firstTimestamp") or instant(event, "deprecatedFirstTimestamp") or seen[-1]
    )
    count = number(series, "count") or number(event, "count") or number(event, "deprecatedCount")
    return Entry(
        subject_of(event),
        word(one_line(text(event, "type") or "Normal", _LONGEST_WORD)),
        word(one_line(text(event, "reason"), _LONGEST_WORD)),
        one_line(text(event, "message") or text(event, "note")),
        max(1, count),
        min(first or last, last),
        last,
    )


def _merged(a: Entry, b: Entry) -> Entry:
    return Entry(
        a.ref,
        a.type,
        a.reason,
        a.message,
        a.count + b.count,
        min(a.first, b.first),
        max(a.last, b.last),
    )
