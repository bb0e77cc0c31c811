"""One signal in an answer: the number now, its course, what it is compared with, and the query."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from clusterwright.tools.excerpt import shorten
from clusterwright.tools.prometheus.signal.candidate import Shape, Signal, Unit
from clusterwright.tools.prometheus.signal.course import Course
from clusterwright.tools.prometheus.signal.discovery import Chosen
from clusterwright.tools.prometheus.signal.spelled import rounded, short, spell
from clusterwright.tools.prometheus.summary.sparkline import drawn
from clusterwright.tools.quotation import word

_CLOSE = 1e-9
_FLAT = 0.1
"""Share of the greatest value by which a number must rise or fall over the window to be told."""
_PLACES = (
    "pod", "exported_pod", "container", "exported_container",
    "persistentvolumeclaim", "mountpoint", "device", "resourcequota", "resource", "Hostname",
    "hostname", "gpu", "GPU_I_ID",
)  # fmt: skip


class SignalRow(BaseModel):
    """One number."""

    model_config = ConfigDict(frozen=True)

    signal: Signal
    what: str
    unit: Unit
    source: str = Field(description="Who exports it.")
    now: float | None = Field(default=None, description="Absent: no value now.")
    first: float | None = Field(default=None, description="The first in the window.")
    max: float | None = Field(default=None, description="In the window, if it is not now.")
    before: float | None = Field(default=None, description="Mean of the window before.")
    rise: float | None = Field(default=None, description="Over the window, by least squares.")
    course: str | None = Field(
        default=None, description="0 lowest to 7 highest, . none; absent: flat."
    )
    gaps: str | None = Field(default=None, description="Moments of the window without a value.")
    of: str | None = Field(default=None, description="What it is a share of.")
    counts: str | None = Field(default=None, description="How many of how many in the window.")
    bucket: str | None = Field(default=None, description="Within it, a quantile is a guess.")
    worst: str | None = Field(default=None, description="Whose value it is now.")
    note: str | None = None
    query: str | None = Field(default=None, description="With $name for matchers.")

    @property
    def zero(self) -> bool:
        """Whether nothing of it happened, now and before."""
        told = (self.now, self.max, self.before)
        return self.signal is Signal.ERRORS and self.now == 0 and not any(told)

    def line(self) -> str:
        """Return the row in one line."""
        words = [f"{self.what} {spell(self.now, self.unit)}"]
        words += ["now"] if self.now is None else []
        words += [f"of {self.of}"] if self.of and self.now is not None else []
        words += [f"({self.counts} in the window)"] if self.counts else []
        words += [f"({self.bucket})"] if self.bucket else []
        words += [f"[{self.worst}]"] if self.worst else []
        words += [drawn(self.course)] if self.course else []
        past = self._past()
        return " ".join(words) + (f"; {past}" if past else "") + f" <{self.source}>"

    def _past(self) -> str:
        parts: list[str] = []
        if self.max is not None:
            parts.append(f"max {spell(self.max, self.unit)}")
        if self.before is not None:
            parts.append(f"before {spell(self.before, self.unit)}")
        if self.rise:
            moved = "rising" if self.rise > 0 else "falling"
            parts.append(f"{moved} by {spell(abs(self.rise), self.unit)}")
        parts += [f"no value at {self.gaps}"] if self.gaps else []
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Beside:
    """What else was asked about a number."""

    counts: str = ""
    """Of a ratio, how many of how many."""
    bucket: str = ""
    """Of a quantile, between which bounds it lies."""
    said: str = ""
    """What the server warned of."""


def row(chosen: Chosen, course: Course, query: str, beside: Beside) -> SignalRow:
    """Return a row; `query` is as it is shown."""
    one = chosen.candidate
    notes = "; ".join(
        filter(None, (one.note, beside.said, "infinite now" if course.infinite else ""))
    )
    made = SignalRow(
        signal=one.signal,
        what=one.slot,
        unit=one.unit,
        source=one.source,
        now=rounded(course.now),
        before=rounded(course.before) if one.shape is not Shape.CODE else None,
        of=one.against or None,
        counts=beside.counts or None,
        bucket=beside.bucket or None,
        worst=whose(course.labels) or None,
        note=notes or None,
        query=query,
    )
    return made.model_copy(update=_within(course)) if one.shape is Shape.COURSE else made


def _within(course: Course) -> dict[str, float | str | None]:
    """Return what a row tells of the window."""
    known, rise = course.known, course.rise
    if not known:
        return {}
    highest = max(known)
    told = rise is not None and abs(rise) >= _FLAT * max(abs(one) for one in known)
    return {
        "first": rounded(known[0]) if known[0] != course.now else None,
        "max": rounded(highest) if rounded(highest) != rounded(course.now) else None,
        "rise": rounded(rise) if told else None,
        "course": course.sparkline or None,
        "gaps": f"{course.gaps} of {len(course.values)}" if course.gaps else None,
    }


def bucket(value: float | None, bounds: Iterable[str], per_second: float) -> str:
    """Return between which bounds of a histogram a quantile lies, as far as it tells.

    Args:
        value: the quantile, in seconds.
        bounds: the values of `le`.
        per_second: how many of their unit make a second.
    """
    if value is None:
        return ""
    numbers = sorted(le / per_second for one in bounds if (le := number(one)) is not None)
    finite = [one for one in numbers if math.isfinite(one)]
    if finite and value >= finite[-1] * (1 - _CLOSE):
        return f"{spell(finite[-1], Unit.SECONDS)} or more: the last bucket ends there"
    over = next((one for one in finite if one >= value * (1 - _CLOSE)), None)
    if over is None:
        return ""
    under = max((one for one in finite if one < over), default=0.0)
    return f"{spell(under, Unit.SECONDS)} to {spell(over, Unit.SECONDS)}"


def number(spelled: str) -> float | None:
    """Return a number of a label; None for what is none."""
    try:
        return float(spelled)
    except ValueError:
        return None


def whose(labels: Mapping[str, str]) -> str:
    """Return by which labels a series differs from the others, in one word each."""
    told = {name: value for name in _PLACES if (value := labels.get(name))}
    if "exported_pod" in told:
        told.pop("pod", None)  # that of the exporter
    return ", ".join(
        f"{name.removeprefix('exported_')} {word(shorten(value, 80))}"
        for name, value in told.items()
    )


def counted(failed: float | None, of: float | None) -> str:
    """Return how many of how many, as `increase` estimates them."""
    if of is None:
        return ""
    some = 0.0 if failed is None else failed
    return f"{short(round(some)) if some >= 1 else short(some, 1)} of {short(round(of))}"
