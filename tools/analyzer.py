"""What an analyzer is: a pure detection over a Snapshot, and the evidence it still asks for."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from clusterwright.tools.finding import Finding
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class LogRequest:
    """The last lines of a container; of its previous run when `previous`."""

    pod: Ref
    container: str
    previous: bool = False


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """The object as it is now: asked for whenever a finding rests on absence or mismatch."""

    ref: Ref


@dataclass(frozen=True, slots=True)
class EventRequest:
    """The events about an object, oldest first."""

    ref: Ref


@dataclass(frozen=True, slots=True)
class ListRequest:
    """All objects of a kind in a workload cluster, as its own API server has them."""

    cluster: Ref
    kind: str


Request = LogRequest | ReadRequest | EventRequest | ListRequest


@dataclass(frozen=True, slots=True)
class Fulfilled:
    """The requests that were answered within the budget; what is missing could not be read."""

    logs: Mapping[LogRequest, tuple[str, ...]] = field(
        default_factory=dict[LogRequest, tuple[str, ...]]
    )
    objects: Mapping[ReadRequest, Manifest | None] = field(
        default_factory=dict[ReadRequest, Manifest | None]
    )
    """None means that the object does not exist."""
    events: Mapping[EventRequest, Sequence[Manifest]] = field(
        default_factory=dict[EventRequest, Sequence[Manifest]]
    )
    lists: Mapping[ListRequest, Sequence[Manifest]] = field(
        default_factory=dict[ListRequest, Sequence[Manifest]]
    )
    left_out: int = 0
    """Requests that the budget had no room or time for."""


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A finding before its requests are answered."""

    finding: Finding
    requests: tuple[Request, ...] = ()


Refine = Callable[[Suspicion, Fulfilled], Finding | None]


def keep(suspicion: Suspicion, _fulfilled: Fulfilled) -> Finding | None:
    """Return the finding as it was detected."""
    return suspicion.finding


def unless_gone(suspicion: Suspicion, fulfilled: Fulfilled) -> Finding | None:
    """Drop a finding if what it is about was read again, and is gone by now."""
    for request in suspicion.requests:
        if isinstance(request, ReadRequest) and fulfilled.objects.get(request, {}) is None:
            return None
    return suspicion.finding


@dataclass(frozen=True, slots=True)
class Analyzer:
    """One fault family: the codes it may report, the kinds it needs, and its two steps.

    `detect` yields one suspicion per affected object; equal ones of one owner are grouped before
    any evidence is fetched, so a refined finding speaks for all its members. `refine` completes a
    finding, or returns None when the evidence shows that there is nothing wrong (any more).
    """

    name: str
    codes: tuple[str, ...]
    needs: tuple[str, ...]
    detect: Callable[[Snapshot], Iterable[Suspicion]]
    refine: Refine = keep
    symptoms: tuple[str, ...] = ()
    """Those of `codes` that always have a cause elsewhere; they are told after the causes."""
