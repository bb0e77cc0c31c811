"""Whether an operation that holds a release as pending may be at work yet: signs of life.

Nothing in a record tells whether the helm that wrote it still runs, on whichever machine that was.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from clusterwright.tools.helm.hooks import hooks_of
from clusterwright.tools.helm.marks import written_by_helm
from clusterwright.tools.helm.patience import HOOK, OPERATION
from clusterwright.tools.helm.record import Release
from clusterwright.tools.manifest import Manifest, condition, number
from clusterwright.tools.ref import Ref


@dataclass(frozen=True, slots=True)
class Life:
    """What speaks for it that somebody waits for a release."""

    last: datetime | None
    """When it was last seen at work; None where no record tells."""
    hooks: tuple[Ref, ...]
    """Its hooks that are running, for which it may be waiting."""

    def alive(self, now: datetime) -> bool:
        """Return whether it may be at work at a moment of the cluster's own clock."""
        return bool(self.hooks) or self.last is None or now - self.last <= OPERATION


def life_of(
    record: Release, objects: Iterable[Ref], live: Mapping[Ref, Manifest], now: datetime
) -> Life:
    """Return the signs of life of the operation that made a record.

    `objects` are those of its manifest, `live` what there is of them and of its hooks, with
    managedFields. The record's own time counts, and not its label: see `record.Revision.modified`.
    """
    begun = record.deployed_at
    written = list(_writes(record, begun, objects, live)) if begun else []
    last = max([one for one in (begun, *written) if one is not None], default=None)
    return Life(last, tuple(_running(record, live, now)))


def _writes(
    record: Release, begun: datetime, objects: Iterable[Ref], live: Mapping[Ref, Manifest]
) -> Iterator[datetime]:
    """Yield when Helm wrote objects since the operation began: whoever writes is alive.

    Without a hook to wait for it writes all of them at once; what is written later is of another.
    """
    waits = any(one.hook.started for one in hooks_of(record))
    for ref in objects:
        found = live.get(ref)
        written = written_by_helm(found) if found else None
        if written and written >= begun and (waits or written - begun <= OPERATION):
            yield written


def _running(record: Release, live: Mapping[Ref, Manifest], now: datetime) -> Iterator[Ref]:
    for one in hooks_of(record):
        found, started = live.get(one.ref), one.hook.started
        if not one.running or found is None or started is None or now - started > HOOK:
            continue
        ended = any(condition(found, end).get("status") == "True" for end in ("Complete", "Failed"))
        if number(found, "status", "active") and not ended:
            yield one.ref
