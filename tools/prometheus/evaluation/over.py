"""A query over a window: the server ranks, and only what will be told is fetched."""

import math
from collections.abc import Sequence

from anyio import to_thread

from clusterwright.tools.errors import InvalidInputError, QueryError
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
    """Return the series of a query over a window: the first of them with all their points."""
    most = counted.count
    if not most:
        most = await count_over(asked, window)
    if not most:
        return Found(0)
    whole = most <= max(asked.few, asked.top)
    _check_size(most if whole else asked.top, window)
    if whole:
        return await _fetched(asked, window, most)
    try:
        return await (_first_of_many if most > asked.many else _first)(asked, window)
    except QueryError as error:
        if "same labelset" not in str(error):
            raise
    if most * window.points > _MOST_SAMPLES:
        raise InvalidInputError(
            f"{most} series of several metrics share their labels, so that they cannot be ranked",
            hint="ask for one metric at a time, or for fewer: add matchers, or a longer step",
        )
    return await _fetched(asked, window, most)


def _check_size(series: int, window: Window) -> None:
    if series * window.points > _MOST_SAMPLES:
        raise InvalidInputError(
            f"{series} series of {window.points:,} points each are too much to be read at once",
            hint="give a longer step or a shorter window, or a lower top: all of them are ranked",
        )


async def _fetched(asked: Asked, window: Window, count: int) -> Found:
    lane = lane_of(asked.query, count * window.points)
    result = await asked.backend.range(
        asked.query, window.start, window.end, window.step, lane=lane, seconds=SECONDS
    )
    return await to_thread.run_sync(ranked, asked, result, float(window.seconds))


async def _first(asked: Asked, window: Window) -> Found:
    keys = await _keys(asked, window)
    if not keys:  # there was something between the window's moments
        return Found(0)
    every = [dict(identity) for identity in keys]
    chosen = sorted(keys, key=lambda one: order_of(asked.rank, keys[one], one))[: asked.top]
    labels = [dict(one) for one in chosen]
    on = await to_thread.run_sync(distinguishing, every, labels)
    total = len(keys)
    if asked.rank is Rank.TREND:  # a series of one point has none
        seen = await _at_end(asked, window, pushdown.seen(asked.query, window))
        total = max(total, int(seen.only or 0))
    result = await _only(asked, window, labels, on)
    found = [one for one in keys.values() if one is not None]
    return Found(total, in_order(result, chosen), spread_of(found), result)


async def _first_of_many(asked: Asked, window: Window) -> Found:
    of_each = pushdown.keys(asked.query, asked.rank, window, filtered=True)
    seen = await _at_end(asked, window, pushdown.seen(asked.query, window))
    first = await _at_end(asked, window, pushdown.first(of_each, asked.rank, asked.top))
    told = await _at_end(asked, window, pushdown.spread(of_each))
    keys = _numbers(asked, window, first)
    if not keys:
        return Found(0)
    chosen = sorted(keys, key=lambda one: order_of(asked.rank, keys[one], one))
    on = sorted({name for identity in chosen for name, _ in identity})
    result = await _only(asked, window, [dict(one) for one in chosen], on)
    spread = Spread.told(told.series, float(window.seconds) if asked.rank is Rank.TREND else 1.0)
    return Found(int(seen.only or 0), in_order(result, chosen), spread, result)


async def _keys(asked: Asked, window: Window) -> dict[Identity, float | None]:
    """Return what every series is ranked by."""
    plain = await _at_end(asked, window, pushdown.keys(asked.query, asked.rank, window))
    keys = _numbers(asked, window, plain)
    if not any(one.values for one in plain.series):  # native histograms have no order
        counts = f"histogram_count{pushdown.wrapped(asked.query)}"
        plain = await _at_end(asked, window, pushdown.keys(counts, asked.rank, window))
        return _numbers(asked, window, plain)
    if asked.rank in {Rank.MAX, Rank.MIN} or all(one is not None for one in keys.values()):
        return keys
    query = pushdown.keys(asked.query, asked.rank, window, filtered=True)
    filtered = _numbers(asked, window, await _at_end(asked, window, query))
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


async def _at_end(asked: Asked, window: Window, query: str) -> Result:
    return await asked.backend.instant(query, window.end, lane=Lane.HEAVY, seconds=SECONDS)


async def _only(
    asked: Asked, window: Window, chosen: Sequence[Labels], on: Sequence[str]
) -> Result:
    query = pushdown.only(asked.query, chosen, on)
    return await asked.backend.range(
        query, window.start, window.end, window.step, lane=Lane.HEAVY, seconds=SECONDS
    )
