"""Series as prom_cardinality tells them."""

from pydantic import BaseModel, ConfigDict, Field

from clusterwright.tools.answer import Answer
from clusterwright.tools.excerpt import few
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref

_FEW = 6


class LabelRow(BaseModel):
    """A label with how many values it has."""

    model_config = ConfigDict(frozen=True)

    name: str
    values: int
    left: int | None = Field(default=None, description="Series left without this label.")


class MetricCost(BaseModel):
    """The series of one metric, and what to do about them."""

    model_config = ConfigDict(frozen=True)

    name: str
    series: int = Field(description="In memory, those that ended lately included.")
    share: float = Field(description="Of all series, 0 to 1.")
    now: int | None = Field(default=None, description="Series now.")
    hour_ago: int | None = None
    jobs: dict[str, int] = Field(default_factory=dict)
    monitor: Ref | None = Field(default=None, description="Where metricRelabelings belong.")
    labels: tuple[LabelRow, ...] = ()
    advice: tuple[str, ...] = Field(default=(), description="Words in brackets: see ways.")

    def lines(self) -> list[str]:
        """Return the metric, and what belongs to it on lines of their own."""
        head = f"{word(self.name)}: {self.series:,} series, {self.share:.1%}"
        if self.now is not None and self.now != self.series:
            head += f", {self.now:,} now"
        head += changed(self.now, self.hour_ago)
        jobs = ", ".join(f"{job or 'no job'} {n:,}" for job, n in self.jobs.items())
        head += f"; job {jobs}" if jobs else ""
        head += f" ({self.monitor})" if self.monitor else ""
        lines = [head]
        if self.labels:
            told = [
                f"{word(one.name)} {one.values:,}"
                + (f" ({one.left:,} left without)" if one.left is not None else "")
                for one in self.labels
            ]
            lines.append(f"  labels: {few(told, _FEW)}")
        return lines + [f"  - {one}" for one in self.advice]


class JobRow(BaseModel):
    """The series of one job."""

    model_config = ConfigDict(frozen=True)

    job: str
    series: int = Field(description="Of its last scrapes.")
    targets: int
    memory: int | None = Field(default=None, description="In memory, ended ones included.")
    new: int | None = Field(default=None, description="That came within the last hour.")
    hour_ago: int | None = None
    monitor: Ref | None = None

    def line(self) -> str:
        """Return the job in one line."""
        told = f"{self.job or 'no job'}: {self.series:,} series of {self.targets} target"
        told += "" if self.targets == 1 else "s"
        told += f", {self.memory:,} in memory" if self.memory else ""
        told += changed(self.series, self.hour_ago)
        told += f", {self.new:,} new within an hour" if self.new else ""
        return told + (f" ({self.monitor})" if self.monitor else "")


def _pair(told: str) -> str:
    """Return a label and its value, as the status of the TSDB spells them, one mark for each."""
    name, _, value = told.partition("=")
    return f"{word(name)}={word(value)}"


class Cardinality(Answer):
    """What the series are of, the most first."""

    backend: str
    total: int = Field(description="Series in memory.")
    counted: bool = Field(default=False, description="Total is what a query counted now.")
    now: int | None = Field(default=None, description="Of them those that have not ended.")
    hour_ago: int | None = None
    day_ago: int | None = None
    created: int | None = Field(default=None, description="Series made within the last hour.")
    metrics: tuple[MetricCost, ...] = ()
    jobs: tuple[JobRow, ...] = ()
    labels: tuple[LabelRow, ...] = Field(default=(), description="Values by label, all metrics.")
    ways: tuple[str, ...] = Field(default=(), description="What can be done, once for all.")
    pairs: dict[str, int] = Field(default_factory=dict, description="Series by label and value.")
    left_out: int = 0
    notes: tuple[str, ...] = ()
    next_cursor: str | None = None

    def render(self) -> str:
        """Return the whole first, then metrics with what to do, jobs and labels."""
        head = f"{self.backend}: {self.total:,} series {'now' if self.counted else 'in memory'}"
        head += f", {self.now:,} of them now" if self.now is not None else ""
        head += changed(self.total, self.hour_ago)
        head += changed(self.total, self.day_ago, "a day ago")
        head += f", {self.created:,} made within an hour" if self.created is not None else ""
        lines = [head, *self.notes]
        for one in self.metrics:
            lines += one.lines()
        lines += [f"[{one.partition(':')[0]}]{one.partition(':')[2]}" for one in self.ways]
        if self.jobs:
            lines += ["by job:", *(f"  {one.line()}" for one in self.jobs)]
        if self.labels:
            told = ", ".join(f"{word(one.name)} {one.values:,}" for one in self.labels)
            lines.append(f"values by label: {told}")
        if self.pairs:
            told = ", ".join(f"{_pair(pair)} {count:,}" for pair, count in self.pairs.items())
            lines.append(f"series by label and value: {told}")
        if self.next_cursor:
            lines.append(f"{self.left_out:,} more: cursor={self.next_cursor}")
        return "\n".join(lines)


def changed(now: int | None, before: int | None, when: str = "an hour ago") -> str:
    """Return by how much a number has changed; nothing where that is not known."""
    if now is None or before is None:
        return ""
    if not before:
        return f", none {when}" if now else ""
    return f", {now / before - 1:+.0%} since {before:,} {when}" if now != before else ""
