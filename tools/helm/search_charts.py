"""The tool that finds charts in the configured repositories, and the versions that there are."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from clusterwright.tools.answer import BUDGET, CAP, Answer, columns, longest
from clusterwright.tools.coverage import Gap
from clusterwright.tools.cursor import Cursor, decode, encode, foreign, question
from clusterwright.tools.errors import NotFoundError
from clusterwright.tools.helm.charts.index import Entry, Index
from clusterwright.tools.helm.charts.search import indexes
from clusterwright.tools.helm.charts.sources import load_sources
from clusterwright.tools.helm.charts.versions import stable
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.tool import Effect, Tool

_Key = tuple[int, str, int]


class ChartRow(BaseModel):
    """A chart in its newest version, or one version of it."""

    model_config = ConfigDict(frozen=True)

    chart: str = Field(description="As `chart` of any tool: repository/name.")
    version: str
    app_version: str = ""
    description: str = ""
    kubernetes: str = Field(default="", description="Versions of Kubernetes that it asks for.")
    deprecated: bool = False
    versions: int = Field(default=0, description="How many there are of it.")


class ChartList(Answer):
    """One page of charts."""

    total: int
    repositories: tuple[str, ...] = Field(description="That were read.")
    rows: tuple[ChartRow, ...] = ()
    gaps: tuple[Gap, ...] = Field(default=(), description="What could not be read.")
    next_cursor: str | None = None

    def render(self) -> str:
        """Return a row for each chart."""
        read = ", ".join(self.repositories) or "no repository"
        lines = [f"{self.total} found in {read}"]
        if self.rows:
            header = ("chart", "version", "app", "versions", "about")
            lines.append(columns(header, [_cells(one) for one in self.rows]))
        lines += [f"Not read: {one.what} ({one.reason})" for one in self.gaps]
        if self.next_cursor:
            lines.append(f"More: cursor={self.next_cursor}")
        return "\n".join(lines)


async def helm_search_charts(
    clusters: Clusters,
    query: Annotated[
        str | None, Field(max_length=100, description="Part of name or description.")
    ] = None,
    repository: Annotated[str | None, Field(max_length=100, description="Default: all.")] = None,
    versions: Annotated[bool, Field(description="Every version, not the newest only.")] = False,
    limit: Annotated[int | None, Field(ge=1, le=500, description="Rows at most.")] = None,
    cursor: Cursor = None,
) -> ChartList:
    """Find charts in the repositories that are configured; best names first.

    A chart is named repository/name everywhere; URLs are not taken.
    """
    asked, *after = decode("charts", cursor, str, int, str, int) if cursor else ("",)
    own = question(query, repository, str(versions))
    if cursor and asked != own:
        raise foreign(cursor)
    sources = load_sources()
    chosen = [sources.repository(repository)] if repository else sources.repositories
    if not chosen:
        raise NotFoundError("no repository of charts is configured", hint=sources.hint())
    found, gaps = await indexes(chosen)
    every = sorted(_rows(found, (query or "").casefold().strip(), versions), key=lambda one: one[0])
    rest = [one for one in every if one[0] > tuple(after)]
    start = ChartList(
        cluster="",
        total=len(every),
        repositories=tuple(sorted(found)),
        gaps=(*gaps, *(() if repository else sources.gaps)),
    )
    most = min(limit or len(rest), len(rest))
    return longest(partial(_page, start, rest, own), most, CAP if limit else BUDGET)


TOOL = Tool(helm_search_charts, Effect.READ, "Search charts")


def _rows(
    found: Mapping[str, Index],
    query: str,
    versions: bool,
) -> Iterator[tuple[_Key, ChartRow]]:
    for repository, index in found.items():
        for name, entries in index.items():
            if not entries:
                continue
            newest = next((one for one in entries if stable(one.version)), entries[0])
            rank = _rank(f"{repository}/{name}", newest, query)
            if rank is None:
                continue
            for place, one in enumerate(entries if versions else [newest]):
                key = (rank, f"{repository}/{name}", place)
                yield key, _row(f"{repository}/{name}", one, 0 if versions else len(entries))


def _rank(chart: str, entry: Entry, query: str) -> int | None:
    """Return how well a chart fits, 0 best; None if it does not."""
    name = chart.casefold()
    if not query or query in {name, name.partition("/")[2]}:
        return 0
    if query in name:
        return 1
    return 2 if query in entry.description.casefold() else None


def _row(chart: str, one: Entry, versions: int) -> ChartRow:
    return ChartRow(
        chart=chart,
        version=one.version,
        app_version=one.app_version,
        description=one.description,
        kubernetes=one.kube_version,
        deprecated=one.deprecated,
        versions=versions,
    )


def _cells(one: ChartRow) -> tuple[str, ...]:
    about = f"DEPRECATED {one.description}" if one.deprecated else one.description
    needs = f" (Kubernetes {one.kubernetes})" if one.kubernetes else ""
    number = str(one.versions) if one.versions else ""
    return (one.chart, one.version, one.app_version, number, f"{about}{needs}")


def _page(
    start: ChartList, rest: Sequence[tuple[_Key, ChartRow]], own: str, count: int
) -> ChartList:
    shown = rest[:count]
    more = encode("charts", own, *shown[-1][0]) if shown and count < len(rest) else None
    update = {"rows": tuple(row for _, row in shown), "next_cursor": more}
    return start.model_copy(update=update)
