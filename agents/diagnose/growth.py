"""What is new of a root cause that was there before: more findings, or more objects that show them.

Findings are compared by cluster, code and subject, and objects by the names that stay when a
controller replaces them: another pod of a workload is not news, nor another machine of a pool.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from clusterwright.agents.diagnose.diagnosis import (
    Extent,
    Place,
    RootCause,
    SetAside,
    Symptom,
    named,
    place_of,
)
from clusterwright.tools.excerpt import counted, few
from clusterwright.tools.ref import Ref

_LETTERS = "bcdfghjklmnpqrstvwxz2456789"
"""Of generated names. Source: k8s.io/apimachinery, util/rand, alphanums."""
_MACHINE = "Machine.cluster.x-k8s.io"
_GENERATED = {
    "Pod": re.compile(rf"(?:-\d{{8,}}|-[{_LETTERS}]{{6,10}})?-[{_LETTERS}]{{5}}\Z|-\d+\Z"),
    "ReplicaSet": re.compile(rf"-[{_LETTERS}]{{6,10}}\Z"),
    "Job": re.compile(r"-\d{8,}\Z"),
    _MACHINE: re.compile(rf"(?:-\d{{8,}}|-[{_LETTERS}]{{5,10}})?-[{_LETTERS}]{{5}}\Z"),
}
"""How the names end that controllers give to what they make again and again, by kind."""
_CUT = re.compile(rf"(?:-[\d{_LETTERS}]{{0,10}})?[{_LETTERS}]{{5}}\Z")
"""How they end where what comes before the last five characters was cut."""
_LONGEST, _LONGEST_BASE = 63, 58
"""Of generated names. Source: k8s.io/apiserver, storage/names/generate.go."""
_MAKERS = frozenset(
    {
        "CronJob",
        "DaemonSet",
        "Deployment",
        "Job",
        "ReplicaSet",
        "ReplicationController",
        "StatefulSet",
    }
)
"""Kinds without a group that make pods."""
_POOLS = frozenset({"MachineDeployment", "MachinePool", "MachineSet"})
"""Kinds that make machines, as control planes do."""
_MOST_NAMED = 2


@dataclass
class _Reach:
    """What is known of the findings of one place."""

    times: float = 0
    """Findings that are alike in one root cause."""
    rank: int = 99
    objects: set[Ref] = field(default_factory=set[Ref])
    unnamed: int = 0
    """More objects, which are only counted."""

    def add(self, one: Extent) -> None:
        """Add one more finding of the same root cause."""
        self.times += math.inf if one.times is None else one.times
        self.rank = min(self.rank, one.severity.rank)
        own = {ref for ref in one.members if _makes(one.subject, ref)}
        self.objects |= {
            lasting(ref)
            for ref in one.members
            if ref not in own or not _named_after(ref, one.subject)
        }
        self.unnamed += 0 if own else one.more_members

    def widen(self, other: "_Reach") -> None:
        """Add what was found at another time, or of another root cause."""
        self.times = max(self.times, other.times)
        self.rank = min(self.rank, other.rank)
        self.objects |= other.objects
        self.unnamed = max(self.unnamed, other.unnamed)

    def all(self) -> int:
        """Return how many objects show it."""
        return len(self.objects) + self.unnamed


class Reached:
    """How far root causes reached, at one time or at several."""

    def __init__(self, roots: Iterable[RootCause | SetAside] = ()) -> None:
        """Take root causes of one look."""
        self._at: defaultdict[Place, _Reach] = defaultdict(_Reach)
        for root in roots:
            for place, reach in _reaches(extent(root)).items():
                self._at[place].widen(reach)

    def widen(self, other: "Reached") -> None:
        """Add what was reached at another time."""
        for place, reach in other._at.items():
            self._at[place].widen(reach)

    def beyond(self, root: RootCause, before: RootCause | SetAside) -> tuple[str, ...]:
        """Return what of a root cause was not reached yet, in sentences; `before` is what it was.

        A root may list fewer symptoms than it has; then the others are listed under other roots.
        """
        if isinstance(before, SetAside) and not before.extent:  # written by another version
            worse = root.severity.rank < before.severity.rank
            return (f"{_spelled(place_of(root), root)}, worse than before",) if worse else ()
        new: list[str] = []
        for place, now in _reaches(extent(root)).items():
            known = self._at.get(place)
            more = _more(now, known) if known else ""
            if more or not known:
                new.append(f"{_spelled(place, root)}{more}")
        return tuple(new)


def extent(root: RootCause | SetAside) -> tuple[Extent, ...]:
    """Return the findings of a root cause: itself, its circle, and its symptoms."""
    if isinstance(root, SetAside):
        return root.extent
    own = _extent(root, root.cluster).model_copy(
        update={"severity": root.own_severity or root.severity, "times": root.times}
    )
    return (own, *(_extent(one, one.cluster or root.cluster) for one in root.folded))


def lasting(ref: Ref) -> Ref:
    """Return what stays of an object's name when its controller replaces it."""
    if (ends := _GENERATED.get(ref.kind_key)) is None:
        return ref
    name = ends.sub("", ref.name)
    if name == ref.name and len(name) == _LONGEST:
        name = _CUT.sub("", name)
    return Ref(ref.kind, name, ref.namespace, ref.group)


def _extent(one: RootCause | Symptom, cluster: str) -> Extent:
    return Extent(
        cluster=cluster,
        code=one.code,
        severity=one.severity,
        subject=one.subject,
        members=one.members,
        more_members=one.more_members,
        times=1,
    )


def _reaches(findings: Iterable[Extent]) -> dict[Place, _Reach]:
    found: defaultdict[Place, _Reach] = defaultdict(_Reach)
    for one in findings:
        found[one.cluster, one.code, one.subject].add(one)
    return found


def _makes(subject: Ref, ref: Ref) -> bool:
    """Tell whether an object is of a kind that a subject makes again and again."""
    if ref.kind_key == _MACHINE:
        return subject.kind in _POOLS or subject.group.startswith("controlplane.")
    return ref.kind_key in _GENERATED and (bool(subject.group) or subject.kind in _MAKERS)


def _named_after(ref: Ref, subject: Ref) -> bool:
    """Tell whether an object is called as what a subject makes."""
    base = f"{subject.name}-"[:_LONGEST_BASE]
    return ref.namespace == subject.namespace and ref.name.startswith(base)


def _more(now: _Reach, known: _Reach) -> str:
    """Return what is new of the findings of one place, to follow their name; "" if nothing is.

    Objects of which some were only counted are only counted again, and findings that name their
    objects are not.
    """
    said = ", worse than before" if now.rank < known.rank else ""
    fresh = [] if known.unnamed else sorted(now.objects - known.objects)
    objects, times = now.all() - known.all(), now.times - known.times
    if fresh:
        return f"{said}, also of {few([str(ref) for ref in fresh], _MOST_NAMED)}"
    if objects > 0:
        return f"{said}, of {counted(objects, 'more object')}"
    if times > 0 and not now.objects:
        return f"{said}, {counted(round(times), 'more time')}"
    return said


def _spelled(place: Place, root: RootCause) -> str:
    cluster, code, subject = place
    return named(code, subject) + (f" in {cluster}" if cluster != root.cluster else "")
