"""What a query's empty result comes from."""

import math
from dataclasses import dataclass
from typing import Literal

from clusterwright.tools.prometheus.explaining.asking import Evidence

Code = Literal[
    "no-such-metric",
    "no-such-label",
    "no-such-value",
    "matchers-exclude-one-another",
    "series-ended",
    "nothing-at-that-time",
    "window-too-short",
    "comparison-filters-all",
    "sides-do-not-meet",
    "other-side-removes-all",
    "nothing-is-absent",
    "no-buckets",
    "not-found-out",
]


@dataclass(frozen=True, slots=True)
class Cause:
    """The first thing, from the inside of a query outwards, that leaves no series."""

    code: Code
    what: str
    right: str = ""
    evidence: tuple[Evidence, ...] = ()
    nearest: tuple[str, ...] = ()
    """Names or values that are there."""


def counted(query: str, count: int | None) -> Evidence:
    """Return a count as evidence."""
    return Evidence(query, "not known" if count is None else f"{count} series")


def span_of(low: float | None, high: float | None) -> str:
    """Return the lowest and the highest value of series."""
    if low is None or high is None:
        return "not known"
    if math.isnan(low) or math.isnan(high):
        return "NaN"
    lowest, highest = f"{low:.6g}", f"{high:.6g}"
    return lowest if lowest == highest else f"{lowest} to {highest}"
