"""A query at one moment."""

from anyio import to_thread

from clusterwright.tools.prometheus.evaluation.asked import SECONDS, Asked, Found, lane_of
from clusterwright.tools.prometheus.evaluation.counting import Counted, clock
from clusterwright.tools.prometheus.evaluation.ranking import ranked
from clusterwright.tools.prometheus.result import Result
from clusterwright.tools.prometheus.summary import pushdown
from clusterwright.tools.prometheus.summary.spread import Spread


async def at_once(asked: Asked, at: float | None) -> tuple[float, Found] | None:
    """Return a moment and the series of a query at it, asked in one request.

    None where there are more series than are fetched: then they are to be counted and picked. The
    backend must know `limit`, and the query must not select ranges.
    """
    lane, most = lane_of(asked.query), asked.many
    result = await asked.backend.instant(
        asked.query, at, lane=lane, limit=most + 1, seconds=SECONDS
    )
    if len(result.series) > most:
        return None
    time = _time(result) or at or await clock(asked.backend)
    if result.type in {"scalar", "string"}:
        return time, Found(1, result.series, None, result)
    return time, await to_thread.run_sync(ranked, asked, result, 1.0)


async def at_moment(asked: Asked, counted: Counted) -> Found:
    """Return the series of a query at one moment, ranked by their values."""
    if counted.single is not None:
        return Found(1, counted.single.series, None, counted.single)
    if not counted.count:
        return Found(0)
    lane, of_each = lane_of(asked.query, counted.count), pushdown.wrapped(asked.query)
    if counted.count <= asked.many:
        result = await asked.backend.instant(asked.query, counted.time, lane=lane, seconds=SECONDS)
        return await to_thread.run_sync(ranked, asked, result, 1.0)
    first = await asked.backend.instant(
        pushdown.first(of_each, asked.rank, asked.top), counted.time, lane=lane, seconds=SECONDS
    )
    told = await asked.backend.instant(
        pushdown.spread(of_each, total=True), counted.time, lane=lane, seconds=SECONDS
    )
    found = ranked(asked, first, 1.0)
    return Found(counted.count, found.series, Spread.told(told.series), first)


def _time(result: Result) -> float | None:
    """Return the moment of a result, None of an empty one."""
    first = result.series[0] if result.series else None
    if first is None:
        return None
    return first.times[-1] if first.times else first.histograms[-1][0] if first.histograms else None
