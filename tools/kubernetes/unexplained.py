"""What is not well although no analyzer says why: told all the same, never passed for well.

A pod that has been unwell for minutes is a finding, with the cluster's own words where there are
any. What may still settle, and workloads that are short of pods which themselves are not to blame,
are told as not checked.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from clusterwright.tools.analyze import group
from clusterwright.tools.analyzer import Suspicion
from clusterwright.tools.coverage import Gap
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.finding import Edge, Evidence, Finding
from clusterwright.tools.kubernetes.analyzers import node
from clusterwright.tools.kubernetes.analyzers.case import Case
from clusterwright.tools.kubernetes.analyzers.pod import age, event_evidence, troubled, workload_of
from clusterwright.tools.kubernetes.state import state_of
from clusterwright.tools.manifest import Manifest, condition, dig, instant, items, text
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

CODE = "pod/unexplained"

_KINDS = ("Deployment", "StatefulSet", "DaemonSet", "Node")
_LOST = "Lost"
"""The phase of a claim whose volume is gone; one that is Pending may wait for its first pod."""
_SETTLING = timedelta(minutes=2)
_YOUNG = timedelta(minutes=1)
_SHOWN = 3
_STATES = 12
"""Told one by one; in a cluster where everything is unwell there is no end of them."""
_LONGEST, _LONGEST_SAID = 200, 1_000
_UNKNOWN = "cause unknown"
_IDENTITY = re.compile(r" ?\(?pod: ?\"[^\"]{0,300}\"(?:, container: [^)]{0,100}\))?")
_OF_GATE = "held back on purpose, by a scheduling gate"
_TELLING = ("PodScheduled", "Progressing", "Ready")
"""Conditions that mean trouble when they are not true, those first that say most."""
_MEANT = "SchedulingGated"
"""Somebody holds such a pod back on purpose."""


@dataclass(frozen=True, slots=True)
class Unexplained:
    """What is left over once all analyzers have spoken."""

    findings: tuple[Finding, ...]
    gaps: tuple[Gap, ...]


def unexplained(snapshot: Snapshot, findings: Collection[Finding]) -> Unexplained:
    """Return pods that have long been unwell as findings, and what else is not well as gaps."""
    long: list[Suspicion] = []
    alike: defaultdict[tuple[str, str], list[Manifest]] = defaultdict(list)
    for one in _unwell(snapshot, findings):
        meant = state_of(one, snapshot.now).text == _MEANT
        if text(one, "kind") == "Pod" and not meant and _for_long(snapshot, one):
            long.append(Suspicion(_finding(snapshot, one)))
        else:
            young = age(snapshot, one) < _YOUNG
            state, said = state_of(one, snapshot.now).text, _said(snapshot, one)[0]
            alike[("", "") if young else (state, said)].append(one)
    told = tuple(one.finding for one in group(long))
    return Unexplained(told, tuple(_gaps(alike)))


def _gaps(alike: dict[tuple[str, str], list[Manifest]]) -> Iterator[Gap]:
    """Yield a gap for each state and what is said of it, the most frequent first."""
    young = alike.pop(("", ""), [])
    states = sorted(alike.items(), key=lambda one: (-len(one[1]), one[0]))
    for (state, said), found in states[:_STATES]:
        why = _OF_GATE if state == _MEANT else f"{_UNKNOWN}: {said}" if said else _UNKNOWN
        yield Gap(what=_names(found), reason=f"{state}, {why}")
    if others := [one for _, found in states[_STATES:] for one in found]:
        yield Gap(what=_names(others), reason=f"in other states, {_UNKNOWN}")
    if young:
        yield Gap(what=_names(young), reason="still starting")


def _unwell(snapshot: Snapshot, findings: Iterable[Finding]) -> Iterator[Manifest]:
    """Yield pods that are not well, then what is not well without having such a pod."""
    explained: set[Ref] = set()
    lost: set[str] = set()
    for one in findings:
        explained |= {one.subject, *one.members}
        explained |= {r.source for r in one.relations if r.edge is Edge.RUNS_ON}
        lost |= {one.subject.name} if one.code == node.CODE else set()
    troubling: set[Ref] = set()
    leaving = (p for p in snapshot.of_kind("Pod") if dig(p, "metadata", "deletionTimestamp"))
    for pod in (*troubled(snapshot), *leaving):
        owner = workload_of(snapshot, pod)
        troubling.add(owner)
        known = not explained.isdisjoint((owner, Ref.of(pod)))
        if not known and text(pod, "spec", "nodeName") not in lost and _counts(snapshot, pod):
            yield pod
    for kind in _KINDS:
        for one in snapshot.of_kind(kind):
            if dig(one, "metadata", "deletionTimestamp"):
                continue
            if not state_of(one, snapshot.now).well and Ref.of(one) not in explained | troubling:
                yield one
    for claim in snapshot.of_kind("PersistentVolumeClaim"):
        if text(claim, "status", "phase") == _LOST and Ref.of(claim) not in explained:
            yield claim


def _counts(snapshot: Snapshot, pod: Manifest) -> bool:
    """Return whether a pod is to run: one that has failed is its controller's to replace."""
    state = state_of(pod, snapshot.now)
    return not state.well and text(pod, "status", "phase") != "Failed"


def _for_long(snapshot: Snapshot, pod: Manifest) -> bool:
    """Return whether it has been so for longer than a start, a restart or an end takes."""
    ready = condition(pod, "Ready")
    changed = instant(ready, "lastTransitionTime") if ready.get("status") == "False" else None
    since = instant(pod, "metadata", "deletionTimestamp") or changed
    return (snapshot.now - since if since else age(snapshot, pod)) > _SETTLING


def _finding(snapshot: Snapshot, pod: Manifest) -> Finding:
    case, state = Case(snapshot, pod), state_of(pod, snapshot.now).text
    said, event = _said(snapshot, pod)
    evidence: list[Evidence] = [case.field("$.status", f"{state}: {said}" if said else state)]
    if event is not None:
        evidence.append(event_evidence(event, case.ref))
    why = f": {said}" if said else f", {_UNKNOWN}"
    fix = "Repair what the message names." if said else "Look at its log and its events."
    return case.finding(CODE, f"A pod is {state}{why}", tuple(evidence), fixes=(fix,))


def _said(snapshot: Snapshot, one: Manifest) -> tuple[str, Manifest | None]:
    """Return the cluster's own words, of a container, a warning or a condition, and the warning."""
    statuses = items(one, "status", "initContainerStatuses")
    statuses += items(one, "status", "containerStatuses")
    waiting = [text(status, "state", "waiting", "message") for status in statuses]
    if said := next(filter(None, waiting), ""):
        return one_line(_IDENTITY.sub("", said[:_LONGEST_SAID]), _LONGEST), None
    for event in reversed(snapshot.events(Ref.of(one))):
        if text(event, "type") != "Normal" and text(event, "message"):
            return one_line(text(event, "message"), _LONGEST), event
    for found in (condition(one, kind) for kind in _TELLING):
        if found.get("status") != "True" and text(found, "message"):
            return one_line(text(found, "message"), _LONGEST), None
    return "", None


def _names(found: list[Manifest]) -> str:
    refs = [Ref.of(one) for one in found]
    more = f" and {len(refs) - _SHOWN} more" if len(refs) > _SHOWN else ""
    return ", ".join(map(str, refs[:_SHOWN])) + more
