"""Asks what is known of the metrics in a query."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import anyio

from clusterwright.tools.errors import ToolError
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.manifest import Json, items, text, texts
from clusterwright.tools.prometheus.capability import Feature
from clusterwright.tools.prometheus.client.lane import Lane
from clusterwright.tools.prometheus.promql.facts import Facts
from clusterwright.tools.prometheus.promql.reading import Reading
from clusterwright.tools.prometheus.promql.selector import NAME, Matcher, Selector, select
from clusterwright.tools.prometheus.scraping.target import read_targets

if TYPE_CHECKING:
    from clusterwright.tools.prometheus.client.backend import Backend

_MOST_METRICS, _MOST_SELECTORS, _MOST_TARGETS = 6, 8, 2_000
_SECONDS = 5.0
_FAMILY = ("_bucket", "_count", "_sum", "_total")


@dataclass(slots=True)
class _Found:
    types: dict[str, str] = field(default_factory=dict[str, str])
    labels: dict[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    counts: dict[str, int] = field(default_factory=dict[str, int])
    jobs: dict[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    of_jobs: dict[str, float] = field(default_factory=dict[str, float])
    gaps: list[str] = field(default_factory=list[str])


async def gather(backend: "Backend", reading: Reading) -> tuple[Facts, tuple[str, ...]]:
    """Return what is known, and what could not be read."""
    can = await backend.capability()
    metrics = list(dict.fromkeys(one.metric for one in reading.selectors if one.metric))
    found = _Found()
    async with anyio.create_task_group() as group:
        for one in metrics[:_MOST_METRICS]:
            if can.can(Feature.METADATA):
                for family in _families(one):
                    group.start_soon(_try, found, f"type of {one}", _type(backend, family, found))
            group.start_soon(_try, found, f"labels of {one}", _labels(backend, one, found))
            group.start_soon(_try, found, f"jobs of {one}", _jobs(backend, one, found))
        for each in _distinct(reading)[:_MOST_SELECTORS]:
            group.start_soon(_try, found, f"series of {each.text}", _count(backend, each, found))
        if can.can(Feature.TARGETS) and any(one.range for one in reading.selectors):
            group.start_soon(_try, found, "targets", _intervals(backend, found))
    return _facts(found), tuple(found.gaps)


def _facts(found: _Found) -> Facts:
    intervals: dict[str, float] = {}
    for metric, jobs in found.jobs.items():
        known = [found.of_jobs.get(job) for job in jobs]
        if known and all(known) and ":" not in metric:
            intervals[metric] = max(one for one in known if one)
    return Facts(found.types, intervals, found.labels, found.counts)


def _families(metric: str) -> list[str]:
    """Return the names under which metadata of a metric may stand."""
    return [metric, *(metric.removesuffix(s) for s in _FAMILY if metric.endswith(s))]


def _distinct(reading: Reading) -> list[Selector]:
    return list({one.text: one for one in reading.selectors}.values())


async def _try(found: _Found, what: str, asking: Callable[[], Awaitable[None]]) -> None:
    try:
        await asking()
    except ToolError as error:
        found.gaps.append(f"{what} not read: {one_line(str(error), 150)}")


def _type(backend: "Backend", metric: str, found: _Found) -> Callable[[], Awaitable[None]]:
    async def ask() -> None:
        answer = await backend.get("metadata", [("metric", metric), ("limit", "1")])
        kinds = {text(one, "type") for one in items(answer, metric)}
        if len(kinds) == 1:
            found.types[metric] = kinds.pop()

    return ask


def _labels(backend: "Backend", metric: str, found: _Found) -> Callable[[], Awaitable[None]]:
    async def ask() -> None:
        answer: Json = {"data": await backend.get("labels", [("match[]", _named(metric))])}
        if names := frozenset(texts(answer, "data")) - {NAME}:
            found.labels[metric] = names

    return ask


def _count(backend: "Backend", one: Selector, found: _Found) -> Callable[[], Awaitable[None]]:
    async def ask() -> None:
        query = f"count({one.text})"
        counted = await backend.instant(query, lane=Lane.HEAVY, seconds=_SECONDS)
        found.counts[one.text] = int(counted.only or 0)

    return ask


def _jobs(backend: "Backend", metric: str, found: _Found) -> Callable[[], Awaitable[None]]:
    async def ask() -> None:
        query = f"count by (job) ({_named(metric)})"
        counted = await backend.instant(query, lane=Lane.HEAVY, seconds=_SECONDS)
        found.jobs[metric] = frozenset(one.labels.get("job", "") for one in counted.series)

    return ask


def _intervals(backend: "Backend", found: _Found) -> Callable[[], Awaitable[None]]:
    async def ask() -> None:
        counted = await backend.instant("count(up)", seconds=_SECONDS)
        if not 0 < (counted.only or 0) <= _MOST_TARGETS:
            return
        for one in read_targets(await backend.get("targets", [("state", "active")])).active:
            if one.interval:
                found.of_jobs[one.job] = max(one.interval, found.of_jobs.get(one.job, 0.0))

    return ask


def _named(metric: str) -> str:
    return select([Matcher(NAME, "=", metric)])
