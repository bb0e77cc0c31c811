"""By what series are ranked: a number of each, the same here as where the server works it out."""

import math
from collections.abc import Sequence
from enum import StrEnum

from clusterwright.tools.prometheus.summary.trend import slope


class Rank(StrEnum):
    """Which series come first: those with the highest, but for `min` with the lowest."""

    MAX = "max"
    MIN = "min"
    MEAN = "mean"
    LAST = "last"
    TREND = "trend"
    """Change by the line of least squares over the whole window, up or down."""
    SPREAD = "spread"
    """Standard deviation of the population."""

    @property
    def lowest_first(self) -> bool:
        """Whether the lowest come first."""
        return self is Rank.MIN


def key(rank: Rank, times: Sequence[float], values: Sequence[float], window: float) -> float | None:
    """Return what a series is ranked by, None where it has no number for it.

    Args:
        rank: by what.
        times: of its points, in seconds.
        values: its points; may be NaN or infinite.
        window: seconds that the window is wide, for a trend.
    """
    numbers = [one for one in values if not math.isnan(one)]
    finite = [one for one in numbers if math.isfinite(one)]
    match rank:
        case Rank.MAX:
            return max(numbers, default=None)
        case Rank.MIN:
            return min(numbers, default=None)
        case Rank.LAST:
            return numbers[-1] if numbers else None
        case Rank.MEAN:
            return mean(finite) if finite else None
        case Rank.SPREAD:
            return spread(finite) if finite else None
        case Rank.TREND:
            when = [t for t, v in zip(times, values, strict=True) if math.isfinite(v)]
            found = slope(when, finite)
            return None if found is None else abs(found) * window


def mean(values: Sequence[float]) -> float:
    """Return the mean of at least one finite number, which may be too large to sum up."""
    try:
        return math.fsum(values) / len(values)
    except OverflowError:
        return math.fsum(one / len(values) for one in values)


def spread(values: Sequence[float]) -> float:
    """Return the standard deviation of the population, of at least one finite number."""
    centre = mean(values)
    largest = max(abs(one - centre) for one in values)
    if largest == 0 or not math.isfinite(largest):
        return largest
    return largest * math.sqrt(
        math.fsum(((v - centre) / largest) ** 2 for v in values) / len(values)
    )
