"""How one number of each series lies over all of them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from clusterwright.tools.prometheus.result import Series
from clusterwright.tools.prometheus.summary.figures import percentile
from clusterwright.tools.prometheus.summary.pushdown import STAT


@dataclass(frozen=True, slots=True)
class Spread:
    """Of those series that have the number."""

    count: int
    p50: float | None
    p95: float | None
    low: float | None = None
    high: float | None = None
    sum: float | None = None
    """Of the values at one moment."""

    @classmethod
    def told(cls, parts: Sequence[Series], scale: float = 1.0) -> Self | None:
        """Return what the server worked out, None where no series has the number."""
        found = {one.labels.get(STAT): one.values[-1] * scale for one in parts if one.values}
        if "count" not in found:
            return None
        count = round(found["count"] / scale)
        return cls(count, found.get("p50"), found.get("p95"), sum=found.get("sum"))


def spread_of(values: Sequence[float]) -> Spread | None:
    """Return how numbers lie, which may be infinite; None of none."""
    if not values:
        return None
    return Spread(
        len(values),
        percentile(0.5, values),
        percentile(0.95, values),
        min(values),
        max(values),
        math.fsum(values) if all(map(math.isfinite, values)) else sum(values),
    )
