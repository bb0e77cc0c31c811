"""The tool that finds metrics by what they mean, and tells what their series look like."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import anyio
from anyio import to_thread
from pydantic import Field

from clusterwright.tools.answer import BUDGET, longest
from clusterwright.tools.cursor import Cursor, decode, encode, foreign, question
from clusterwright.tools.errors import InvalidInputError, NotFoundError, ToolError
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.kubernetes.parameters import Cluster
from clusterwright.tools.prometheus.client.backend import Backend as Source
from clusterwright.tools.prometheus.client.lane import Lane
from clusterwright.tools.prometheus.monitoring import Monitoring
from clusterwright.tools.prometheus.parameters import Backend
from clusterwright.tools.prometheus.promql.literals import escaped
from clusterwright.tools.prometheus.promql.selector import Matcher
from clusterwright.tools.prometheus.searching.catalog import Within, metadata, names, within
from clusterwright.tools.prometheus.searching.family import Family, families
from clusterwright.tools.prometheus.searching.labels import SECONDS, Shape, shape, takes
from clusterwright.tools.prometheus.searching.score import Ranked, ranked
from clusterwright.tools.prometheus.searching.told import MetricList, MetricRow, row
from clusterwright.tools.quotation import quoted, word
from clusterwright.tools.tool import Effect, Tool

_DETAILED, _MORE = 6, 15
_AT_ONCE = 4
"""Metrics that are looked into at a time, so that others get their turn."""
_PREFIXES = 20
Type = Literal["counter", "gauge", "histogram", "summary", "unknown"]


async def prom_search_metrics(
    monitoring: Monitoring,
    search: Annotated[
        str | None,
        Field(max_length=300, description="As pod memory, gpu temperature, or a part of a name."),
    ] = None,
    type: Type | None = None,  # noqa: A002  # the word of the field
    selector: Annotated[
        str | None,
        Field(max_length=1_000, description='Of such series only: {job="kubelet", pod!=""}.'),
    ] = None,
    limit: Annotated[
        int | None, Field(ge=1, le=20, description="Metrics with details; default: 6.")
    ] = None,
    cursor: Cursor = None,
    backend: Backend = None,
    cluster: Cluster = None,
) -> MetricList:
    """Find metrics by the meaning of their name and help: type, unit, labels and how to ask them.

    Labels come with how many values each has; without search all metrics are listed.
    """
    asked, after = decode("metrics", cursor, str, str) if cursor else ("", "")
    asks = within(selector) if selector else Within()
    reach = await monitoring.reach(cluster, backend)
    own = question(reach.cluster, reach.backend.name, search, type, asks.every)
    if cursor and asked != own:
        raise foreign(cursor)
    found = await _found(reach.backend, search, type, asks.every)
    rest = _after(found.families, str(after), cursor)
    shown = rest[: limit or _DETAILED]
    rows, gaps = await _detailed(reach.backend, shown, asks.labels)

    def page(count: int) -> MetricList:
        left = rest[count:]
        return MetricList(
            cluster=reach.cluster,
            backend=reach.backend.name,
            of=found.of,
            fit=len(found.families),
            whole=found.whole,
            rows=tuple(rows[:count]),
            more=tuple(one_line(one.name, 100) for one in left[:_MORE]),
            left_out=len(left),
            prefixes=_prefixes(found.families) if search is None and not after else {},
            notes=(*reach.notes, *found.notes, *gaps),
            next_cursor=encode("metrics", own, shown[count - 1].name) if left else None,
        )

    return await to_thread.run_sync(longest, page, len(rows), BUDGET)


TOOL = Tool(prom_search_metrics, Effect.READ, "Search metrics by meaning")


def _after(every: Sequence[Family], name: str, cursor: str | None) -> Sequence[Family]:
    """Return what follows a metric; all of it without a cursor."""
    if not cursor:
        return every
    places = {one.name: i for i, one in enumerate(every)}
    if name not in places:
        raise InvalidInputError(
            f"{quoted(one_line(name, 80))}, after which this cursor goes on, is there no more",
            hint="search again without the cursor",
        )
    return every[places[name] + 1 :]


@dataclass(frozen=True, slots=True)
class _Found:
    """What fits, the best first."""

    families: Sequence[Family]
    of: int
    """Metrics that there are."""
    whole: int | None
    """How many fit all words."""
    notes: tuple[str, ...]


async def _found(source: Source, search: str | None, type_: Type | None, braces: str) -> _Found:
    """Return what fits; raise NotFoundError that says what would, where nothing does."""
    there = await names(source, f"{{{braces}}}" if braces else None)
    told, why_none = await metadata(source)
    every = await to_thread.run_sync(families, there, told)
    kept = [one for one in every if type_ is None or _is(one, type_)]
    notes = [why_none] if why_none else []
    if not kept:
        raise _nothing(every, type_, braces)
    if search is None or not search.strip():
        return _Found(kept, len(every), None, tuple(notes))
    fitting = await to_thread.run_sync(ranked, search, kept)
    if not fitting.fits:
        raise _unknown(search, fitting, kept)
    notes += [f"{quoted(a)} was read as {b}" for a, b in fitting.read_as.items()]
    notes += [f"nothing is known of {quoted(one_line(one, 60))}" for one in fitting.unknown[:5]]
    whole = sum(1 for one in fitting.fits if one.whole)
    if not whole:
        notes.append("none fits all words: these fit some")
    return _Found([one.family for one in fitting.fits], len(every), whole, tuple(notes))


def _is(one: Family, type_: Type) -> bool:
    return not one.type if type_ == "unknown" else one.type == type_


def _nothing(every: Sequence[Family], type_: Type | None, braces: str) -> NotFoundError:
    if not every:
        what = f"no series of the last hour fits {{{braces}}}" if braces else "there are no series"
        return NotFoundError(what, hint="prom_targets tells what is scraped and what is not")
    kinds = Counter(one.type or "unknown" for one in every)
    told = ", ".join(f"{kind} {n}" for kind, n in kinds.most_common())
    return NotFoundError(f"no metric is a {type_}", hint=f"metrics by type: {told}")


def _unknown(search: str, found: Ranked, every: Sequence[Family]) -> NotFoundError:
    del found
    prefixes = ", ".join(list(_prefixes(every))[:_PREFIXES])
    return NotFoundError(
        f"no metric of {len(every):,} is about {quoted(one_line(search, 80))}",
        hint=f"names begin with: {prefixes}; say what is measured in other words, or leave search"
        " out to list them",
    )


def _prefixes(every: Sequence[Family]) -> dict[str, int]:
    """Return how many metrics begin with each first word."""
    firsts = Counter(one_line(one.name, 80).partition("_")[0].partition(":")[0] for one in every)
    return dict(firsts.most_common(_PREFIXES))


async def _detailed(
    source: Source, shown: Sequence[Family], braces: str
) -> tuple[list[MetricRow], tuple[str, ...]]:
    """Return the metrics with how many series they have, and what their labels are."""
    gaps: list[str] = []
    counts: dict[str, int] | None = None
    try:
        counts = await _counts(source, [one for family in shown for one in family.members], braces)
    except ToolError as error:
        gaps.append(f"series not counted: {one_line(str(error), 150)}")
    shapes: dict[str, Shape] = {}
    few_at_once = anyio.Semaphore(_AT_ONCE)

    async def look(one: Family, series: int) -> None:
        try:
            async with few_at_once:
                shapes[one.name] = await shape(source, takes(one.standing, braces), series)
        except ToolError as error:
            gaps.append(
                f"labels of {word(one_line(one.name, 100))} not read: {one_line(str(error), 100)}"
            )

    async with anyio.create_task_group() as group:
        for one in shown:
            if series := (counts or {}).get(one.standing):
                group.start_soon(look, one, series)
    return [row(one, counts, shapes.get(one.name)) for one in shown], tuple(gaps[:3])


async def _counts(source: Source, members: Sequence[str], braces: str) -> dict[str, int]:
    pattern = "|".join(map(escaped, members))
    series = f"{Matcher('__name__', '=~', pattern)}{f',{braces}' if braces else ''}"
    query = f"count by (__name__) ({{{series}}})"
    found = await source.instant(query, lane=Lane.HEAVY, seconds=SECONDS)
    return {
        one.labels.get("__name__", ""): int(one.values[-1]) for one in found.series if one.values
    }
