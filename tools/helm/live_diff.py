"""What differs between a revision and the cluster: drift, each field with whoever wrote it."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TypeAlias

from clusterwright.tools.coverage import Gap
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.helm.differing import Differing, FieldDiff
from clusterwright.tools.helm.drift import REPLICAS, Drift, drift
from clusterwright.tools.helm.live_objects import LiveObjects
from clusterwright.tools.helm.normalised import as_stored
from clusterwright.tools.helm.objects import Object
from clusterwright.tools.helm.shown_difference import Sides
from clusterwright.tools.helm.veil import Veil
from clusterwright.tools.kubernetes.owners.autoscaler import autoscaler
from clusterwright.tools.kubernetes.owners.claim import Question
from clusterwright.tools.kubernetes.state.state import span
from clusterwright.tools.manifest import Manifest, text
from clusterwright.tools.quotation import word
from clusterwright.tools.snapshot import Snapshot

AUTOSCALER = "HorizontalPodAutoscaler"
_LONGEST = 128

Drifted: TypeAlias = Sequence[tuple[Object, tuple[Drift, ...]]]


def drifts(wanted: Sequence[Object], live: LiveObjects) -> Drifted:
    """Return the objects that are not as they should be, of those that could be read."""
    found = [(one, drift(one, live.found[one.ref])) for one in wanted if one.ref in live.found]
    return [(one, drifted) for one, drifted in found if drifted]


def in_other_versions(wanted: Iterable[Object], live: LiveObjects) -> Iterator[Gap]:
    """Yield what cannot be compared: the cluster does not serve the manifest's version of it."""
    versions = {
        (text(one.manifest, "apiVersion"), text(found, "apiVersion"), one.ref.kind)
        for one in wanted
        if (found := live.found.get(one.ref))
    }
    for asked, served, kind in sorted(versions):
        if asked != served:
            reason = f"the manifest has {word(asked)}, and the cluster serves {served}"
            yield Gap(what=kind, reason=reason)


def live_differs(
    drifted: Drifted, live: LiveObjects, veil: Veil, around: Snapshot
) -> Iterator[Differing]:
    """Yield the objects that are gone, and the fields of those that drifted.

    `around` holds the autoscalers of the namespaces where replicas differ.
    """
    for one, found in drifted:
        there = live.found[one.ref]
        if there is None:
            yield Differing(object=str(one.ref), change="gone")
            continue
        sides = Sides(as_stored(one.manifest), there, veil)
        for each in found:
            field = sides.field(each.path, each.wanted, each.live)
            told = _attributed(field, each, there, around)
            yield Differing(object=str(one.ref), change="changed", field=told)


def _attributed(field: FieldDiff, one: Drift, there: Manifest, around: Snapshot) -> FieldDiff:
    """Return a field with whoever wrote it, or whoever scales it."""
    if one.path == REPLICAS:
        for claim in autoscaler(Question(there, [one.path], around)):
            by = f"{claim.owner}, which scales it"
            return field.model_copy(update={"by": by, "autoscaled": True})
    return field.model_copy(update={"by": _writer(one), "when": _ago(one.when, around.now)})


def _writer(one: Drift) -> str | None:
    if not one.manager:
        return None
    through = f" of {word(one.subresource)}" if one.subresource else ""
    return f"{word(one_line(one.manager, _LONGEST))} ({word(one.operation)}{through})"


def _ago(when: datetime | None, now: datetime) -> str | None:
    return span(now - when) if when else None
