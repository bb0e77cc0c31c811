"""Who wrote which field: `metadata.managedFields` read (structured-merge-diff, fieldpath).

`f:name` is a member, `k:{"name":"app"}` the list item with that key, `v:"x"` a member of a set, and
`.` the thing itself.
"""

from collections.abc import Iterator, Sequence
from typing import cast

import orjson

from clusterwright.tools.field_path import Path, Segment
from clusterwright.tools.manifest import Json, Manifest, items, mapping, text


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
    if not key.startswith("k:"):
        return False
    try:
        told = orjson.loads(key[2:])
    except orjson.JSONDecodeError:
        return False
    return isinstance(told, dict) and str(cast("Manifest", told).get(name or "name")) == value
