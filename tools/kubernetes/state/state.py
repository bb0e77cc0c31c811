"""What a state is: the word a person would use, whether it is well, and what else to show."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from clusterwright.tools.manifest import Manifest, instant, text

_SEVERAL = 2


@dataclass(frozen=True, slots=True)
class State:
    """How one object does."""

    text: str
    """One word or two, as kubectl says it where it says one; objects are counted by it."""
    well: bool
    cells: dict[str, str] = field(default_factory=dict[str, str])
    """Further columns of its kind, in order."""


def leaving(manifest: Manifest, now: datetime) -> State | None:
    """Return the state of an object that is being deleted; it is unwell when it should be gone."""
    deadline = instant(manifest, "metadata", "deletionTimestamp")
    if deadline is None:
        return None
    return State("Terminating", well=now <= deadline)


def age(manifest: Manifest, now: datetime) -> str:
    """Return how long an object exists."""
    created = instant(manifest, "metadata", "creationTimestamp")
    return span(now - created) if created else ""


def span(length: timedelta) -> str:
    """Return a length of time in its largest unit of which there are at least two: 45s, 3h, 12d."""
    seconds = max(0, int(length.total_seconds()))
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds >= _SEVERAL * size:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def phase(manifest: Manifest) -> str:
    """Return status.phase."""
    return text(manifest, "status", "phase")
