"""The revisions of a release, newest first, and which values each changed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, Self

from anyio import to_thread
from pydantic import BaseModel, ConfigDict, Field

from clusterwright.tools.diff import Difference, differences
from clusterwright.tools.errors import ToolError
from clusterwright.tools.excerpt import one_line, shorten
from clusterwright.tools.field_path import MISSING, spell
from clusterwright.tools.helm.bounded import bounded
from clusterwright.tools.helm.record import Release, Revision, Status
from clusterwright.tools.helm.store import records
from clusterwright.tools.helm.values import leaves
from clusterwright.tools.helm.veil import Veil
from clusterwright.tools.helm.views.view import Asked, Read, View
from clusterwright.tools.kubernetes.state.state import span
from clusterwright.tools.manifest import Json
from clusterwright.tools.quotation import quoted, word
from clusterwright.tools.ref import Ref

_ROWS, _MOST_ROWS = 10, 25
"""Records that are read for a page: a record may hold a megabyte."""
_PATHS = 8
_SAID, _LONGEST, _SHORT = 2_000, 200, 80


class RevisionRow(BaseModel):
    """One revision."""

    model_config = ConfigDict(frozen=True)

    revision: int
    status: Status
    updated: str = Field(default="", description="How long ago.")
    chart: str = Field(default="", description="name-version.")
    app_version: str = ""
    description: str = ""
    values: tuple[str, ...] = Field(
        default=(), description="Paths of supplied values that differ from the revision before."
    )
    more_values: int = 0
    unread: str | None = Field(default=None, description="Why its record was not read.")

    def lines(self) -> list[str]:
        """Return the row, and on lines of their own what was said and what changed."""
        words = [f"{self.revision} {self.status.value}"]
        words += [self.updated] if self.updated else []
        words += [word(self.chart)] if self.chart else []
        words += [f"app {word(self.app_version)}"] if self.app_version else []
        lines = [", ".join(words)]
        lines += [f"  {quoted(self.description)}"] if self.description else []
        if self.values:
            more = f" and {self.more_values} more" if self.more_values else ""
            lines.append(f"  values: {', '.join(self.values)}{more}")
        return [*lines, *([f"  not read: {self.unread}"] if self.unread else [])]


class HistoryView(View):
    """A page of the revisions."""

    view: Literal["history"] = "history"
    kept: int = Field(description="Revisions in all.")
    rows: tuple[RevisionRow, ...]

    @property
    def units(self) -> int:
        """The rows."""
        return len(self.rows)

    @property
    def end(self) -> int:
        """All revisions."""
        return self.kept

    def first(self, units: int) -> Self:
        """Return the first rows."""
        return self.model_copy(update={"rows": self.rows[:units]})

    def lines(self) -> list[str]:
        """Return the revisions, newest first."""
        return [f"{self.kept} revisions kept", *(line for row in self.rows for line in row.lines())]


async def read_history(asked: Asked) -> Read:
    """Return a page of the revisions from the one that was asked for; each record is read."""
    count = min(asked.limit or _ROWS, _MOST_ROWS)
    window = asked.revisions[asked.offset : asked.offset + count + 1]
    found = await records(asked.connection, window)

    def rows() -> tuple[RevisionRow, ...]:
        pairs = zip(window[:count], [*window[1:], None], strict=False)
        return tuple(_row(one, before, found, asked.connection.now) for one, before in pairs)

    return Read(HistoryView(kept=len(asked.revisions), rows=await to_thread.run_sync(rows)))


def _row(
    one: Revision, before: Revision | None, found: Mapping[Ref, Release | ToolError], now: datetime
) -> RevisionRow:
    row = RevisionRow(
        revision=one.number,
        status=one.status,
        updated=span(now - one.modified) if one.modified else "",
    )
    release = found[one.record]
    try:
        if isinstance(release, Release):
            return row.model_copy(update=_told(release, found[before.record] if before else None))
        unread = release
    except ToolError as error:  # it holds more than can be read
        unread = error
    return row.model_copy(update={"unread": one_line(str(unread), _LONGEST)})


def _told(release: Release, earlier: Release | ToolError | None) -> dict[str, Json]:
    """Return what a record tells of its revision."""
    veil = Veil.of(release)
    paths: list[str] = []
    if isinstance(earlier, Release):
        found = differences(bounded(earlier.supplied), bounded(release.supplied))
        ends = ((*one.path, *end) for one in found for end, _ in leaves(_there(one)))
        paths = [veil.line(spell(end), _LONGEST) for end in ends]
    return {
        "chart": one_line(release.chart_label, _SHORT),
        "app_version": one_line(release.app_version, _SHORT),
        "description": shorten(veil.line(release.description, _SAID), _LONGEST),
        "values": tuple(paths[:_PATHS]),
        "more_values": max(0, len(paths) - _PATHS),
    }


def _there(one: Difference) -> Json:
    """Return what was brought, or taken away where nothing was brought."""
    return one.before if one.after is MISSING else one.after
