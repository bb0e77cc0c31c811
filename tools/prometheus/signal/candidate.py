"""One way to tell one signal: which metrics it takes, and the query."""

from dataclasses import dataclass, field
from enum import StrEnum

from clusterwright.tools.prometheus.signal.subject import About, Scheme


class Signal(StrEnum):
    """The four golden signals."""

    LATENCY = "latency"
    TRAFFIC = "traffic"
    ERRORS = "errors"
    SATURATION = "saturation"


class Unit(StrEnum):
    """What a number counts."""

    SECONDS = "seconds"
    PER_SECOND = "per second"
    BYTES = "bytes"
    BYTES_PER_SECOND = "bytes per second"
    CORES = "cores"
    RATIO = "ratio"
    COUNT = "count"
    CELSIUS = "celsius"
    WATTS = "watts"
    NUMBER = "number"


class Shape(StrEnum):
    """How a query tells of time."""

    COURSE = "course"
    """A value for each moment: asked for many."""
    TOTAL = "total"
    """What happened within the whole window `$L`: asked for now, and for the window before."""
    CODE = "code"
    """A code that only looks like a number: it has no mean, and does not rise."""


IN_PODS = frozenset({About.WORKLOAD, About.POD, About.NAMESPACE})
ON_NODES = frozenset({About.NODE})
ON_GPUS = frozenset({About.GPU, About.NODE, *IN_PODS})


@dataclass(frozen=True, slots=True)
class Candidate:
    """A query for a slot: of a slot, the first candidate whose metrics exist is asked.

    In the query `$S` stands for the matchers of the subject, `$W` for the window of a rate, `$L`
    for the whole window that was asked for.
    """

    signal: Signal
    slot: str
    """What a row is called, as `cpu of limit`."""
    source: str
    """Who exports it."""
    unit: Unit
    query: str
    needs: tuple[str, ...]
    """The metrics that the query reads; all must exist."""
    schemes: tuple[Scheme, ...] = (Scheme.PODS,)
    """In order of preference."""
    about: frozenset[About] = field(default=IN_PODS)
    shape: Shape = Shape.COURSE
    counts: tuple[str, str] | None = None
    """For a ratio: queries for how many of how many within `$L`."""
    buckets: str = ""
    """For a quantile of a classic histogram: a query that gives a series for each `le`."""
    per_second: float = 1
    """Of the unit that `le` is in."""
    against: str = ""
    """What the number is a part of, or compared with: `limit`."""
    note: str = ""
    """What a reader must know of this metric."""
    where: str = ""
    """Further matchers that tell in discovery whether the metric is of use: `le!=""`."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A slot of which the absence is told, and what would have to be exported."""

    signal: Signal
    slot: str
    about: frozenset[About]
    export: str
    gpu: bool = False
    """Whether it is missed only where there are GPUs."""
