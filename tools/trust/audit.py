"""The audit: a line of JSON for each plan, approval and write, each sealed and chained to the last.

Whoever edits, removes, adds or moves a line breaks the chain. The end of the chain is kept sealed
in a second file, so that a cut tail is seen too. Without the store's key no line can be forged.
"""

import fcntl
import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import orjson

from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.trust.private_file import PRIVATE
from clusterwright.tools.trust.seal import seal, sealed_by

_LINE, _HEAD = "audit line", "audit head"
_FIRST = ""


@dataclass(frozen=True, slots=True)
class Verification:
    """How many lines there are, and what is wrong with them."""

    lines: int
    broken: tuple[str, ...]


class AuditLog:
    """The audit of one store; processes may share it."""

    def __init__(self, path: Path, key: bytes) -> None:
        """Take the file, which is made when something is first written."""
        self.path = path
        self._key = key
        self._head = path.with_suffix(".head")

    def append(self, event: str, **facts: Json) -> None:
        """Write one line, to the disk before this returns."""
        with self._locked():
            seq, prev = self._end()
            at = datetime.now(UTC).isoformat(timespec="milliseconds")
            line: Manifest = {"seq": seq + 1, "at": at, "event": event, **facts, "prev": prev}
            line["mac"] = seal(self._key, _LINE, line)
            self._write(orjson.dumps(line))
            head: Manifest = {"seq": seq + 1, "mac": line["mac"]}
            self._replace_head({**head, "seal": seal(self._key, _HEAD, head)})

    def read(self) -> Iterator[Manifest]:
        """Yield the lines that can be read, oldest first."""
        for line in self._lines():
            found = _parsed(line)
            if found is not None:
                yield found

    def tells(self, event: str, plan: str) -> bool:
        """Return whether there is a genuine line of an event about a plan."""
        wanted = plan.encode()
        for line in self._lines():
            if wanted in line and (found := _parsed(line)) is not None:
                told = (found.get("event"), found.get("plan")) == (event, plan)
                if told and self._genuine(found):
                    return True
        return False

    def verify(self) -> Verification:
        """Return what is wrong with the chain; nothing when nobody touched it."""
        broken: list[str] = []
        count, seq, prev, last = 0, 0, _FIRST, Manifest()
        for count, line in enumerate(self._lines(), 1):
            found = _parsed(line)
            if found is None:
                broken.append(f"line {count} is no JSON: cut off, or overwritten")
                continue
            if not self._genuine(found):
                broken.append(f"line {count} was changed, or sealed with another key")
            elif found.get("prev") != prev or found.get("seq") != seq + 1:
                broken.append(f"line {count} does not follow the one before it: some were moved")
            seq, prev, last = int(found.get("seq", 0)), str(found.get("mac", "")), found
        head = self._head_seen()
        if head is None and count:
            broken.append("the end of the chain is not sealed: its file was removed or changed")
        elif head is not None and head != (seq, prev) and self._one_ahead(head, last) is None:
            broken.append(f"line {head[0]} was the last to be written, and {seq} is: a tail is cut")
        return Verification(count, tuple(broken))

    def _genuine(self, line: Manifest) -> bool:
        rest = {key: value for key, value in line.items() if key != "mac"}
        return sealed_by(self._key, _LINE, rest, str(line.get("mac", "")))

    def _lines(self) -> list[bytes]:
        try:
            return [line for line in self.path.read_bytes().split(b"\n") if line]
        except FileNotFoundError:
            return []

    def _end(self) -> tuple[int, str]:
        """Return number and seal of the last line; a tail that was cut off still counts."""
        head = self._head_seen() or (0, _FIRST)
        lines = self._lines()
        last = (_parsed(lines[-1]) if lines else None) or Manifest()
        return self._one_ahead(head, last) or head

    def _one_ahead(self, head: tuple[int, str], last: Manifest) -> tuple[int, str] | None:
        """Return the end that `last` is, if its writer died before it could seal the end."""
        follows = (last.get("seq"), last.get("prev")) == (head[0] + 1, head[1])
        return (head[0] + 1, str(last["mac"])) if follows and self._genuine(last) else None

    def _head_seen(self) -> tuple[int, str] | None:
        try:
            found = _parsed(self._head.read_bytes()) or {}
        except FileNotFoundError:
            return None
        head: Manifest = {"seq": found.get("seq"), "mac": found.get("mac")}
        if not sealed_by(self._key, _HEAD, head, str(found.get("seal", ""))):
            return None
        return int(head["seq"]), str(head["mac"])

    def _write(self, line: bytes) -> None:
        descriptor = os.open(self.path, os.O_CREAT | os.O_RDWR | os.O_APPEND, PRIVATE)
        with os.fdopen(descriptor, "r+b") as file:
            end = file.seek(0, os.SEEK_END)
            torn = end > 0 and os.pread(file.fileno(), 1, end - 1) != b"\n"
            file.write((b"\n" if torn else b"") + line + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def _replace_head(self, head: Manifest) -> None:
        draft = self._head.with_suffix(".draft")
        descriptor = os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, PRIVATE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(orjson.dumps(head))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._head)

    @contextmanager
    def _locked(self) -> Generator[None]:
        descriptor = os.open(self.path.with_suffix(".lock"), os.O_CREAT | os.O_RDWR, PRIVATE)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def _parsed(line: bytes) -> Manifest | None:
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return cast("Manifest", found) if isinstance(found, dict) else None
