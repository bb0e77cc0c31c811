"""What differs between two revisions of a release: values, and objects by field."""

from collections.abc import Iterator, Mapping, Sequence

from clusterwright.tools.diff import differences
from clusterwright.tools.field_path import MISSING, Path
from clusterwright.tools.helm.bounded import bounded
from clusterwright.tools.helm.differing import VALUES, Differing
from clusterwright.tools.helm.normalised import as_stored
from clusterwright.tools.helm.objects import Object
from clusterwright.tools.helm.record import Release
from clusterwright.tools.helm.shown_difference import Sides
from clusterwright.tools.helm.values import leaves
from clusterwright.tools.helm.veil import Veil
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.ref import Ref


def values_differ(before: Release, after: Release, veil: Veil) -> Iterator[Differing]:
    """Yield the supplied values that differ, each at its end."""
    old, new = bounded(before.supplied), bounded(after.supplied)
    sides = Sides(old, new, veil)
    for one in differences(old, new):
        for end, was, will in _ends(one.before, one.after):
            path = (*one.path, *end)
            field = sides.field(path, was, will)
            yield Differing(object=VALUES, change="changed", field=field)


def _ends(before: Json, after: Json) -> Iterator[tuple[Path, Json, Json]]:
    """Yield what was brought or taken away whole, member by member."""
    if after is MISSING:
        yield from ((end, was, MISSING) for end, was in leaves(before))
    elif before is MISSING:
        yield from ((end, MISSING, will) for end, will in leaves(after))
    else:
        yield (), before, after


def objects_differ(
    before: Sequence[Object], after: Sequence[Object], veil: Veil
) -> Iterator[Differing]:
    """Yield the objects that only one manifest has, and the fields of those that both have."""
    old, new = _by_ref(before), _by_ref(after)
    for ref in old.keys() - new.keys():
        yield Differing(object=str(ref), change="removed")
    for ref in new.keys() - old.keys():
        yield Differing(object=str(ref), change="added")
    for ref in old.keys() & new.keys():
        was, will = as_stored(old[ref]), as_stored(new[ref])
        found = differences(was, will)
        sides = Sides(was, will, veil)
        for one in found:
            field = sides.field(one.path, one.before, one.after)
            yield Differing(object=str(ref), change="changed", field=field)


def _by_ref(objects: Sequence[Object]) -> Mapping[Ref, Manifest]:
    return {one.ref: one.manifest for one in objects}
