"""What differs between two revisions, or between one and the cluster: objects, each by field."""

from collections.abc import Sequence
from itertools import groupby
from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from clusterwright.tools.answer import Answer
from clusterwright.tools.coverage import Gap
from clusterwright.tools.helm.record import Status
from clusterwright.tools.quotation import quoted, word

VALUES = "values"
Change: TypeAlias = Literal["changed", "added", "removed", "gone"]
Key: TypeAlias = tuple[int, str, str]
"""Values first, then what is gone or removed, added, changed; the object; the field."""
_ORDER: dict[Change, int] = {"gone": 1, "removed": 1, "added": 2, "changed": 3}


class FieldDiff(BaseModel):
    """One field that differs."""

    model_config = ConfigDict(frozen=True)

    path: str
    before: str | None = Field(default=None, description="Absent: it was not there.")
    after: str | None = Field(default=None, description="Absent: it is not there.")
    by: str | None = Field(default=None, description="Field manager that wrote what is live.")
    when: str | None = Field(default=None, description="How long ago it last wrote.")
    autoscaled: bool | None = Field(default=None, description="As an autoscaler wants it.")

    def line(self) -> str:
        """Return it on one line."""
        sides = [_side(self.before), _side(self.after)]
        told = f"  {self.path}: {' -> '.join(sides)}"
        by = f" by {self.by}" if self.by else ""
        return told + by + (f", {self.when} ago" if self.when else "")


def _side(value: str | None) -> str:
    return "(none)" if value is None else quoted(" ⏎ ".join(value.split("\n")))


class ObjectDiff(BaseModel):
    """One object, or the values, with what differs of it."""

    model_config = ConfigDict(frozen=True)

    object: str = Field(description="Kind/namespace/name, or values.")
    change: Change
    fields: tuple[FieldDiff, ...] = ()

    def lines(self) -> list[str]:
        """Return a line, and one for each field."""
        head = VALUES if self.object == VALUES else f"{self.change} {word(self.object)}"
        return [f"{head}{':' if self.fields else ''}", *(one.line() for one in self.fields)]


class Differing(BaseModel):
    """One line of a diff, with what it is sorted by."""

    model_config = ConfigDict(frozen=True)

    object: str
    change: Change
    field: FieldDiff | None = None

    @property
    def key(self) -> Key:
        """Where it is in the diff."""
        rank = 0 if self.object == VALUES else _ORDER[self.change]
        return (rank, self.object, self.field.path if self.field else "")


def grouped(rows: Sequence[Differing]) -> tuple[ObjectDiff, ...]:
    """Return the objects of sorted lines."""
    return tuple(
        ObjectDiff(object=name, change=change, fields=tuple(one.field for one in ones if one.field))
        for (name, change), ones in groupby(rows, key=lambda one: (one.object, one.change))
    )


class ReleaseDiff(Answer):
    """What differs, and how much of it is shown."""

    release: str = Field(description="namespace/name.")
    revision: int = Field(description="Before.")
    status: Status
    to: int | None = Field(default=None, description="After; absent: what is live.")
    chart: str | None = Field(default=None, description="Of both, where it differs.")
    compared: int = Field(description="Objects.")
    changed: int = 0
    added: int = 0
    removed: int = Field(default=0, description="Or gone from the cluster.")
    fields: int = Field(description="That differ, of values and objects.")
    objects: tuple[ObjectDiff, ...] = ()
    note: str | None = None
    gaps: tuple[Gap, ...] = Field(default=(), description="What could not be compared.")
    next_cursor: str | None = None

    def render(self) -> str:
        """Return the counts, then each object with its fields."""
        after = f"revision {self.to}" if self.to else "what is live"
        lines = [
            f"{self.release} on {self.cluster}: revision {self.revision} ({self.status.value})"
            f" -> {after}"
        ]
        lines += [f"chart {word(self.chart)}"] if self.chart else []
        gone = "removed" if self.to else "gone"
        counts = f"{self.changed} changed, {self.added} added, {self.removed} {gone}"
        if not self.to:
            counts = f"{self.changed} drifted, {self.removed} {gone}"
        lines.append(f"of {self.compared} objects: {counts}; {self.fields} fields differ")
        lines += [line for one in self.objects for line in one.lines()]
        lines += [f"[{self.note}]"] if self.note else []
        lines += [f"Not compared: {one.what} ({one.reason})" for one in self.gaps]
        lines += [f"More: cursor={self.next_cursor}"] if self.next_cursor else []
        return "\n".join(lines)
