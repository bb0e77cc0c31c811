"""What a number did: its course over the window, and what it was in the window before."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from clusterwright.tools.prometheus.result import Labels, Series
from clusterwright.tools.prometheus.summary.rank import mean, spread
from clusterwright.tools.prometheus.summary.sparkline import BUCKETS, sparkline
from clusterwright.tools.prometheus.summary.trend import slope

_LEAST_POINTS, _EXPLAINED = 6, 0.5
POINTS = BUCKETS
"""Steps that a window has where a course is asked for."""


@dataclass(frozen=True, slots=True)
class Course:
    """A number at each moment of a window. NaN and infinite values are no values here."""

    now: float | None
    """At the window's end."""
    values: Sequence[float | None] = ()
    """Within the window, its end included."""
    before: float | None = None
    """The mean of the window before."""
    infinite: bool = False
    """Whether the number was infinite now."""
    labels: Labels = field(default_factory=dict[str, str])
    """Of the series that told it last."""

    @property
    def known(self) -> list[float]:
        """The values that there are."""
        return [one for one in self.values if one is not None]

    @property
    def gaps(self) -> int:
        """At how many moments of the window there is no value."""
        return len(self.values) - len(self.known)

    @property
    def rise(self) -> float | None:
        """By how much it rose over the whole window, by least squares.

        None where a line is not how it went: where it leaves more than half of the variance.
        """
        points = [(float(x), y) for x, y in enumerate(self.values) if y is not None]
        if len(points) < _LEAST_POINTS:
            return None
        per_step = slope([x for x, _ in points], [y for _, y in points])
        if not per_step:
            return per_step
        across, along = spread([y for _, y in points]), spread([x for x, _ in points])
        explained = (per_step * along / across) ** 2 if across else 0
        return per_step * (len(self.values) - 1) if explained >= _EXPLAINED else None

    @property
    def sparkline(self) -> str:
        """The course as `summary.sparkline` has it; empty for one that is flat."""
        known = self.known
        return sparkline(self.values) if known and min(known) != max(known) else ""


def read(series: Sequence[Series], end: float, step: float, points: int = POINTS) -> Course:
    """Return the course of a number, from `2 * points + 1` moments up to `end`.

    Several series are one number that others tell in turn, as `topk(1, ...)` does: the greatest
    counts where they meet.
    """
    first = end - 2 * points * step
    at: dict[int, tuple[float, Labels]] = {}
    infinite = False
    for one in series:
        for time, value in zip(one.times, one.values, strict=True):
            moment = round((time - first) / step)
            if not math.isfinite(value):
                infinite = infinite or (math.isinf(value) and moment == 2 * points)
            elif moment not in at or at[moment][0] < value:
                at[moment] = (value, one.labels)
    window = [at[one][0] if one in at else None for one in range(points, 2 * points + 1)]
    earlier = [at[one][0] for one in range(points) if one in at]
    last = max((one for one in at if one >= points), default=None)
    return Course(
        now=window[-1],
        values=window,
        before=mean(earlier) if earlier else None,
        infinite=infinite,
        labels=at[last][1] if last is not None else {},
    )
