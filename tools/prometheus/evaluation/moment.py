"""A query at one moment."""

from anyio import to_thread

from clusterwright.tools.prometheus.evaluation.asked import SECONDS, Asked, Found, lane_of
from clusterwright.tools.prometheus.evaluation.counting import Counted
from clusterwright.tools.prometheus.evaluation.ranking import ranked
from clusterwright.tools.prometheus.summary import pushdown
from clusterwright.tools.prometheus.summary.spread import Spread


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
