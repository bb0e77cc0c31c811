"""What is not well although no finding says why: told as not checked, never passed for well."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import timedelta

from clusterwright.tools.coverage import Gap
from clusterwright.tools.finding import Finding
from clusterwright.tools.kubernetes.analyzers.pod import age, troubled, workload_of
from clusterwright.tools.kubernetes.state import state_of
from clusterwright.tools.manifest import Manifest, condition, items, text
from clusterwright.tools.neutral import one_line
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

_KINDS = ("Deployment", "StatefulSet", "DaemonSet", "Node")
_YOUNG = timedelta(minutes=1)
_SHOWN = 3
_STATES = 12
"""Told one by one; in a cluster where everything is unwell there is no end of them."""
_LONGEST = 200
_SILENT = "and nothing here says why"
_TELLING = ("PodScheduled", "Progressing", "Ready")
"""Conditions that mean trouble when they are not true, those first that say most."""
_MEANT = "SchedulingGated"
"""Somebody holds such a pod back on purpose."""


def unexplained(snapshot: Snapshot, findings: Iterable[Finding]) -> Iterator[Gap]:
    """Yield a gap for each state of objects that are not well and that no finding touches."""
    explained = {ref for one in findings for ref in (one.subject, *one.members)}
    alike: defaultdict[str, list[Manifest]] = defaultdict(list)
    for one in _unwell(snapshot, explained):
        state = "" if age(snapshot, one) < _YOUNG else state_of(one, snapshot.now).text
        alike[state].append(one)
    young = alike.pop("", [])
    states = sorted(alike.items(), key=lambda one: (-len(one[1]), one[0]))
    for state, found in states[:_STATES]:
        said = next(filter(None, (_said(snapshot, one) for one in found)), "")
        why = f"here nothing knows why; the cluster says: {said}" if said else _SILENT
        yield Gap(what=_names(found), reason=f"{state}, {why}")
    if others := [one for _, found in states[_STATES:] for one in found]:
        yield Gap(what=_names(others), reason=f"in other states, {_SILENT}")
    if young:
        yield Gap(what=_names(young), reason="still starting")


def _unwell(snapshot: Snapshot, explained: set[Ref]) -> Iterator[Manifest]:
    """Yield pods that are not well, then what is not well without having such a pod."""
    troubling: set[Ref] = set()
    for pod in troubled(snapshot):
        owner = workload_of(snapshot, pod)
        troubling.add(owner)
        if explained.isdisjoint((owner, Ref.of(pod))) and _counts(snapshot, pod):
            yield pod
    for kind in _KINDS:
        for one in snapshot.of_kind(kind):
            if not state_of(one, snapshot.now).well and Ref.of(one) not in explained | troubling:
                yield one


def _counts(snapshot: Snapshot, pod: Manifest) -> bool:
    """Return whether a pod is to run: one that has failed is its controller's to replace."""
    state = state_of(pod, snapshot.now)
    return not state.well and state.text != _MEANT and text(pod, "status", "phase") != "Failed"


def _said(snapshot: Snapshot, one: Manifest) -> str:
    """Return the cluster's own words: of a container, of the last warning, of a condition."""
    statuses = items(one, "status", "initContainerStatuses")
    statuses += items(one, "status", "containerStatuses")
    waiting = [text(status, "state", "waiting", "message") for status in statuses]
    events = reversed(snapshot.events(Ref.of(one)))
    warnings = [text(event, "message") for event in events if text(event, "type") != "Normal"]
    conditions = [
        text(found, "message")
        for found in (condition(one, kind) for kind in _TELLING)
        if found.get("status") != "True"
    ]
    return one_line(next(filter(None, [*waiting, *warnings, *conditions]), ""), _LONGEST)


def _names(found: list[Manifest]) -> str:
    refs = [Ref.of(one) for one in found]
    more = f" and {len(refs) - _SHOWN} more" if len(refs) > _SHOWN else ""
    return ", ".join(map(str, refs[:_SHOWN])) + more
