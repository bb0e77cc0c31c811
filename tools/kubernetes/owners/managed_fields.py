"""Who wrote which field: `metadata.managedFields` read (structured-merge-diff, fieldpath).

`f:name` is a member, `k:{"name":"app"}` the list item with that key, `v:"x"` a member of a set, and
`.` the thing itself.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import orjson

from clusterwright.tools.field_path import MISSING, Path, Segment, read
from clusterwright.tools.manifest import Json, Manifest, instant, items, mapping, text


@dataclass(frozen=True, slots=True)
class Writer:
    """A manager that owns a field, by its own name."""

    manager: str
    operation: str
    """Apply or Update."""
    subresource: str
    """As `scale` or `status`; empty where it wrote the object itself."""
    when: datetime | None
    """When it last wrote to any of its fields."""


def writers(manifest: Manifest, path: Path) -> tuple[Writer, ...]:
    """Return who owns a field of an object, or anything below it, the latest first.

    Items of lists may be named by any of their fields, or by their place: the object tells which
    item is meant.
    """
    found = [
        Writer(
            text(entry, "manager"),
            text(entry, "operation"),
            text(entry, "subresource"),
            instant(entry, "time"),
        )
        for entry in items(manifest, "metadata", "managedFields")
        if _node(mapping(entry, "fieldsV1"), manifest, path) is not None
    ]
    return tuple(sorted(found, key=lambda one: -(one.when.timestamp() if one.when else 0.0)))


def list_keys(manifest: Manifest, path: Path) -> tuple[str, ...]:
    """Return the fields that tell the items of a list apart; none for a list that goes whole."""
    for entry in items(manifest, "metadata", "managedFields"):
        for key in _node(mapping(entry, "fieldsV1"), manifest, path) or ():
            if keys := _item_key(key):
                return tuple(keys)
    return ()


def is_set(manifest: Manifest, path: Path) -> bool:
    """Return whether a list is a set, to which each manager adds members of its own."""
    return any(
        key.startswith("v:")
        for entry in items(manifest, "metadata", "managedFields")
        for key in _node(mapping(entry, "fieldsV1"), manifest, path) or ()
    )


def _node(fields: Manifest, value: Json, path: Sequence[Segment]) -> Manifest | None:
    """Return what an entry says of a path of an object; None where it does not own it."""
    current = fields
    for segment in path:
        if current == {}:
            return current if fields else None  # the whole of it, as an atomic list or map is owned
        inner = read(value, (segment,))
        key = next((one for one in current if _names(one, segment, inner)), None)
        found = current.get(key) if key is not None else None
        if not isinstance(found, dict):
            return None
        current, value = cast("Manifest", found), inner
    return current


def _names(key: str, segment: Segment, item: Json) -> bool:
    if _is(key, segment):
        return True
    keys = _item_key(key)
    if not keys or not isinstance(item, dict):
        return False
    members = cast("Manifest", item)
    return all(members.get(name, MISSING) == told for name, told in keys.items())


def _item_key(key: str) -> Manifest:
    """Return the fields by which `k:{...}` names the item of a list."""
    if not key.startswith("k:"):
        return {}
    try:
        told = orjson.loads(key[2:])
    except orjson.JSONDecodeError:
        return {}
    return cast("Manifest", told) if isinstance(told, dict) else {}


def managers_of(manifest: Manifest, path: Path, *, operation: str) -> Iterator[str]:
    """Yield the managers that own a field, or anything below it, by Apply or by Update."""
    for entry in items(manifest, "metadata", "managedFields"):
        asked = text(entry, "operation") == operation and not text(entry, "subresource")
        if asked and owns(mapping(entry, "fieldsV1"), path):
            yield text(entry, "manager")


def owns(fields: Manifest, path: Sequence[Segment]) -> bool:
    """Return whether an entry's fields have a path, or something below it."""
    current: Json = fields
    for segment in path:
        if not isinstance(current, dict):
            return False
        members = cast("Manifest", current)
        if members == {}:
            return True  # the whole of it, as an atomic list or map is owned
        found = next((members[key] for key in members if _is(key, segment)), None)
        if found is None:
            return False
        current = found
    return True


def _is(key: str, segment: Segment) -> bool:
    if isinstance(segment, int):
        return key == f"i:{segment}"
    if isinstance(segment, str):
        return key == f"f:{segment}"
    name, value = segment
    return str(_item_key(key).get(name or "name", MISSING)) == value
