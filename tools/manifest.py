"""Raw Kubernetes objects, and readers that survive odd or partial ones.

Objects stay raw because typed clients refuse what real clusters hold: a pod without containers, a
condition without status, a custom resource of any shape. A reader returns the empty value of its
type when the path is absent or holds something else, so that one odd object never hides the rest.
"""

from datetime import UTC, datetime
from typing import Any, TypeAlias, cast

Manifest: TypeAlias = dict[str, Any]
Json: TypeAlias = Any

_OBJECT: Json = dict
"""What a JSON object is read as; untyped, which spares the busiest reader its casts."""


def dig(value: Json, *path: str) -> Json:
    """Return what lies at `path` below `value`, or None."""
    for key in path:
        if not isinstance(value, _OBJECT):
            return None
        value = value.get(key)
    return value


def mapping(value: Json, *path: str) -> Manifest:
    """Return the object at `path`, or an empty one."""
    found = dig(value, *path)
    return cast("Manifest", found) if isinstance(found, dict) else {}


def items(value: Json, *path: str) -> list[Manifest]:
    """Return the objects of the list at `path`; what is no object is left out."""
    found = dig(value, *path)
    if not isinstance(found, list):
        return []
    return [cast("Manifest", one) for one in cast("list[Json]", found) if isinstance(one, dict)]


def strings(value: Json, *path: str) -> dict[str, str]:
    """Return the string map at `path` (labels, a selector); other values are left out."""
    return {k: v for k, v in mapping(value, *path).items() if isinstance(v, str)}


def texts(value: Json, *path: str) -> list[str]:
    """Return the strings of the list at `path` (a command, finalizers)."""
    found = dig(value, *path)
    if not isinstance(found, list):
        return []
    return [one for one in cast("list[Json]", found) if isinstance(one, str)]


def text(value: Json, *path: str) -> str:
    """Return the string at `path`, or an empty one."""
    found = dig(value, *path)
    return found if isinstance(found, str) else ""


def number(value: Json, *path: str) -> int:
    """Return the whole number at `path`, or 0."""
    found = dig(value, *path)
    return found if isinstance(found, int) and not isinstance(found, bool) else 0


def truth(value: Json, *path: str) -> bool:
    """Return whether `path` holds the literal true."""
    return dig(value, *path) is True


def instant(value: Json, *path: str) -> datetime | None:
    """Return the RFC 3339 time at `path` in UTC, or None when absent or malformed."""
    found = text(value, *path)
    try:
        parsed = datetime.fromisoformat(found)
        return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    except (ValueError, OverflowError):  # no time, or one before the year 1 once it is in UTC
        return None


def name_of(manifest: Manifest) -> str:
    """Return metadata.name."""
    return text(manifest, "metadata", "name")


def namespace_of(manifest: Manifest) -> str:
    """Return metadata.namespace; empty for a cluster-scoped object."""
    return text(manifest, "metadata", "namespace")


def labels_of(manifest: Manifest) -> dict[str, str]:
    """Return metadata.labels."""
    return strings(manifest, "metadata", "labels")


def condition(manifest: Manifest, kind: str) -> Manifest:
    """Return the status condition of type `kind`, or an empty object."""
    for one in items(manifest, "status", "conditions"):
        if one.get("type") == kind:
            return one
    return {}
