"""Conditions in the style of Kubernetes (meta/v1), merged with those that are there."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from clusterwright.tools.manifest import Json, Manifest, condition, items, mapping, number, text

SUCCEEDED, FAILED, PROGRESSING = "Succeeded", "Failed", "Progressing"


@dataclass(frozen=True, slots=True)
class Told:
    """One condition to be told."""

    type: str
    status: Literal["True", "False", "Unknown"]
    reason: str
    message: str = ""


def well(kind: str, message: str = "") -> Told:
    """Return a condition that is met."""
    return Told(kind, "True", SUCCEEDED, message)


def ill(kind: str, message: str, reason: str = FAILED) -> Told:
    """Return a condition that is not met."""
    return Told(kind, "False", reason, message)


def now() -> str:
    """Return the time as the API writes it."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def merged(manifest: Manifest, told: list[Told], *, without: tuple[str, ...] = ()) -> Json:
    """Return an object's conditions with those that are told; the others stay as they are."""
    new = {one.type: _written(manifest, one) for one in told}
    kept = [
        new.pop(text(one, "type"), one)
        for one in items(manifest, "status", "conditions")
        if one.get("type") not in without
    ]
    return [*kept, *new.values()]


def differs(wanted: Json, found: Json) -> bool:
    """Return whether writing what is wanted would change something; None removes a field."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        there = mapping(found)
        return any(
            key in there if value is None else key not in there or differs(value, there[key])
            for key, value in mapping(wanted).items()
        )
    return wanted != found


def _written(manifest: Manifest, one: Told) -> Manifest:
    before = condition(manifest, one.type)
    same = text(before, "status") == one.status
    return {
        "type": one.type,
        "status": one.status,
        "reason": one.reason,
        "message": one.message,
        "lastTransitionTime": text(before, "lastTransitionTime") if same else now(),
        "observedGeneration": number(manifest, "metadata", "generation"),
    }
