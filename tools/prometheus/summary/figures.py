"""What one series says, worked out from all its points."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from clusterwright.tools.prometheus.result import Series
from clusterwright.tools.prometheus.summary.native import quantile
from clusterwright.tools.prometheus.summary.rank import mean
from clusterwright.tools.prometheus.summary.sparkline import sparkline
from clusterwright.tools.prometheus.summary.trend import slope, step
from clusterwright.tools.prometheus.window import Window

_COUNTED = ("_total", "_count", "_sum", "_bucket")
_P95 = 0.95
_QUANTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}


@dataclass(frozen=True, slots=True)
class Moved:
    """A step in the values: when, and the means before and after it."""

    at: float
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Observed:
    """The newest native histogram of a series."""

    count: float
    sum: float
    quantiles: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Figures:
    """The numbers of a series; None for what it has not."""

    points: int
    first: float | None = None
    last: float | None = None
    low: float | None = None
    high: float | None = None
    mean: float | None = None
    p95: float | None = None
    trend: float | None = None
    """Change from its first finite point to its last by the line of least squares."""
    moved: Moved | None = None
    flat: bool = False
    """Whether it has several points, all of them the same number."""
    missing: int = 0
    """Moments between its first point and its last at which it has none."""
    longest_gap: int = 0
    """Seconds of the longest run of these."""
    begins: float | None = None
    """Its first point, where it comes after the first moment of the window."""
    ends: float | None = None
    """Its last point, where it comes before the last moment of the window."""
    resets: int | None = None
    """Of a raw counter: how often it fell."""
    increase: float | None = None
    """Of a raw counter: by how much it grew, a fall taken for a new start from zero."""
    nan: int = 0
    infinite: int = 0
    spark: str = ""
    observed: Observed | None = None


def figures_of(series: Series, window: Window) -> Figures:
    """Return the figures of a series.

    Of one that has native histograms only, they are figures of the number of observations.
    """
    observed = _observed(series)
    times, values = series.times, series.values
    if observed and not values:
        times = [at for at, _ in series.histograms]
        values = [one.count for _, one in series.histograms]
    numbers = [one for one in values if not math.isnan(one)]
    pairs = [(t, v) for t, v in zip(times, values, strict=True) if math.isfinite(v)]
    when, finite = [t for t, _ in pairs], [v for _, v in pairs]
    indices = [window.index(one) for one in times]
    missing, longest = _gaps(indices)
    rate = slope(when, finite)
    falls = _falls(finite) if _counts(series) else None
    return Figures(
        points=len(values),
        first=numbers[0] if numbers else None,
        last=numbers[-1] if numbers else None,
        low=min(numbers, default=None),
        high=max(numbers, default=None),
        mean=mean(finite) if finite else None,
        p95=percentile(_P95, finite) if finite else None,
        trend=None if rate is None else rate * (when[-1] - when[0]),
        moved=_moved(when, finite),
        flat=len(values) > 1 and len(set(values)) == 1 and len(finite) == len(values),
        missing=missing,
        longest_gap=longest * window.step,
        begins=times[0] if indices and indices[0] > 0 else None,
        ends=times[-1] if indices and indices[-1] < window.points - 1 else None,
        resets=falls,
        increase=None if falls is None else _increase(finite),
        nan=len(values) - len(numbers),
        infinite=len(numbers) - len(finite),
        spark=_spark(indices, values, window),
        observed=observed,
    )


def percentile(q: float, values: Sequence[float]) -> float:
    """Return a quantile of at least one number, linear between neighbours.

    Source: Prometheus, promql/quantile.go, quantile.
    """
    ordered = sorted(values)
    rank = q * (len(ordered) - 1)
    lower = math.floor(rank)
    upper = min(lower + 1, len(ordered) - 1)
    weight = rank - lower
    if not weight:  # beside an infinite one it would be no number
        return ordered[lower]
    between = ordered[lower] * (1 - weight) + ordered[upper] * weight
    return min(max(between, ordered[lower]), ordered[upper])  # rounding may lead beyond them


def observed_of(series: Series) -> Observed | None:
    """Return what the newest native histogram of a series holds."""
    return _observed(series)


def _observed(series: Series) -> Observed | None:
    if not series.histograms:
        return None
    _, newest = series.histograms[-1]
    return Observed(
        newest.count, newest.sum, {name: quantile(q, newest) for name, q in _QUANTILES.items()}
    )


def _counts(series: Series) -> bool:
    """Return whether a series is a counter as it was scraped; functions drop the name."""
    return series.labels.get("__name__", "").endswith(_COUNTED) and bool(series.values)


def _falls(values: Sequence[float]) -> int:
    return sum(after < before for before, after in pairwise(values))


def _increase(values: Sequence[float]) -> float:
    return math.fsum(b - a if b >= a else b for a, b in pairwise(values))


def _gaps(indices: Sequence[int]) -> tuple[int, int]:
    runs = [after - before - 1 for before, after in pairwise(indices)]
    return sum(runs), max(runs, default=0)


def _moved(times: Sequence[float], values: Sequence[float]) -> Moved | None:
    found = step(times, values)
    return found and Moved(times[found.index], found.before, found.after)


def _spark(indices: Sequence[int], values: Sequence[float], window: Window) -> str:
    points: list[float | None] = [None] * window.points
    for index, value in zip(indices, values, strict=True):
        if 0 <= index < window.points:
            points[index] = value
    return sparkline(points)
