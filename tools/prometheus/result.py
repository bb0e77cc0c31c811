"""What a query gave, as plain data: series with their samples, and what the server said beside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Labels = Mapping[str, str]
"""Of a series, `__name__` included where the result has one."""


@dataclass(frozen=True, slots=True)
class Histogram:
    """A native histogram at one moment.

    Buckets are (boundaries, lower, upper, count): boundaries are 0 for `(l, u]`, 1 for `[l, u)`,
    2 for `(l, u)`, 3 for `[l, u]`. Source: Prometheus, web/api/v1, "Native histograms".
    """

    count: float
    sum: float
    buckets: tuple[tuple[int, float, float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Series:
    """One series: values may be NaN or infinite; a series has values or histograms, or both."""

    labels: Labels
    times: Sequence[float] = ()
    """Seconds since the epoch, ascending."""
    values: Sequence[float] = ()
    histograms: Sequence[tuple[float, Histogram]] = ()
    """By time."""


@dataclass(frozen=True, slots=True)
class Result:
    """The whole answer of one query."""

    type: Literal["vector", "matrix", "scalar", "string"]
    series: tuple[Series, ...] = ()
    """Of a scalar one, without labels."""
    string: str = ""
    warnings: tuple[str, ...] = ()
    infos: tuple[str, ...] = ()
    samples: int | None = None
    """How many the server touched (totalQueryableSamples); None where it does not tell."""

    @property
    def only(self) -> float | None:
        """The value of a result of one number, as `count(...)` gives; None for an empty one."""
        values = self.series[0].values if self.series else ()
        return values[-1] if values else None
