"""How much there is, asked before anything is fetched."""

from dataclasses import dataclass

from clusterwright.tools.errors import InvalidInputError, QueryError, UnreachableError
from clusterwright.tools.prometheus.client.backend import Backend
from clusterwright.tools.prometheus.evaluation.asked import SECONDS, Asked, lane_of
from clusterwright.tools.prometheus.result import Result
from clusterwright.tools.prometheus.summary import pushdown
from clusterwright.tools.prometheus.window import Window

_MOST_SERIES = 10**9
"""No server has more."""


@dataclass(frozen=True, slots=True)
class Counted:
    """How many series a query has at a moment."""

    count: int
    time: float
    """The moment, by the server's clock if none was asked for."""
    single: Result | None = None
    """The result, of a query whose type is scalar or string."""


async def clock(backend: Backend) -> float:
    """Return the server's time in seconds since the epoch."""
    result = await backend.instant("time()", seconds=SECONDS)
    return result.only or 0.0


async def count(asked: Asked, at: float | None) -> Counted:
    """Return how many series a query has at a moment, by default now.

    Raises InvalidInputError for a query that selects ranges, QueryError for one that is wrong.
    """
    backend, lane = asked.backend, lane_of(asked.query)
    try:
        result = await backend.instant(pushdown.count(asked.query), at, lane=lane, seconds=SECONDS)
    except QueryError as error:
        if "got range vector" in str(error):
            raise _of_ranges(asked.query) from error
        if "parse error" not in str(error):
            raise
        # The query may be wrong, which is then told with the position in the query itself; or no
        # vector: then it is one value.
        result = await backend.instant(asked.query, at, lane=lane, seconds=SECONDS)
        times = result.series[0].times if result.series else ()
        return Counted(1, times[-1] if times else at or await clock(backend), result)
    number, times = result.only, result.series[0].times if result.series else ()
    if number is None or not 0 <= number < _MOST_SERIES or not times:
        raise UnreachableError(
            f"{backend.endpoint} does not say how many series there are, as it must",
            hint=f"this is no PromQL as Prometheus has it; check {backend.endpoint.told_in}",
        )
    return Counted(int(number), times[-1])


async def count_over(asked: Asked, window: Window) -> int:
    """Return how many series a query has at most at one moment of a window."""
    alive = await asked.backend.range(
        f"count{pushdown.wrapped(asked.query)}",
        window.start,
        window.end,
        window.step,
        seconds=SECONDS,
    )
    counts = [one for series in alive.series for one in series.values if 0 <= one < _MOST_SERIES]
    return int(max(counts, default=0))


def _of_ranges(query: str) -> InvalidInputError:
    short = query if len(query) <= len("a" * 80) else f"{query[:80]}…"
    return InvalidInputError(
        f"{short!r} selects ranges of samples, which are no result to rank",
        hint="leave the [...] out and give start='5m' to see its course, or put it into a function"
        " as rate(...[5m]) or max_over_time(...[5m])",
    )
