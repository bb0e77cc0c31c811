"""The tool that shows a chart before anything is installed: what it takes, and what it brings."""

from functools import partial
from typing import Annotated, Literal

from anyio import to_thread
from pydantic import Field

from clusterwright.tools.answer import BUDGET, CAP, Answer, columns, longest
from clusterwright.tools.cursor import Cursor, decode, encode, foreign, question
from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.excerpt import few, one_line
from clusterwright.tools.helm.charts import part
from clusterwright.tools.helm.charts.fetch import Fetched, fetch
from clusterwright.tools.helm.charts.images import images_in_values, images_of
from clusterwright.tools.helm.charts.parameters import ChartName, ChartVersion
from clusterwright.tools.helm.charts.part import Part
from clusterwright.tools.helm.charts.rendering import Wanted, render
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.kubernetes.get import AnyJson
from clusterwright.tools.kubernetes.select import indented
from clusterwright.tools.neutral import neutral
from clusterwright.tools.tool import Effect, Tool

View = Literal["overview", "values", "schema", "readme", "crds", "dependencies", "images"]
_STEP = 200
"""Characters of a text that are there or not."""


class ChartShown(Answer):
    """One view of a chart."""

    chart: str
    version: str
    view: View
    facts: dict[str, str] = Field(default_factory=dict)
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = Field(default=(), description="A cell for each column.")
    total: int | None = Field(default=None, description="Rows, or characters of a text, in all.")
    text: str | None = None
    value: AnyJson = Field(default=None, description="A schema, where it has room.")
    outline: dict[str, str] = Field(
        default_factory=dict, description="Too large: each path with its shape and size."
    )
    note: str | None = None
    next_cursor: str | None = None

    def render(self) -> str:
        """Return facts, a table, a text or a value, whichever the view has."""
        lines = [f"{self.chart} {self.version}, {self.view}"]
        lines += [f"{name}: {told}" for name, told in self.facts.items()]
        if self.rows and len(self.columns) == 1:
            lines += [f"{self.columns[0]}: {row[0]}" for row in self.rows]
        elif self.rows:
            lines.append(columns(self.columns, list(self.rows)))
        lines += [self.text] if self.text else []
        lines += [indented(self.value)] if self.value is not None else []
        lines += [f"{path} {told}" for path, told in self.outline.items()]
        lines += [f"[{self.note}]"] if self.note else []
        if self.next_cursor:
            lines.append(f"{self.total} in all. More: cursor={self.next_cursor}")
        return "\n".join(lines)


async def helm_show_chart(
    clusters: Clusters,
    chart: ChartName,
    version: ChartVersion = None,
    view: Annotated[View, Field(description="overview tells which others are worth it.")] = (
        "overview"
    ),
    path: Annotated[
        str,
        Field(max_length=300, description="values: as in web.image; schema: properties.web."),
    ] = "",
    cursor: Cursor = None,
) -> ChartShown:
    """Show a chart of a configured repository without installing it.

    values tells default, type, rules and meaning of each value that it takes.
    """
    if path and view not in {"values", "schema"}:
        raise InvalidInputError(
            f"the view {view} has no path", hint="pass path with view=values or view=schema only"
        )
    asked, offset = decode("chart", cursor, str, int) if cursor else ("", 0)
    own = question(chart, version, view, path)
    if cursor and asked != own:
        raise foreign(cursor)
    fetched = await fetch(chart, version)
    found = await _images(fetched) if view == "images" else None
    if found is None:
        found = await to_thread.run_sync(_part, fetched, view, path)
    start = ChartShown(
        cluster="",
        chart=chart,
        version=one_line(fetched.version, 100),
        view=view,
        facts=dict(found.facts) if not offset else {},
        columns=found.columns,
        value=found.value,
        note=found.note or None,
    )
    return await to_thread.run_sync(_paged, start, found, own, max(0, int(offset)))


TOOL = Tool(helm_show_chart, Effect.READ, "Show a chart")


def _part(fetched: Fetched, view: View, path: str) -> Part:
    chart = fetched.chart
    match view:
        case "values":
            return part.values(chart, path)
        case "schema":
            return part.schema(chart, path)
        case "readme":
            return part.readme(chart)
        case "crds":
            return part.crds(chart)
        case "dependencies":
            return part.needs(chart)
        case _:
            return part.overview(fetched)


async def _images(fetched: Fetched) -> Part:
    """Return the images of a rendering with the defaults; of the values where there is none."""
    try:
        made = await render(Wanted(fetched.archive, "release-name", "default", {}))
    except InvalidInputError as error:
        found = images_in_values(fetched.chart)
        note = f"guessed from the values, for it does not render with its defaults: {error}"
    else:
        found = images_of(made.objects)
        note = "of what it renders to with its defaults"
    rows = tuple((image, few(users, 4)) for image, users in found.items())
    return Part(columns=("image", "in"), rows=rows, note=one_line(note, 500))


def _paged(start: ChartShown, found: Part, own: str, offset: int) -> ChartShown:
    """Return the answer with as much as it has room for."""
    if found.text:
        whole = neutral(found.text, None)
        left = -(-max(0, len(whole) - offset) // _STEP)
        return longest(partial(_text, start, whole, own, offset), left, CAP)
    if found.outline:
        return longest(partial(_outline, start, found), len(found.outline), CAP)
    left = len(found.rows) - offset
    return longest(partial(_rows, start, found.rows, own, offset), left, BUDGET) if left else start


def _text(start: ChartShown, whole: str, own: str, offset: int, count: int) -> ChartShown:
    end = offset + count * _STEP
    more = encode("chart", own, end) if end < len(whole) else None
    update = {"text": whole[offset:end], "total": len(whole), "next_cursor": more}
    return start.model_copy(update=update)


def _outline(start: ChartShown, found: Part, count: int) -> ChartShown:
    return start.model_copy(update={"outline": dict(list(found.outline.items())[:count])})


def _rows(
    start: ChartShown, rows: tuple[tuple[str, ...], ...], own: str, offset: int, count: int
) -> ChartShown:
    end = offset + count
    more = encode("chart", own, end) if end < len(rows) else None
    update = {"rows": rows[offset:end], "total": len(rows), "next_cursor": more}
    return start.model_copy(update=update)
