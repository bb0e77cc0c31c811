"""A line of the audit, and the seal on its end: how they are made, and known to be genuine."""

from dataclasses import dataclass
from typing import cast

import orjson

from clusterwright.tools.manifest import Manifest
from clusterwright.tools.trust.seal import seal, sealed_by

OWN = frozenset({"seq", "at", "event", "prev", "unsealed", "mac"})
"""Fields that the audit itself writes; no fact is named like one of them."""
_LINE, _END = "audit line", "audit head"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line stands in the chain: the line of its number, and the one that it follows."""

    seq: int
    mac: str
    prev: str = ""
    unsealed: bool = False
    """Written when nobody could tell any more whether this follows the last line that was."""


START = Place(0, "")
"""Before the first line."""


def sealed_line(key: bytes, fields: Manifest) -> tuple[bytes, Place]:
    """Return a line as it is written, and its place."""
    mac = seal(key, _LINE, fields)
    return orjson.dumps({**fields, "mac": mac}), Place(fields["seq"], mac, fields["prev"])


def place_of(key: bytes, line: bytes) -> Place | None:
    """Return the place of a line; None unless each of its bytes is as it was written."""
    found = parsed(line)
    if found is None or orjson.dumps(found) != line:  # the same key twice reads as one, say
        return None
    mac = found.pop("mac", None)
    if not isinstance(mac, str) or not sealed_by(key, _LINE, found, mac):
        return None
    return Place(found["seq"], mac, found["prev"], found.get("unsealed") is True)


def sealed_end(key: bytes, last: Place) -> bytes:
    """Return what tells later which line was the last."""
    end: Manifest = {"seq": last.seq, "mac": last.mac}
    return orjson.dumps({**end, "seal": seal(key, _END, end)})


def end_of(key: bytes, content: bytes) -> Place | None:
    """Return the place that was sealed as the last; None for what is no such seal."""
    found = parsed(content) or {}
    mark = found.pop("seal", None)
    if not isinstance(mark, str) or not sealed_by(key, _END, found, mark):
        return None
    return Place(found["seq"], found["mac"])


def readable(line: bytes) -> Manifest | None:
    """Return a line that tells when something was and what, genuine or not; None for others."""
    found = parsed(line)
    return found if found is not None and {"at", "event"} <= found.keys() else None


def parsed(line: bytes) -> Manifest | None:
    """Return a line as it reads, whether genuine or not; None if it is no JSON object."""
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return cast("Manifest", found) if isinstance(found, dict) else None
