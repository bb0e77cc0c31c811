"""Figures of series as an answer holds them: short, and never more exact than they are."""

import math
from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypeAliasType

from clusterwright.tools.prometheus.result import Series
from clusterwright.tools.prometheus.summary.figures import Figures, Observed
from clusterwright.tools.prometheus.summary.spread import Spread
from clusterwright.tools.prometheus.summary.unit import span
from clusterwright.tools.prometheus.window import Window, stamp

Number = TypeAliasType("Number", int | float | Literal["NaN", "+Inf", "-Inf"])
"""JSON knows no others."""
_WHOLE = 1e15
"""Below it a float holds every whole number exactly."""
_DIGITS = 6


def number(value: float) -> Number:
    """Return a number with six digits, and with all those that stand before the point."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "+Inf" if value > 0 else "-Inf"
    if abs(value) < _WHOLE and value == round(value):
        return int(value)
    short = float(f"{value:.{_DIGITS}g}")
    return round(value) if 10**_DIGITS <= abs(value) < _WHOLE else short


def maybe(value: float | None) -> Number | None:
    """Return a number if there is one."""
    return None if value is None else number(value)


class Changed(BaseModel):
    """From one moment on the values lie elsewhere."""

    model_config = ConfigDict(frozen=True)

    at: str
    before: Number
    after: Number


class Native(BaseModel):
    """The newest native histogram; quantiles as histogram_quantile gives them."""

    model_config = ConfigDict(frozen=True)

    count: Number
    sum: Number
    p50: Number
    p95: Number
    p99: Number

    @classmethod
    def of(cls, observed: Observed) -> "Native":
        """Return it with short numbers."""
        quantiles = {name: number(value) for name, value in observed.quantiles.items()}
        return cls.model_validate(
            {"count": number(observed.count), "sum": number(observed.sum), **quantiles}
        )


class Over(BaseModel):
    """How the number by which series are ranked lies over all of them."""

    model_config = ConfigDict(frozen=True)

    low: Number | None = None
    p50: Number | None = None
    p95: Number | None = None
    high: Number | None = None
    sum: Number | None = None
    without: int | None = Field(default=None, description="Series that have no such number.")

    @classmethod
    def of(cls, spread: Spread, total: int, *, summed: bool) -> "Over":
        """Return it for a number of series in all."""
        return cls(
            low=maybe(spread.low),
            p50=maybe(spread.p50),
            p95=maybe(spread.p95),
            high=maybe(spread.high),
            sum=maybe(spread.sum) if summed else None,
            without=total - spread.count or None,
        )


class Row(BaseModel):
    """One series. Of a flat one `last` says everything; what there is none of is left out."""

    model_config = ConfigDict(frozen=True)

    labels: dict[str, str] = {}
    first: Number | None = None
    last: Number | None = Field(default=None, description="At one moment: the value.")
    min: Number | None = None
    max: Number | None = None
    mean: Number | None = None
    p95: Number | None = None
    trend: Number | None = Field(default=None, description="Change by the line of least squares.")
    trend_percent: Number | None = Field(default=None, description="Of the mean.")
    changed: Changed | None = None
    flat: Literal[True] | None = None
    missing: int | None = Field(default=None, description="Points between its first and last.")
    longest_gap: str | None = None
    begins: str | None = None
    ends: str | None = None
    resets: int | None = None
    increase: Number | None = Field(default=None, description="Of a counter, resets considered.")
    nan: int | None = None
    infinite: int | None = None
    histogram: Native | None = None
    spark: str | None = Field(
        default=None, description="16 buckets: 0-7 from lowest to highest mean, . gap, ! not finite"
    )
    points: list[Number | None] | None = Field(default=None, description="One each step.")


def row(figures: Figures, labels: Mapping[str, str]) -> Row:
    """Return a series over a window."""
    moved, known = figures.moved, {} if figures.flat else _course(figures)
    return Row.model_validate(
        {
            "labels": dict(labels),
            "last": maybe(figures.last),
            **known,
            "changed": moved
            and Changed(at=stamp(moved.at), before=number(moved.before), after=number(moved.after)),
            "flat": figures.flat or None,
            "missing": figures.missing or None,
            "longest_gap": span(figures.longest_gap) if figures.longest_gap else None,
            "begins": figures.begins and stamp(figures.begins),
            "ends": figures.ends and stamp(figures.ends),
            "resets": figures.resets or None,
            "increase": maybe(figures.increase) if figures.resets else None,
            "nan": figures.nan or None,
            "infinite": figures.infinite or None,
            "histogram": figures.observed and Native.of(figures.observed),
        }
    )


def points(series: Series, window: Window) -> list[Number | None]:
    """Return the points of a series on the window's grid."""
    found: list[Number | None] = [None] * window.points
    values = series.values or [one.count for _, one in series.histograms]
    times = series.times or [at for at, _ in series.histograms]
    for time, value in zip(times, values, strict=True):
        if 0 <= (index := window.index(time)) < window.points:
            found[index] = number(value)
    return found


def _course(figures: Figures) -> dict[str, object]:
    trend, mean = figures.trend, figures.mean
    percent = 100 * trend / abs(mean) if trend is not None and mean else None
    return {
        "first": maybe(figures.first),
        "min": maybe(figures.low),
        "max": maybe(figures.high),
        "mean": maybe(figures.mean),
        "p95": maybe(figures.p95),
        "trend": maybe(trend),
        "trend_percent": percent if percent is None else number(round(percent, 1)),
        "spark": figures.spark,
    }
