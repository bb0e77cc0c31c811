"""The figures of a series worked out the plain way, as a reference for those that are told."""

import math
import statistics
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from clusterwright.tools.prometheus.window import Window

Points = Mapping[int, float]
"""By index on the window's grid."""


def exact(values: Sequence[float]) -> list[Fraction]:
    return [Fraction(one) for one in values]


def mean(values: Sequence[float]) -> float:
    return float(sum(exact(values)) / len(values))


def spread(values: Sequence[float]) -> float:
    numbers = exact(values)
    middle = sum(numbers) / len(numbers)
    largest = max(abs(one - middle) for one in numbers) or Fraction(1)
    shares = sum(((one - middle) / largest) ** 2 for one in numbers) / len(numbers)
    return math.sqrt(shares) * float(largest)  # the square of 1e300 is no float


def slope(times: Sequence[float], values: Sequence[float]) -> float | None:
    """By the textbook's sums, exactly."""
    x, y, n = exact(times), exact(values), len(values)
    below = n * sum(one * one for one in x) - sum(x) ** 2
    if n < 2 or not below:
        return None
    return float((n * sum(a * b for a, b in zip(x, y, strict=True)) - sum(x) * sum(y)) / below)


def p95(values: Sequence[float]) -> float:
    if len(values) == 1:
        return values[0]
    return statistics.quantiles(values, n=20, method="inclusive")[-1]


def figures(points: Points, window: Window) -> dict[str, Any]:
    """Return what Figures should hold, under the same names."""
    indices = sorted(points)
    values = [points[i] for i in indices]
    numbers = [one for one in values if not math.isnan(one)]
    finite = [i for i in indices if math.isfinite(points[i])]
    times = [float(window.start + i * window.step) for i in finite]
    known = [points[i] for i in finite]
    steep = slope(times, known)
    inner = [i for i in range(indices[0], indices[-1]) if i not in points] if indices else []
    return {
        "points": len(values),
        "first": numbers[0] if numbers else None,
        "last": numbers[-1] if numbers else None,
        "low": min(numbers) if numbers else None,
        "high": max(numbers) if numbers else None,
        "mean": mean(known) if known else None,
        "p95": p95(known) if known else None,
        "trend": None if steep is None else steep * (times[-1] - times[0]),
        "missing": len(inner),
        "longest_gap": _longest_run(inner) * window.step,
        "begins": window.start + indices[0] * window.step if indices and indices[0] else None,
        "ends": (
            window.start + indices[-1] * window.step
            if indices and indices[-1] != window.points - 1
            else None
        ),
        "nan": sum(map(math.isnan, values)),
        "infinite": sum(map(math.isinf, values)),
        "flat": len(values) > 1 and len(known) == len(values) and len(set(known)) == 1,
    }


def _longest_run(indices: Sequence[int]) -> int:
    best = now = 0
    for i in indices:
        now = now + 1 if i - 1 in indices else 1
        best = max(best, now)
    return best
