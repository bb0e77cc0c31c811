"""What Helm's own three-way merge makes of an object, where it does not apply server-side.

Helm 3, and Helm 4 for what Helm 3 installed, sends a strategic merge patch from the last manifest,
the live object and the new manifest: fields that the manifest does not name any more go, and those
that it names become as it says, whoever changed them; for custom resources, only what differs
between the two manifests is sent (helm/helm, pkg/kube/client.go, createPatch).
"""

from collections.abc import Iterator
from typing import cast

from clusterwright.tools.diff import differences
from clusterwright.tools.field_path import MISSING, Path, put, read
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.ref import Ref


def merged(ref: Ref, old: Manifest | None, new: Manifest, live: Manifest) -> Manifest:
    """Return the live object as the merge leaves it; list items are merged by their keys."""
    wanted: Json = live
    for one in differences(old or {}, new):
        if one.after is MISSING and read(wanted, one.path) is not MISSING:
            wanted = put(wanted, one.path, MISSING)
    if ref.group and old is not None:
        for one in differences(old, new):
            if one.after is not MISSING:
                wanted = put(wanted, one.path, one.after)
        return cast("Manifest", wanted)
    for path, value in leaves(new):
        wanted = put(wanted, path, MISSING if value is None else value)
    return cast("Manifest", wanted)


def leaves(value: Json, path: Path = ()) -> Iterator[tuple[Path, Json]]:
    """Yield every value that an object names, by its path; a list whose items have no key whole."""
    if isinstance(value, dict) and value:
        for key, inner in cast("Manifest", value).items():
            yield from leaves(inner, (*path, key))
        return
    if isinstance(value, list):
        each = differences([], value)
        if each and all(one.path and isinstance(one.path[0], tuple) for one in each):
            for one in each:
                yield from leaves(one.after, (*path, *one.path))
            return
    yield path, value
