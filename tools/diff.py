"""What differs between two objects, told as a person would: by field, list items by their key."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from clusterwright.tools.field_path import MISSING, Path, Segment, put, read
from clusterwright.tools.manifest import Json, Manifest

_KEYS = ("name", "type", "key", "mountPath", "containerPort", "port", "ip", "uid", "topologyKey")
"""What tells the items of a list apart, in the order of preference."""
NOISE: tuple[Path, ...] = (
    ("status",),
    ("metadata", "managedFields"),
    ("metadata", "resourceVersion"),
    ("metadata", "generation"),
    ("metadata", "uid"),
    ("metadata", "creationTimestamp"),
    ("metadata", "selfLink"),
    ("metadata", "annotations", "deployment.kubernetes.io/revision"),
    ("metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration"),
)
"""Fields that move by themselves, or that say again what other fields say."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that differs; MISSING stands for a field that is not there."""

    path: Path
    before: Json
    after: Json


def clean(manifest: Manifest) -> Manifest:
    """Return an object without what moves by itself."""
    kept: Json = manifest
    for path in NOISE:
        if read(kept, path) is not MISSING:
            kept = put(kept, path, MISSING)
    if read(kept, ("metadata", "annotations")) == {}:
        kept = put(kept, ("metadata", "annotations"), MISSING)
    return cast("Manifest", kept)


def differences(before: Json, after: Json) -> tuple[Difference, ...]:
    """Return what differs, in the order of the fields; what was added or removed is told whole."""
    return tuple(_differences(before, after, ()))


def _differences(before: Json, after: Json, path: Path) -> Iterator[Difference]:
    if isinstance(before, dict) and isinstance(after, dict):
        old, new = cast("Manifest", before), cast("Manifest", after)
        for key in (*old, *(key for key in new if key not in old)):
            yield from _differences(old.get(key, MISSING), new.get(key, MISSING), (*path, key))
    elif isinstance(before, list) and isinstance(after, list):
        yield from _of_lists(cast("list[Json]", before), cast("list[Json]", after), path)
    elif not same(before, after):
        yield Difference(path, before, after)


def _of_lists(before: list[Json], after: list[Json], path: Path) -> Iterator[Difference]:
    key = _key_of(before, after)
    if key is None and _objects(before) and _objects(after):
        for place in range(max(len(before), len(after))):
            old_one = before[place] if place < len(before) else MISSING
            new_one = after[place] if place < len(after) else MISSING
            yield from _differences(old_one, new_one, (*path, place))
        return
    if key is None:
        if not same(before, after):
            yield Difference(path, before, after)
        return
    old, new = _by_key(before, key), _by_key(after, key)
    for one in (*old, *(one for one in new if one not in old)):
        item: Segment = (key, one)
        yield from _differences(old.get(one, MISSING), new.get(one, MISSING), (*path, item))
    if [one for one in old if one in new] != [one for one in new if one in old]:
        yield Difference(path, list(old), list(new))  # the same items in another order


def _key_of(before: list[Json], after: list[Json]) -> str | None:
    return next(
        (key for key in _KEYS if _tells_apart(before, key) and _tells_apart(after, key)), None
    )


def _objects(listed: list[Json]) -> bool:
    return all(isinstance(one, dict) for one in listed)


def _tells_apart(listed: list[Json], key: str) -> bool:
    found = [cast("Manifest", one).get(key) for one in listed if isinstance(one, dict)]
    told = [one for one in found if isinstance(one, str | int)]
    return len(told) == len(listed) and len({str(one) for one in told}) == len(told)


def _by_key(listed: list[Json], key: str) -> dict[str, Json]:
    return {str(one[key]): one for one in listed}


def same(one: Json, other: Json) -> bool:
    """Return whether two JSON values are equal; true is not 1, as it is in Python."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        a, b = cast("Manifest", one), cast("Manifest", other)
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(one, list) and isinstance(other, list):
        c, d = cast("list[Json]", one), cast("list[Json]", other)
        return len(c) == len(d) and all(map(same, c, d))
    return bool(one == other)


def merge_patch(before: Json, after: Json) -> Json:
    """Return the JSON merge patch (RFC 7386) that makes `after` of `before`; lists go whole."""
    if not isinstance(before, dict) or not isinstance(after, dict):
        return after
    old, new = cast("Manifest", before), cast("Manifest", after)
    patch: Manifest = {}
    for key in (*old, *(key for key in new if key not in old)):
        if key not in new:
            patch[key] = None
        elif key not in old:
            patch[key] = new[key]
        elif not same(old[key], new[key]):
            patch[key] = merge_patch(old[key], new[key])
    return patch


def merged(before: Json, patch: Json) -> Json:
    """Return what a JSON merge patch (RFC 7386) makes of a value."""
    if not isinstance(patch, dict):
        return patch
    found = dict(cast("Manifest", before)) if isinstance(before, dict) else {}
    for key, value in cast("Manifest", patch).items():
        if value is None:
            found.pop(key, None)
        else:
            found[key] = merged(found.get(key), value)
    return found
