"""Quantiles of native histograms, interpolated as Prometheus does."""

import math
from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate

from clusterwright.tools.prometheus.result import Histogram

Bucket = tuple[int, float, float, float]
_FINEST = 8
_COARSEST = -4
_EXACT = 1e-3
_ZERO_BUCKET = 3
"""Boundaries of a bucket that holds both its ends: the one around zero."""


def quantile(q: float, histogram: Histogram) -> float:
    """Return a quantile, NaN of an empty histogram.

    Source: Prometheus, promql/quantile.go, HistogramQuantile: between the bounds of a bucket
    exponentially in one of an exponential schema, else linearly; the bucket around zero, and the
    first of custom buckets, begin at zero where no negative values are known.
    """
    buckets = sorted((b for b in histogram.buckets if b[3] > 0), key=lambda one: one[1])
    if not buckets or not histogram.count > 0:
        return math.nan
    rank = q * histogram.count
    reached = list(accumulate(one[3] for one in buckets))
    at = min(bisect_left(reached, rank), len(buckets) - 1)
    if rank > reached[-1] and math.isnan(histogram.sum):  # what is missing was NaN
        return math.nan
    inside = buckets[at][3]
    share = min(1.0, (rank - (reached[at] - inside)) / inside)
    return _inside(buckets[at], share, buckets)


def _inside(bucket: Bucket, share: float, buckets: Sequence[Bucket]) -> float:
    """Return the value below which a share of what is in a bucket lies."""
    kind, lower, upper, _ = bucket
    exponential = _exponential(buckets)
    if lower < 0 < upper and not math.isinf(lower):
        lower, upper = _around_zero(lower, upper, buckets)
    elif lower == -math.inf:
        if upper <= 0:
            return upper
        lower = 0.0
    if math.isinf(upper):
        return lower
    if not exponential or kind == _ZERO_BUCKET or lower <= 0 <= upper:
        return lower + (upper - lower) * share
    return _between(lower, upper, share) if lower > 0 else -_between(-upper, -lower, 1 - share)


def _around_zero(lower: float, upper: float, buckets: Sequence[Bucket]) -> tuple[float, float]:
    negative = any(one[2] <= 0 for one in buckets)
    positive = any(one[1] >= 0 and one[2] > 0 for one in buckets)
    if positive and not negative:
        return 0.0, upper
    if negative and not positive:
        return lower, 0.0
    return lower, upper


def _between(lower: float, upper: float, share: float) -> float:
    return 2 ** (math.log2(lower) + (math.log2(upper) - math.log2(lower)) * share)


def _exponential(buckets: Sequence[Bucket]) -> bool:
    """Return whether the bounds are those of a schema from -4 to 8: each 2^(2^-schema) times."""
    schemas = {
        _schema(abs(lower), abs(upper))
        for kind, lower, upper, _ in buckets
        if kind != _ZERO_BUCKET and math.isfinite(lower) and math.isfinite(upper)
    }
    infinite = any(math.isinf(b[1]) or math.isinf(b[2]) for b in buckets)
    return not infinite and len(schemas) <= 1 and None not in schemas


def _schema(one: float, other: float) -> int | None:
    low, high = sorted((one, other))
    if low <= 0 or high <= low:
        return None
    exact = -math.log2(math.log2(high) - math.log2(low))
    found = round(exact)
    return found if _COARSEST <= found <= _FINEST and abs(exact - found) < _EXACT else None
