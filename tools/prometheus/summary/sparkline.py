"""A series as a line of 16 characters, of which none hides a gap."""

import math
from collections.abc import Sequence

BUCKETS = 16
LEVELS = 8
GAP = "."
NOT_FINITE = "!"
"""Of a bucket whose points are NaN or infinite, all of them."""
_DRAWN = str.maketrans("01234567.", "▁▂▃▄▅▆▇█ ")


def sparkline(points: Sequence[float | None]) -> str:
    """Return a digit from 0 to 7 for each bucket: its mean, between the lowest and highest mean.

    Args:
        points: of the whole grid, None where there is none. They are dealt to 16 buckets as evenly
            as it goes, or to as many as there are points.
    """
    count = min(BUCKETS, len(points))
    buckets = [
        points[i * len(points) // count : (i + 1) * len(points) // count] for i in range(count)
    ]
    means = [_mean(bucket) for bucket in buckets]
    known = [one for one in means if one is not None]
    low, high = (min(known), max(known)) if known else (0.0, 0.0)
    return "".join(
        _odd(bucket) if one is None else str(_level(one, low, high))
        for one, bucket in zip(means, buckets, strict=True)
    )


def drawn(digits: str) -> str:
    """Return a sparkline in blocks, for a reader; gaps are spaces."""
    return digits.translate(_DRAWN)


def _mean(bucket: Sequence[float | None]) -> float | None:
    finite = [one for one in bucket if one is not None and math.isfinite(one)]
    return math.fsum(one / len(finite) for one in finite) if finite else None


def _odd(bucket: Sequence[float | None]) -> str:
    return GAP if all(one is None for one in bucket) else NOT_FINITE


def _level(value: float, low: float, high: float) -> int:
    half = high / 2 - low / 2  # the whole difference may be more than a float holds
    if half <= 0:
        return 0
    return min(LEVELS - 1, int((value / 2 - low / 2) / half * LEVELS))
