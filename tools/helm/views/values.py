"""The values of a revision: each that was supplied, since when, and what the chart brings."""

from collections.abc import Sequence
from functools import partial
from typing import Literal, Self, cast

from anyio import to_thread
from pydantic import Field

from clusterwright.tools.coverage import Gap
from clusterwright.tools.errors import NotFoundError, ToolError
from clusterwright.tools.excerpt import few, one_line
from clusterwright.tools.field_path import MISSING, Path, Segment, parse, read, spell
from clusterwright.tools.helm.bounded import bounded
from clusterwright.tools.helm.record import Release
from clusterwright.tools.helm.store import records
from clusterwright.tools.helm.values import (
    ChartValues,
    Supplied,
    computed,
    provenance,
)
from clusterwright.tools.helm.veil import Veil
from clusterwright.tools.helm.views.value_rows import Shown, ValueRow
from clusterwright.tools.helm.views.view import Asked, Read, View
from clusterwright.tools.kubernetes.get import AnyJson
from clusterwright.tools.kubernetes.select import indented, size
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.redaction import redact

_EARLIER = 12
"""Revisions before it of which the values are read, to tell since when each is as it is."""
_LONGEST = 300
_WHOLE, _ROWS = 4_000, 500
"""Bytes of a value that is told whole, and rows of which a page is made."""


class ValuesView(View):
    """Values that were supplied one by one, and an outline of what the chart brings besides."""

    view: Literal["values"] = "values"
    path: str = Field(default="", description="What is shown; empty: all.")
    supplied: int = Field(description="Values supplied, below path.")
    since_at_least: int | None = Field(
        default=None, description="Oldest revision compared: since may be earlier still."
    )
    rows: tuple[ValueRow, ...]
    rows_total: int
    value: AnyJson = Field(default=None, description="At path, computed, where it has room.")

    @property
    def units(self) -> int:
        """The rows."""
        return len(self.rows)

    @property
    def end(self) -> int:
        """All rows."""
        return self.rows_total

    def first(self, units: int) -> Self:
        """Return the first rows."""
        return self.model_copy(update={"rows": self.rows[:units]})

    def lines(self) -> list[str]:
        """Return what was supplied, then what the chart brings."""
        lines = [f"{self.supplied} values supplied{f' below {self.path}' if self.path else ''}"]
        if self.since_at_least is not None and self.supplied:
            lines[0] += f"; compared back to revision {self.since_at_least}"
        lines += [one.line() for one in self.rows if one.source != "default"]
        defaults = [one.line() for one in self.rows if one.source == "default"]
        lines += ["of the chart:", *defaults] if defaults else []
        if self.value is not None:
            lines += ["computed:", indented(self.value)]
        return lines


async def read_values(asked: Asked) -> Read:
    """Return the values of a revision, or those below a path."""
    path = tuple(_plain(one) for one in parse(asked.path)) if asked.path else ()
    release, veil = await asked.record()
    place = asked.revisions.index(asked.revision)
    earlier = asked.revisions[place + 1 : place + 1 + _EARLIER] if release.supplied else ()
    found = await records(asked.connection, earlier)
    history: list[Supplied] = [(asked.revision.number, bounded(release.supplied))]
    gaps: list[Gap] = []
    for one in earlier:
        read_one = found[one.record]
        if isinstance(read_one, ToolError):
            gaps.append(Gap(what=f"revision {one.number}", reason=one_line(str(read_one))))
            break
        history.append((one.number, bounded(read_one.supplied)))
    view = await to_thread.run_sync(_view, release, veil, history, path, asked.offset)
    return Read(view, tuple(gaps))


def _view(
    release: Release, veil: Veil, history: Sequence[Supplied], path: Path, offset: int
) -> ValuesView:
    defaults = bounded(release.defaults)
    whole = computed(ChartValues(release.chart_name, defaults), history[0][1])
    found = [one for one in provenance(history, defaults) if _along(one.path, path)]
    if path and not found and read(whole, path) is MISSING:
        raise _nowhere(whole, path, veil)
    shown = Shown(veil, redact(whole), redact(defaults), redact(history[0][1]))
    makers = [*(partial(shown.supplied, one) for one in found), *shown.rest(found, path)]
    below = shown.computed(path) if path else None
    return ValuesView(
        path=shown.spelled(path),
        supplied=len(found),
        since_at_least=history[-1][0] if len(history) > 1 else None,
        rows=tuple(make() for make in makers[offset : offset + _ROWS]),
        rows_total=len(makers),
        value=below if below is not None and size(below) <= _WHOLE else None,
    )


def _nowhere(whole: Manifest, path: Path, veil: Veil) -> NotFoundError:
    there = len(path) - 1
    while read(whole, path[:there]) is MISSING:
        there -= 1
    parent = read(whole, path[:there])
    members = cast("Manifest", parent) if isinstance(parent, dict) else {}
    names = sorted(veil.line(key, 60) for key in members)
    place = veil.line(spell(path[:there]), _LONGEST)
    return NotFoundError(
        f"no value is at {spell(path)[:120]!r}",
        hint=f"{f'at {place}' if place else 'at the top'} there are: {few(names, 15) or 'none'}",
    )


def _plain(segment: Segment) -> Segment:
    """Return `[name]` as the member that it means in values."""
    return segment[1] if isinstance(segment, tuple) and not segment[0] else segment


def _along(one: Path, other: Path) -> bool:
    """Return whether one path leads through the other."""
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]
