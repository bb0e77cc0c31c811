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
from mmap import ACCESS_READ, mmap
from pathlib import Path

from clusterwright.tools.errors import InvalidInputError, RefusedError
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.trust.audit_chain import faults, follows
from clusterwright.tools.trust.audit_line import (
    OWN,
    START,
    Place,
    end_of,
    parsed,
    place_of,
    readable,
    sealed_end,
    sealed_line,
)
from clusterwright.tools.trust.private_file import PRIVATE, replace_private


@dataclass(frozen=True, slots=True)
class Verification:
    """How many lines there are, and what is wrong with them."""

    lines: int
    broken: tuple[str, ...]


class AuditLog:
    """The audit of one store; processes may share it."""

    def __init__(self, path: Path, key: bytes) -> None:
        """Take the file, which is made when something is first written; its folder is there."""
        self.path = path
        self._key = key
        self._head = path.with_suffix(".head")
        self._lock = path.with_suffix(".lock")

    def append(self, event: str, **facts: Json) -> None:
        """Write one line, to the disk before this returns; raise RefusedError if it cannot be."""
        if taken := sorted(OWN & facts.keys()):
            raise InvalidInputError(
                f"no fact of the audit can be named {taken[0]!r}",
                hint=f"each line has its own {', '.join(sorted(OWN))}: choose another name",
            )
        try:
            with self._writing():
                self._append(event, facts)
        except OSError as error:
            raise RefusedError(
                f"the audit {str(self.path)!r} cannot be written: {error.strerror}",
                hint="what cannot be recorded is not to be done: make room, or mend its rights",
            ) from error

    def read(self) -> Iterator[Manifest]:
        """Yield the lines that can be read, oldest first, whether or not they are genuine."""
        for line in self._lines():
            found = readable(line)
            if found is not None:
                yield found

    def unreadable(self) -> int:
        """Return how many lines cannot be read: edited ones, say, or not written to their end."""
        return sum(readable(line) is None for line in self._lines())

    def tells(self, event: str, plan: str) -> bool:
        """Return whether there is a genuine line of an event about a plan."""
        wanted = plan.encode()
        for line in self._lines():
            if wanted in line and (found := parsed(line)) is not None:
                told = (found.get("event"), found.get("plan")) == (event, plan)
                if told and place_of(self._key, line) is not None:
                    return True
        return False

    def verify(self) -> Verification:
        """Return what is wrong with the chain: nothing when nobody touched it. Writes nothing."""
        with self._still():
            lines, end = self._lines(), _content(self._head)
        return Verification(len(lines), tuple(faults(self._key, lines, end)))

    def _append(self, event: str, facts: Manifest) -> None:
        last = self._last()
        if last is START and not self._head.exists():
            replace_private(self._head, sealed_end(self._key, START))  # it is never absent again
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        fields: Manifest = {"seq": last.seq + 1, "at": at, "event": event, **facts}
        if last.unsealed:
            fields["unsealed"] = True
        line, place = sealed_line(self._key, {**fields, "prev": last.mac})
        self._write(line)
        replace_private(self._head, sealed_end(self._key, place))

    def _last(self) -> Place:
        """Return the line to follow: what was last written, also if it was cut off since."""
        content = _content(self._head)
        end = end_of(self._key, content) if content is not None else None
        if end is None:
            return self._last_known(touched=content is not None)
        latest = place_of(self._key, self._last_line())
        # Its writer may have been stopped before it could seal the end.
        return latest if latest is not None and follows(latest, end) else end

    def _last_known(self, *, touched: bool) -> Place:
        """Return the line to follow when no end is sealed, marked as such unless all is new."""
        lines = self._lines()
        if not lines and not touched:
            return START
        known = (place_of(self._key, line) for line in reversed(lines))
        found = next((one for one in known if one is not None), START)
        return Place(found.seq, found.mac, unsealed=True)

    def _lines(self) -> list[bytes]:
        lines = (_content(self.path) or b"").split(b"\n")
        return lines if lines[-1] else lines[:-1]  # each line ends with \n, the last one too

    def _last_line(self) -> bytes:
        """Return the last line without reading the others: the file only ever grows."""
        if not self.path.exists() or not self.path.stat().st_size:
            return b""
        with self.path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as content:
            end = len(content) - content[-1:].count(b"\n")
            return content[content.rfind(b"\n", 0, end) + 1 : end]

    def _write(self, line: bytes) -> None:
        descriptor = os.open(self.path, os.O_CREAT | os.O_RDWR | os.O_APPEND, PRIVATE)
        with os.fdopen(descriptor, "r+b") as file:
            end = file.seek(0, os.SEEK_END)
            torn = end > 0 and os.pread(file.fileno(), 1, end - 1) != b"\n"
            file.write((b"\n" if torn else b"") + line + b"\n")
            file.flush()
            os.fsync(file.fileno())

    @contextmanager
    def _writing(self) -> Generator[None]:
        """Keep others from writing, and from reading what is half written."""
        descriptor = os.open(self._lock, os.O_CREAT | os.O_RDONLY, PRIVATE)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    @contextmanager
    def _still(self) -> Generator[None]:
        """Keep others from writing; where nobody ever wrote, nobody is kept."""
        try:
            descriptor = os.open(self._lock, os.O_RDONLY)
        except FileNotFoundError:
            yield
            return
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH)
            yield
        finally:
            os.close(descriptor)


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
