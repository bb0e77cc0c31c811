"""What a sandbox's API server was really asked to write, by its own audit log."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from clusterwright.tools.manifest import Manifest, number, text

_WRITES = frozenset({"create", "update", "patch", "delete", "deletecollection"})
_REFUSED = 400
_REVIEWS = frozenset({"selfsubjectaccessreviews", "selfsubjectreviews"})
"""Questions that are spelled as creations."""


@dataclass(frozen=True, slots=True)
class AuditedWrite:
    """A write that the API server took."""

    verb: str
    resource: str
    namespace: str
    name: str
    agent: str


def writes(path: Path, *, agent: str, offset: int = 0) -> Iterator[AuditedWrite]:
    """Yield the writes that were taken from a client, by the start of its User-Agent.

    Dry runs and refused requests are none. `offset` is where in the file to begin, in bytes.
    """
    with path.open("rb") as file:
        file.seek(offset)
        for line in file:
            entry = _parsed(line)
            if entry is not None and _is_write(entry, agent):
                about = cast("Manifest", entry.get("objectRef") or {})
                yield AuditedWrite(
                    text(entry, "verb"),
                    text(about, "resource"),
                    text(about, "namespace"),
                    text(about, "name"),
                    text(entry, "userAgent"),
                )


def _is_write(entry: Manifest, agent: str) -> bool:
    return (
        text(entry, "stage") == "ResponseComplete"
        and text(entry, "verb") in _WRITES
        and text(entry, "userAgent").startswith(agent)
        and "dryRun=" not in text(entry, "requestURI")
        and number(entry, "responseStatus", "code") < _REFUSED
        and text(entry, "objectRef", "resource") not in _REVIEWS
    )


def _parsed(line: bytes) -> Manifest | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None  # the last line, while it is being written
    return cast("Manifest", found) if isinstance(found, dict) else None
