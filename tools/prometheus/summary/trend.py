"""Where a series is going, and where it took a step."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

_ENDS = 2
_LEAST_POINTS = 8
_LEAST_SIDE = 3
"""Points on each side of a step: one odd point is none."""
_LEAST_SHARE = 1 / 20
_EXPLAINED = 0.6
"""Share of the variance that a step must explain."""
_BETTER_THAN_LINE = 0.5
"""What is left of the variance, compared with what a straight line leaves: a ramp is no step."""
_RATIO = 25.0
"""Of the F statistic with (1, n - 2) degrees; the best of all splits of noise reaches about 12."""


def slope(times: Sequence[float], values: Sequence[float]) -> float | None:
    """Return the change per second by least squares, of finite values; None for fewer than two.

    As `deriv` of Prometheus (promql/functions.go, linearRegression), which also makes it exactly
    zero where all values are the same.
    """
    count = len(values)
    if count < _ENDS:
        return None
    if all(one == values[0] for one in values):
        return 0.0
    middle_time, middle = math.fsum(times) / count, math.fsum(v / count for v in values)
    away = [one - middle_time for one in times]
    squares = math.fsum(one * one for one in away)
    if not squares:
        return None
    return math.fsum(t * ((v - middle) / squares) for t, v in zip(away, values, strict=True))


@dataclass(frozen=True, slots=True)
class Step:
    """A moment from which on the values lie elsewhere."""

    index: int
    """Of the first value after it."""
    before: float
    """Mean of the values before, and of those after."""
    after: float


def step(times: Sequence[float], values: Sequence[float]) -> Step | None:
    """Return the split that explains most of the variance, where it explains enough of it.

    A split counts if each side has three points and a twentieth of them, if it explains 60% of the
    variance with F >= 25, and if it leaves at most half of what a straight line leaves.
    """
    count = len(values)
    if count < _LEAST_POINTS:
        return None
    middle = math.fsum(v / count for v in values)
    largest = max(abs(one - middle) for one in values)
    if not largest or not math.isfinite(largest):
        return None
    away = [(one - middle) / largest for one in values]
    whole = math.fsum(one * one for one in away)
    least = max(_LEAST_SIDE, math.ceil(count * _LEAST_SHARE))
    sums = list(accumulate(away))
    between, at = max(
        (sums[i - 1] ** 2 * count / (i * (count - i)), -i) for i in range(least, count - least + 1)
    )
    left = max(0.0, whole - between)
    if left > (1 - _EXPLAINED) * whole or left > _BETTER_THAN_LINE * _off_line(times, away, whole):
        return None
    if left and between / (left / (count - 2)) < _RATIO:
        return None
    return Step(
        -at,
        math.fsum(v / -at for v in values[:-at]),
        math.fsum(v / (count + at) for v in values[-at:]),
    )


def _off_line(times: Sequence[float], away: Sequence[float], whole: float) -> float:
    """Return the squares that the line of least squares leaves of values around zero."""
    middle = math.fsum(times) / len(times)
    squares = math.fsum((one - middle) ** 2 for one in times)
    along = math.fsum((t - middle) * v for t, v in zip(times, away, strict=True))
    return max(0.0, whole - along * along / squares) if squares else whole
