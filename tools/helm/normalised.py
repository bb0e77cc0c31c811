"""Whether a field on a cluster is what a manifest asks for, spelled as the API server spells it."""

import base64
import binascii
import math
import re
from typing import cast

from clusterwright.tools.diff import same
from clusterwright.tools.field_path import MISSING, Path
from clusterwright.tools.manifest import Json, Manifest, mapping, text
from clusterwright.tools.quantity import quantity

_QUANTITY = re.compile(
    r"[+-]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][+-]?\d{1,2}|[numkMGTPE]|[KMGTPE]i)?\Z"
)
_LITERAL = frozenset(
    {"annotations", "args", "binaryData", "command", "data", "labels", "matchLabels", "value"}
)
"""Fields below which text is text: a `1` is not a `1000m` there."""
_CLOSE = 1e-12


def as_stored(manifest: Manifest) -> Manifest:
    """Return an object as the API server stores it.

    `stringData` of a Secret is in its `data`, and base64 is spelled in one way.
    """
    kind = text(manifest, "kind")
    encoded = {"Secret": "data", "ConfigMap": "binaryData"}.get(kind, "")
    held = {key: _canonical(one) for key, one in mapping(manifest, encoded).items()}
    if kind == "Secret":
        held |= {
            key: base64.b64encode(one.encode()).decode()
            for key, one in mapping(manifest, "stringData").items()
            if isinstance(one, str)
        }
    if not held:
        return manifest
    return {key: one for key, one in manifest.items() if key != "stringData"} | {encoded: held}


def nothing(value: Json) -> bool:
    """Return whether a value says no more than its absence: what is empty, null, zero or false.

    The API server leaves such a field out when it writes an object (`omitempty` of its types).
    """
    if isinstance(value, dict):
        return all(nothing(one) for one in cast("Manifest", value).values())
    return value in (None, "", 0, False) or value == []


def alike(wanted: Json, live: Json, path: Path) -> bool:
    """Return whether two values, none a mapping with members, mean the same at a path."""
    if live is MISSING or live is None:
        return nothing(wanted)
    if same(wanted, live):
        return True
    if not _LITERAL.isdisjoint(path):
        return False
    one, other = _number(wanted), _number(live)
    return one is not None and other is not None and math.isclose(one, other, rel_tol=_CLOSE)


def _number(value: Json) -> float | None:
    """Return a quantity as a number; None for what is none."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    if isinstance(value, str) and not _QUANTITY.match(value):
        return None
    return quantity(value)


def _canonical(value: Json) -> Json:
    """Return base64 without line breaks; anything else as it is."""
    if not isinstance(value, str):
        return value
    try:
        decoded = base64.b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError):
        return value
    return base64.b64encode(decoded).decode()
