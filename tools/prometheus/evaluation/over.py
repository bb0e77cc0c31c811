"""A query over a window: the server ranks, and only what will be told is fetched."""

import math
from collections.abc import Sequence

from anyio import to_thread

from clusterwright.tools.errors import InvalidInputError, QueryError
from clusterwright.tools.prometheus.capability import Feature
from clusterwright.tools.prometheus.client.lane import Lane
from clusterwright.tools.prometheus.evaluation.asked import SECONDS, Asked, Found, lane_of
from clusterwright.tools.prometheus.evaluation.counting import Counted, count_over
from clusterwright.tools.prometheus.evaluation.ranking import (
    identity_of,
    in_order,
    order_of,
    ranked,
)
from clusterwright.tools.prometheus.result import Labels, Result
from clusterwright.tools.prometheus.summary import pushdown
from clusterwright.tools.prometheus.summary.labels import distinguishing
from clusterwright.tools.prometheus.summary.pushdown import Identity
from clusterwright.tools.prometheus.summary.rank import Rank
from clusterwright.tools.prometheus.summary.spread import Spread, spread_of
from clusterwright.tools.prometheus.window import Window

_MOST_SAMPLES = 500_000
"""Points that are fetched: 15 MB of them, and some 100 MB once they are read."""


async def over(asked: Asked, window: Window, counted: Counted) -> Found:
    """Return the series of a query over a window: the first of them with all their points.

    How many there are now says little of a window in which series came and went, so that no
    request gives more of them than are counted over it, or than its limit.
    """
    most = counted.count or await count_over(asked, window)
    if not most:
        return Found(0)
    if counted.single is None and not await _limits(asked):
        most = max(most, await _seen(asked, window))
    whole = min(max(asked.few, asked.top), _MOST_SAMPLES // window.points)
    if most <= whole:
        found = await _fetched(asked, window, whole)
        if found is not None:
            return found
        most = whole + 1
    _check_size(min(most, asked.top), window)
    try:
        found = await _first(asked, window) if most <= asked.many else None
        return found or await _first_of_many(asked, window)
    except QueryError as error:
        if "same labelset" not in str(error):
            raise
    most = await _seen(asked, window)
    found = await _fetched(asked, window, most) if most * window.points <= _MOST_SAMPLES else None
    if found is None:
        raise InvalidInputError(
            f"{most} series of several metrics share their labels, so that they cannot be ranked",
            hint="ask for one metric at a time, or for fewer: add matchers, or a longer step",
        )
    return found


async def _limits(asked: Asked) -> bool:
    return (await asked.backend.capability()).can(Feature.QUERY_LIMIT)


async def _seen(asked: Asked, window: Window) -> int:
    seen = await _at_end(asked, window, pushdown.seen(asked.query, window))
    return int(seen.only or 0)


def _check_size(series: int, window: Window) -> None:
    if series * window.points > _MOST_SAMPLES:
        raise InvalidInputError(
            f"{series} series of {window.points:,} points each are too much to be read at once",
            hint="give a longer step or a shorter window, or a lower top: all of them are ranked",
        )


async def _fetched(asked: Asked, window: Window, most: int) -> Found | None:
    """Return all series, ranked here; None where there are more than `most`."""
    lane = lane_of(asked.query, most * window.points)
    result = await asked.backend.range(
        asked.query,
        window.start,
        window.end,
        window.step,
        lane=lane,
        limit=most + 1,
        seconds=SECONDS,
    )
    if len(result.series) > most:
        return None
    return await to_thread.run_sync(ranked, asked, result, float(window.seconds))


async def _first(asked: Asked, window: Window) -> Found | None:
    """Return the series that come first; None where there are more than have a number fetched."""
    keys = await _keys(asked, window)
    if len(keys) > asked.many:
        return None
    if not keys:  # there was something between the window's moments
        return Found(0)
    every = [dict(identity) for identity in keys]
    chosen = sorted(keys, key=lambda one: order_of(asked.rank, keys[one], one))[: asked.top]
    labels = [dict(one) for one in chosen]
    on = await to_thread.run_sync(distinguishing, every, labels)
    total = len(keys)
    if asked.rank is Rank.TREND:  # a series of one point has none
        total = max(total, await _seen(asked, window))
    result = await _only(asked, window, labels, on)
    found = [one for one in keys.values() if one is not None]
    return Found(total, in_order(result, chosen), spread_of(found), result)


async def _first_of_many(asked: Asked, window: Window) -> Found:
    of_each = pushdown.keys(asked.query, asked.rank, window, filtered=True)
    total = await _seen(asked, window)
    first = await _at_end(asked, window, pushdown.first(of_each, asked.rank, asked.top))
    told = await _at_end(asked, window, pushdown.spread(of_each))
    keys = _numbers(asked, window, first)
    if not keys:
        return Found(0)
    chosen = sorted(keys, key=lambda one: order_of(asked.rank, keys[one], one))
    on = sorted({name for identity in chosen for name, _ in identity})
    result = await _only(asked, window, [dict(one) for one in chosen], on)
    _check_size(len(result.series), window)
    spread = Spread.told(told.series, float(window.seconds) if asked.rank is Rank.TREND else 1.0)
    return Found(total, in_order(result, chosen), spread, result)


async def _keys(asked: Asked, window: Window) -> dict[Identity, float | None]:
    """Return what every series is ranked by, of one more than `many` at most."""

    async def of(query: str, *, filtered: bool = False) -> Result:
        each = pushdown.keys(query, asked.rank, window, filtered=filtered)
        return await _at_end(asked, window, each, limit=asked.many + 1)

    plain = await of(asked.query)
    keys = _numbers(asked, window, plain)
    if not any(one.values for one in plain.series):  # native histograms have no order
        counts = await of(f"histogram_count{pushdown.wrapped(asked.query)}")
        return _numbers(asked, window, counts)
    if asked.rank in {Rank.MAX, Rank.MIN} or all(one is not None for one in keys.values()):
        return keys
    filtered = _numbers(asked, window, await of(asked.query, filtered=True))
    return {one: filtered.get(one) for one in keys}


def _numbers(asked: Asked, window: Window, result: Result) -> dict[Identity, float | None]:
    """Return a number for each series; None for what is none, or must be asked for filtered."""
    keys: dict[Identity, float | None] = {}
    scale = float(window.seconds) if asked.rank is Rank.TREND else 1.0
    whole = asked.rank in {Rank.MAX, Rank.MIN, Rank.LAST}
    for one in result.series:
        identity = identity_of(one.labels)
        if identity in keys:
            raise QueryError("series of several metrics have the same labelset")
        value = one.values[-1] if one.values else math.nan
        good = not math.isnan(value) if whole else math.isfinite(value)
        keys[identity] = value * scale if good else None
    return keys


async def _at_end(asked: Asked, window: Window, query: str, *, limit: int | None = None) -> Result:
    return await asked.backend.instant(
        query, window.end, lane=Lane.HEAVY, limit=limit, seconds=SECONDS
    )


async def _only(
    asked: Asked, window: Window, chosen: Sequence[Labels], on: Sequence[str]
) -> Result:
    query = pushdown.only(asked.query, chosen, on)
    return await asked.backend.range(
        query,
        window.start,
        window.end,
        window.step,
        lane=Lane.HEAVY,
        limit=_MOST_SAMPLES // window.points + 1,  # others may have these labels beside their own
        seconds=SECONDS,
    )
