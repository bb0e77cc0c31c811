"""What a query gave, as prom_query tells it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from pydantic import Field

from clusterwright.tools.answer import Answer, columns
from clusterwright.tools.prometheus.summary.rank import Rank
from clusterwright.tools.prometheus.summary.sparkline import drawn
from clusterwright.tools.prometheus.summary.told import Number, Over, Row
from clusterwright.tools.prometheus.summary.unit import Unit, human
from clusterwright.tools.quotation import quoted, word

_DAY, _YEAR = len("2026-01-31"), len("2026-")


class QueryAnswer(Answer):
    """Series of a query, ranked; over a window each with what its points say."""

    backend: str
    at: str | None = Field(default=None, description="The moment.")
    start: str | None = None
    end: str | None = None
    step: str | None = None
    total: int = Field(description="Series that the query has.")
    rank: Rank | None = Field(default=None, description="What those shown are the first by.")
    over_all: Over | None = None
    begins: str | None = Field(default=None, description="First point of each series shown.")
    ends: str | None = Field(default=None, description="Last point of each series shown.")
    unit: Unit | None = Field(default=None, description="As names of metrics tell it.")
    common: dict[str, str] = Field(default={}, description="Labels of every series shown.")
    series: tuple[Row, ...] = ()
    string: str | None = None
    left_out: tuple[str, ...] = Field(default=(), description="And how to get it.")
    notes: tuple[str, ...] = ()
    said: tuple[str, ...] = Field(default=(), description="Warnings and infos of the server.")
    samples: int | None = Field(default=None, description="That the server read for the last part.")

    def render(self) -> str:
        """Return what is known of all, then a line for each series."""
        lines = [self._head()]
        if self.string is not None:
            lines.append(quoted(self.string))
        if self.over_all:
            lines.append(self._over_all(self.over_all))
        if self.begins or self.ends:
            lines.append(f"each shown {self._life(self.begins, self.ends)}")
        if self.common:
            lines.append("all: " + " ".join(f"{word(k)}={word(v)}" for k, v in self.common.items()))
        if self.series:
            lines.append(self._table())
            lines += [f"points: {self._points(one)}" for one in self.series if one.points]
        lines += self.notes
        if self.left_out:
            lines.append(f"left out: {'; '.join(self.left_out)}")
        lines += [f"the server says: {quoted(one)}" for one in self.said]
        return "\n".join(lines)

    def _head(self) -> str:
        when = f"at {self.at}" if self.at else f"{self.start} to {self.end} each {self.step}"
        unit = f", in {self.unit.value}" if self.unit else ""
        what = f"{self.total} series" if self.string is None else "a string"
        head = f"{what} of {self.backend}, {when}{unit}"
        if self.rank and 0 < len(self.series) < self.total:
            which = "lowest" if self.rank.lowest_first else "highest"
            return f"{head}; the {len(self.series)} with the {which} {self._ranked}:"
        return head

    @property
    def _ranked(self) -> str:
        if self.at:
            return "count" if any(one.histogram for one in self.series) else "value"
        return {Rank.TREND: "trend, up or down", Rank.SPREAD: "standard deviation"}.get(
            self.rank or Rank.MAX, str(self.rank)
        )

    def _over_all(self, over: Over) -> str:
        parts: dict[str, Number | None] = {
            "lowest": over.low,
            "p50": over.p50,
            "p95": over.p95,
            "highest": over.high,
        }
        if over.low is not None and over.low == over.high:
            parts = {"each": over.low}
        if self.at:
            parts["sum"] = over.sum
        one = self.series[0] if self.series else None
        told = [f"{k} {self._told(v, one)}" for k, v in parts.items() if v is not None]
        if over.without:
            told.append(f"{over.without} series without")
        return f"{self._ranked} of all: {', '.join(told)}"

    def _table(self) -> str:
        names = list(dict.fromkeys(name for one in self.series for name in one.labels))
        if self.at:
            rows = [(*self._labels(one, names), self._value(one)) for one in self.series]
            return columns((*map(word, names), "value"), rows)
        head = (*map(word, names), "last", "min..max", "mean", "p95", "trend", "course", "")
        rows = [(*self._labels(one, names), *self._course(one)) for one in self.series]
        used = [i for i in range(len(head)) if any(row[i] for row in rows)]
        return columns(tuple(head[i] for i in used), [tuple(row[i] for i in used) for row in rows])

    def _labels(self, row: Row, names: Sequence[str]) -> list[str]:
        return [word(row.labels.get(name, "-")) for name in names]

    def _value(self, row: Row) -> str:
        if row.histogram:
            return self._native(row)
        exact, short = str(row.last), self._told(row.last)
        return short if self.total > 1 or exact == short else f"{exact} ({short})"

    def _course(self, row: Row) -> tuple[str, ...]:
        notes, told = self._notes(row), partial(self._told, of=row)
        if row.flat:
            return (told(row.last), "", "", "", "flat", "", notes)
        trend = told(row.trend)
        if row.trend_percent is not None:
            trend += f" ({row.trend_percent}%)"
        return (
            told(row.last),
            f"{told(row.min)}..{told(row.max)}",
            told(row.mean),
            told(row.p95),
            trend,
            drawn(row.spark or ""),
            notes,
        )

    def _notes(self, row: Row) -> str:
        notes: list[str] = []
        if row.histogram:
            notes.append(self._native(row))
        if row.changed:
            before = self._told(row.changed.before, row)
            after = self._told(row.changed.after, row)
            notes.append(f"from {self._clock(row.changed.at)} on {after}, before {before}")
        if row.begins or row.ends:
            notes.append(self._life(row.begins, row.ends))
        if row.missing:
            notes.append(f"{row.missing} missing, up to {row.longest_gap}")
        if row.resets:
            times = "reset" if row.resets == 1 else "resets"
            notes.append(f"{row.resets} {times}, grew by {self._told(row.increase)}")
        if row.nan:
            notes.append(f"{row.nan} NaN")
        if row.infinite:
            notes.append(f"{row.infinite} Inf")
        return "; ".join(notes)

    def _life(self, begins: str | None, ends: str | None) -> str:
        told = {"begins": begins, "ends": ends}
        return "; ".join(f"{name} {self._clock(one)}" for name, one in told.items() if one)

    def _native(self, row: Row) -> str:
        if (one := row.histogram) is None:
            return ""
        parts: dict[str, Number] = {"sum": one.sum, "p50": one.p50, "p95": one.p95, "p99": one.p99}
        told = [f"{name} {self._told(value)}" for name, value in parts.items()]
        return f"histogram of {self._told(one.count, row)}: {', '.join(told)}"

    def _points(self, row: Row) -> str:
        return " ".join("-" if one is None else str(one) for one in row.points or ())

    def _told(self, value: Number | None, of: Row | None = None) -> str:
        """Return a number with the unit; what is told of a histogram's count has none."""
        if value is None:
            return "-"
        counts = of is not None and of.histogram is not None
        return value if isinstance(value, str) else human(value, None if counts else self.unit)

    def _clock(self, time: str) -> str:
        """Return the time of day, with the day where the window is longer than one."""
        if not self.start or not self.end:
            return time
        width = datetime.fromisoformat(self.end) - datetime.fromisoformat(self.start)
        return time[_DAY + 1 :] if width < timedelta(days=1) else time[_YEAR:]
