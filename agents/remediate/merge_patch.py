"""Changes of fields as one object to merge, which replaces no list by the item that is meant."""

from collections.abc import Mapping
from itertools import pairwise
from typing import cast

from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.field_path import Path, spell
from clusterwright.tools.manifest import Json, Manifest

_NUMBERS = ("containerPort", "port")
_MERGED = {
    "containers": ("name",),
    "env": ("name",),
    "ephemeralContainers": ("name",),
    "hostAliases": ("ip",),
    "imagePullSecrets": ("name",),
    "initContainers": ("name",),
    "ports": _NUMBERS,
    "topologySpreadConstraints": ("topologyKey",),
    "volumeDevices": ("devicePath",),
    "volumeMounts": ("mountPath",),
    "volumes": ("name",),
    "webhooks": ("name",),
}
"""The keys by which strategic merge patches merge lists of built-in kinds, and no others.

Source: patchMergeKey in k8s.io/api.
"""


def merge_patch(fields: Mapping[Path, Json], *, built_in: bool) -> Manifest:
    """Return one object that holds values at paths; list items carry their key.

    Raises InvalidInputError where it would replace a list: one that has no such key, or is of a
    kind that is not built in.
    """
    root: Manifest = {}
    for path, value in fields.items():
        if not all(_merges(path, at, built_in=built_in) for at in range(len(path))):
            raise InvalidInputError(f"a merge of {spell(path)} would replace the whole list")
        _put(root, path, value)
    return root


def _merges(path: Path, at: int, *, built_in: bool) -> bool:
    """Return whether one segment of a path names a member, or an item of a list that is merged."""
    segment = path[at]
    if not isinstance(segment, tuple):
        return isinstance(segment, str)
    key, wanted = segment[0] or "name", segment[1]
    known = key in _MERGED.get(str(path[at - 1]), ()) and (
        key not in _NUMBERS or wanted.isdecimal()
    )
    return built_in and known and 0 < at < len(path) - 1


def _put(holder: Json, path: Path, value: Json) -> None:
    """Put a value below an object; what is on the way is made."""
    for segment, following in pairwise(path):
        if isinstance(segment, tuple) and isinstance(holder, list):
            holder = _item(cast("list[Manifest]", holder), segment)
        elif isinstance(segment, str) and isinstance(holder, dict):
            fresh: Json = [] if isinstance(following, tuple) else {}
            holder = cast("Manifest", holder).setdefault(segment, fresh)
        else:
            raise _twice(path)
    if not isinstance(holder, dict) or path[-1] in holder:
        raise _twice(path)
    cast("Manifest", holder)[str(path[-1])] = value


def _twice(path: Path) -> InvalidInputError:
    return InvalidInputError(f"a part of {spell(path)} is set twice")


def _item(listed: list[Manifest], segment: tuple[str, str]) -> Manifest:
    key, wanted = segment[0] or "name", segment[1]
    value: Json = int(wanted) if key in _NUMBERS else wanted
    found = next((one for one in listed if one.get(key) == value), None)
    if found is None:
        found = {key: value}
        listed.append(found)
    return found
