"""Metrics as prom_search_metrics tells them."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field

from clusterwright.tools.answer import Answer
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.neutral import MARK
from clusterwright.tools.prometheus.searching.family import Family
from clusterwright.tools.prometheus.searching.labels import Shape
from clusterwright.tools.prometheus.summary.hidden import without_secrets
from clusterwright.tools.quotation import word

_HELP, _NAME, _VALUE = 200, 120, 40
_LABELS, _FIXED = 12, 5
_OF_SCRAPING = frozenset({"endpoint", "metrics_path", "service", "instance", "container"})


class MetricRow(BaseModel):
    """One metric; the series of a histogram are one."""

    model_config = ConfigDict(frozen=True)

    name: str
    type: str | None = None
    guessed: bool = Field(default=False, description="The type is a guess by the name.")
    unit: str | None = None
    help: str | None = None
    series: int | None = Field(default=None, description="Now, all of its names together.")
    labels: dict[str, int] = Field(default_factory=dict, description="Values of each label.")
    values: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="Of labels with few values."
    )
    fixed: dict[str, str] = Field(default_factory=dict, description="Labels with one value.")
    ask: str | None = Field(default=None, description="How it is usually asked.")

    def lines(self) -> list[str]:
        """Return the metric, and what belongs to it on lines of their own."""
        kind = f"{self.type}{' by its name' if self.guessed else ''}" if self.type else ""
        series = None if self.series is None else f"{self.series:,} series"
        head = [one for one in (kind, self.unit, series) if one]
        lines = [f"{word(self.name)}: {', '.join(head)}"]
        lines += [f"  {MARK}{self.help}"] if self.help else []
        told = [self._label(name, count) for name, count in self.labels.items()]
        told += [f"{word(k)}={v}" if v else word(k) for k, v in self.fixed.items()]
        lines += [f"  labels: {', '.join(told)}"] if told else []
        lines += [f"  ask: {self.ask}"] if self.ask else []
        return lines

    def _label(self, name: str, count: int) -> str:
        values = self.values.get(name)
        return f"{word(name)} {count:,}" + (f" ({' '.join(values)})" if values else "")


class MetricList(Answer):
    """Metrics that fit, the best first."""

    backend: str
    of: int = Field(description="Metrics that there are.")
    fit: int = Field(description="Metrics that fit, all pages together.")
    whole: int | None = Field(default=None, description="Those of them that fit every word.")
    rows: tuple[MetricRow, ...] = ()
    more: tuple[str, ...] = Field(default=(), description="Names of those that come next.")
    left_out: int = 0
    prefixes: dict[str, int] = Field(default_factory=dict, description="Metrics by first word.")
    notes: tuple[str, ...] = ()
    next_cursor: str | None = None

    def render(self) -> str:
        """Return how many fit, what was read otherwise, and the metrics."""
        head = f"{self.fit:,} of {self.of:,} metrics of {self.backend}"
        if self.whole is not None:
            head += f" fit, {self.whole:,} of them all words"
        lines = [head, *self.notes]
        if self.prefixes:
            lines.append(
                "by first word: " + ", ".join(f"{word(k)} {n}" for k, n in self.prefixes.items())
            )
        for one in self.rows:
            lines += one.lines()
        if self.left_out:
            beyond = self.left_out - len(self.more)
            lines.append(
                f"next: {', '.join(map(word, self.more))}"
                + (f" and {beyond:,} more" if beyond else "")
            )
        if self.next_cursor:
            lines.append(f"details of them: cursor={self.next_cursor}")
        return "\n".join(lines)


def _first(pair: tuple[str, str]) -> tuple[bool, bool, str]:
    """Return where a label comes: its job first, what scraping added last."""
    return pair[0] != "job", pair[0] in _OF_SCRAPING, pair[0]


def _value(name: str, value: str) -> str:
    return word(one_line(without_secrets({name: value})[name], _VALUE))


def row(one: Family, counts: Mapping[str, int] | None, shape: Shape | None) -> MetricRow:
    """Return a metric as it is told.

    Args:
        one: the metric.
        counts: series by name; None where they were not counted.
        shape: its labels, where they were read.
    """
    labels = shape.labels[:_LABELS] if shape else ()
    fixed = sorted(shape.fixed.items(), key=_first)[:_FIXED] if shape else []
    return MetricRow(
        name=one_line(one.name, _NAME),
        type=one.type or None,
        guessed=bool(one.type) and not one.told,
        unit=one_line(one.unit, _VALUE) or None,
        help=one_line(one.help, _HELP) or None,
        series=None if counts is None else sum(counts.get(name, 0) for name in one.members),
        labels={one_line(each.name, _NAME): each.count for each in labels},
        values={
            one_line(each.name, _NAME): tuple(_value(each.name, one) for one in each.values)
            for each in labels
            if each.values
        },
        fixed={one_line(k, _NAME): _value(k, v) for k, v in fixed},
        ask=one.ask,
    )
