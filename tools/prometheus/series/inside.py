"""What makes a metric have many series: which label, and what would be left without it."""

from collections.abc import Mapping
from dataclasses import dataclass

from clusterwright.tools.manifest import Json, texts
from clusterwright.tools.prometheus.client.backend import Backend
from clusterwright.tools.prometheus.client.lane import Lane
from clusterwright.tools.prometheus.promql.selector import NAME, label
from clusterwright.tools.prometheus.searching.labels import SECONDS, each, takes

_WHOLE = 20_000
"""Series of which it is counted what would be left without each label."""
_MANY = 200_000
"""Series beyond which only the jobs are counted."""
_LABELS = 16
_BEFORE = "3h"
"""About as long as series that ended stay in memory."""
_JOBS = 3


@dataclass(frozen=True, slots=True)
class LabelCost:
    """One label of a metric."""

    name: str
    values: int
    left: int | None
    """Series that would be left without it; None where that was not counted."""


@dataclass(frozen=True, slots=True)
class Inside:
    """What the series of a metric differ by."""

    now: int
    """Series now; those that ended are not counted."""
    jobs: Mapping[str, int]
    """Series by job, those with most."""
    labels: tuple[LabelCost, ...] = ()
    """Those with several values, the one first without which fewest would be left."""
    of: int = 0
    """Series whose labels these are: those now, or where there are none those of before."""


async def inside(backend: Backend, metric: str) -> Inside:
    """Return what a metric's series differ by; may raise ToolError."""
    selector = series = takes(metric)
    jobs = await _jobs(backend, series)
    now = sum(jobs.values())
    if not now:  # what they were of is worth to know while they are still in memory
        series = f"last_over_time({selector}[{_BEFORE}])"
        jobs = await _jobs(backend, series)
    count = sum(jobs.values())
    most = dict(sorted(jobs.items(), key=lambda pair: (-pair[1], pair[0]))[:_JOBS])
    if not count or count > _MANY:
        return Inside(now, most)
    answer: Json = {"data": await backend.get("labels", [("match[]", selector)])}
    names = [one for one in texts(answer, "data") if one != NAME][:_LABELS]
    return Inside(now, most, await _labels(backend, series, names, count), count)


async def _jobs(backend: Backend, series: str) -> dict[str, int]:
    query = f"count by (job) ({series})"
    found = await backend.instant(query, lane=Lane.HEAVY, seconds=SECONDS)
    return {one.labels.get("job", ""): int(one.values[-1]) for one in found.series if one.values}


async def _labels(
    backend: Backend, selector: str, names: list[str], now: int
) -> tuple[LabelCost, ...]:
    values = await each(
        backend, {name: f"count(count by ({label(name)}) ({selector}))" for name in names}
    )
    several = [name for name in names if values.get(name, 0) > 1]
    left: Mapping[str, int] = {}
    if now <= _WHOLE:
        left = await each(
            backend,
            {name: f"count(count without ({label(name)}) ({selector}))" for name in several},
        )
    found = [LabelCost(name, values[name], left.get(name)) for name in several]
    return tuple(sorted(found, key=lambda one: (one.left or now, -one.values, one.name)))
