"""From what was chosen to what is asked: queries of a window, and which of them fit."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from clusterwright.tools.prometheus.promql.lasting import lasting
from clusterwright.tools.prometheus.signal.all import ORDER, WANTED, most
from clusterwright.tools.prometheus.signal.candidate import Candidate, Shape, Signal, Unit
from clusterwright.tools.prometheus.signal.course import POINTS
from clusterwright.tools.prometheus.signal.discovery import Chosen
from clusterwright.tools.prometheus.signal.requests import MEAN, P99, RATE
from clusterwright.tools.prometheus.signal.subject import About, Subject

_LEAST_RATE = 300
"""Seconds of a rate: four scrapes of a minute each, and one that fails."""
_SCRAPES = 4
"""Of which a rate needs two; one may fail, and one may just be missed."""
_SHORTEST_STEP = 5


@dataclass(frozen=True, slots=True)
class Span:
    """A window that ends at `end`, in seconds."""

    end: int
    seconds: int
    interval: int = 0
    """Seconds between two samples of what is asked about, where it is known."""

    @property
    def step(self) -> int:
        """Between the moments of a course."""
        return max(_SHORTEST_STEP, self.seconds // POINTS)

    @property
    def rate(self) -> int:
        """Over which a rate is taken: never less than a step, so that nothing falls between."""
        return max(self.step, _LEAST_RATE, _SCRAPES * self.interval)


def filled(template: str, matchers: str, span: Span) -> str:
    """Return a query with a subject's matchers and the lengths of time."""
    timed = template.replace("$W", lasting(span.rate)).replace("$L", lasting(span.seconds))
    return timed.replace("$S", matchers)


def shown(chosen: Chosen, span: Span) -> str:
    """Return a query as an answer has it, where `$pods` stands for matchers told once."""
    return filled(chosen.candidate.query, f"${chosen.scheme.value}", span)


def asked(chosen: Chosen, subject: Subject, span: Span) -> str:
    """Return a query as the server is asked."""
    return filled(chosen.candidate.query, subject.matchers(chosen.scheme) or "", span)


def moments(candidate: Candidate, span: Span) -> tuple[float, float, int]:
    """Return start and step of the range that tells a candidate, and the steps of a window."""
    if candidate.shape is Shape.TOTAL:
        return span.end - span.seconds * 2, span.seconds, 1
    return span.end - span.step * POINTS * 2, span.step, POINTS


@dataclass(frozen=True, slots=True)
class Selection:
    """What is asked, and what there would be beyond it."""

    asked: tuple[Chosen, ...]
    left_out: tuple[tuple[Signal, str], ...]


def select(chosen: Sequence[Chosen], only: Signal | None) -> Selection:
    """Return the slots to ask about, in the order of the signals."""
    slots = {one.candidate.slot for one in chosen}
    kept: list[Chosen] = []
    left_out: list[tuple[Signal, str]] = []
    count: Counter[Signal] = Counter()
    for signal in ORDER if only is None else (only,):
        for one in chosen:
            candidate = one.candidate
            if candidate.signal != signal or (candidate.slot == MEAN and P99 in slots):
                continue
            # What passes a wire says little beside the requests themselves.
            beside = candidate.unit is Unit.BYTES_PER_SECOND and RATE in slots and only is None
            if beside or count[signal] >= most(signal, alone=only is not None):
                left_out.append((signal, candidate.slot))
            else:
                count[signal] += 1
                kept.append(one)
    return Selection(tuple(kept), tuple(left_out))


def missing(about: About, chosen: Sequence[Chosen], only: Signal | None) -> dict[str, str]:
    """Return the slots that nothing tells, with what would have to be exported for each."""
    there = {one.candidate.slot for one in chosen}
    # With a GPU among its series, a workload has GPUs whose other metrics are missed.
    has_gpu = about is About.GPU or any(one.candidate.source == "DCGM" for one in chosen)
    return {
        one.slot: one.export
        for one in WANTED
        if about in one.about
        and one.slot not in there
        and not (one.slot == P99 and MEAN in there)
        and (has_gpu or not one.gpu)
        and (only is None or one.signal == only)
    }
