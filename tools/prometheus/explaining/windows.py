"""Why a function over a range gives nothing though samples are there."""

from itertools import pairwise
from statistics import median

from clusterwright.tools.prometheus.explaining.asking import Asking
from clusterwright.tools.prometheus.explaining.cause import Cause, Evidence, counted
from clusterwright.tools.prometheus.promql.functions import CHANGES, RATES
from clusterwright.tools.prometheus.promql.lasting import lasting
from clusterwright.tools.prometheus.promql.lint.short_window import SCRAPES
from clusterwright.tools.prometheus.promql.selector import Matcher, Selector, select

_WIDER = 20
"""Times the window, in which it is looked how often samples come."""
_SPAN = 600.0, 7_200.0
"""Seconds: at least and at most."""
_PAIR = 2


async def why_no_window(asking: Asking, function: str, selector: Selector) -> Cause | None:
    """Return that a window holds too few samples; None where it holds none at all."""
    range_ = selector.range or 0.0
    within = f"{selector.text}[{lasting(range_)}]{selector.suffix}"
    count = await asking.count(f"present_over_time({within})")
    if not count:
        return await _between_samples(asking, function, selector)
    query = f"max(count_over_time({within}))"
    most = await asking.value(query)
    if most is None or most >= _PAIR or function not in RATES | CHANGES:
        return None
    evidence = (counted(f"count(present_over_time({within}))", count), Evidence(query, f"{most:g}"))
    return await _told(asking, function, selector, evidence)


async def _between_samples(asking: Asking, function: str, selector: Selector) -> Cause | None:
    """Return that the window falls between two samples of series that are there."""
    count = await asking.count(f"{selector.text}{selector.suffix}")
    if not count:
        return None
    evidence = (counted(f"count({selector.text}{selector.suffix})", count),)
    return await _told(asking, function, selector, evidence)


async def _told(
    asking: Asking, function: str, selector: Selector, evidence: tuple[Evidence, ...]
) -> Cause:
    range_ = selector.range or 0.0
    interval, looked = await _interval(asking, selector)
    each, wanted = "", "5m"
    right = ""
    if not interval and looked:
        each, right = "; it has one sample so far", "wait for the next scrape"
    if interval:
        each = f"; a sample comes about each {lasting(interval)}"
        wanted = lasting(max(interval * SCRAPES, 1))
    needs = "two samples" if function in RATES | CHANGES else "a sample"
    return Cause(
        "window-too-short",
        f"{function} needs {needs} of a series within {lasting(range_)}, and none has them{each}",
        right or f"{function}({selector.text}[{wanted}])",
        (*evidence, *looked),
    )


async def _interval(
    asking: Asking, selector: Selector
) -> tuple[float | None, tuple[Evidence, ...]]:
    """Return the seconds between two samples of one of the series."""
    wider = lasting(min(max((selector.range or 0.0) * _WIDER, _SPAN[0]), _SPAN[1]))
    some = await asking.series(
        f"topk(1, last_over_time({selector.text}[{wider}]{selector.suffix}))"
    )
    if not some:
        return None, ()
    one = select([Matcher(name, "=", value) for name, value in some[0].items()])
    query = f"{one}[{wider}]{selector.suffix}"
    found = await asking.ask(query)
    times = found.series[0].times if found and found.series else ()
    if len(times) < _PAIR:
        return None, (Evidence(query, f"{len(times)} samples"),)
    interval = median(after - before for before, after in pairwise(times))
    return round(interval, 1 if interval < 1 else 0), (Evidence(query, f"{len(times)} samples"),)
