"""Series put in order by what they are ranked by."""

from collections.abc import Sequence

from clusterwright.tools.prometheus.evaluation.asked import Asked, Found
from clusterwright.tools.prometheus.result import Labels, Result, Series
from clusterwright.tools.prometheus.summary.pushdown import Identity
from clusterwright.tools.prometheus.summary.rank import Rank, key
from clusterwright.tools.prometheus.summary.spread import spread_of


def ranked(asked: Asked, result: Result, seconds: float) -> Found:
    """Return series that came whole, with what they are ranked by worked out here."""
    keys = [_key(asked.rank, one, seconds) for one in result.series]
    order = sorted(
        range(len(keys)),
        key=lambda i: order_of(asked.rank, keys[i], identity_of(result.series[i].labels)),
    )
    spread = spread_of([one for one in keys if one is not None])
    first = tuple(result.series[i] for i in order[: asked.top])
    return Found(len(keys), first, spread, result)


def _key(rank: Rank, series: Series, seconds: float) -> float | None:
    if series.values or not series.histograms:
        return key(rank, series.times, series.values, seconds)
    times = [at for at, _ in series.histograms]
    return key(rank, times, [one.count for _, one in series.histograms], seconds)


def order_of(rank: Rank, value: float | None, identity: Identity) -> tuple[bool, float, Identity]:
    """Return where a series stands; those without a number come last, equals by their labels."""
    if value is None:
        return True, 0.0, identity
    return False, value if rank.lowest_first else -value, identity


def identity_of(labels: Labels) -> Identity:
    """Return the labels of a series but its name, which functions drop."""
    return tuple(sorted((k, v) for k, v in labels.items() if k != "__name__"))


def in_order(result: Result, chosen: Sequence[Identity]) -> tuple[Series, ...]:
    """Return the chosen series of a result, in the order of the choice."""
    found = {identity_of(one.labels): one for one in result.series}
    return tuple(found[one] for one in chosen if one in found)
