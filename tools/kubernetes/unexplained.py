"""What is not well although no finding says why: told as not checked, never passed for well."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import timedelta

from clusterwright.tools.coverage import Gap
from clusterwright.tools.finding import Finding
from clusterwright.tools.kubernetes.analyzers.pod import age, troubled, workload_of
from clusterwright.tools.kubernetes.state import state_of
from clusterwright.tools.manifest import Manifest, text
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

_KINDS = ("Deployment", "StatefulSet", "DaemonSet", "Node")
_YOUNG = timedelta(minutes=1)
_SHOWN = 3
_MEANT = "SchedulingGated"
"""Somebody holds such a pod back on purpose."""


def unexplained(snapshot: Snapshot, findings: Iterable[Finding]) -> Iterator[Gap]:
    """Yield a gap for each state of objects that are not well and that no finding touches."""
    explained = {ref for one in findings for ref in (one.subject, *one.members)}
    alike: defaultdict[str, list[Ref]] = defaultdict(list)
    for one in _unwell(snapshot, explained):
        young = age(snapshot, one) < _YOUNG
        state = "" if young else state_of(one, snapshot.now).text
        alike[state].append(Ref.of(one))
    for state, refs in sorted(alike.items()):
        reason = f"{state}, and nothing here says why" if state else "still starting"
        yield Gap(what=_names(refs), reason=reason)


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


def _names(refs: list[Ref]) -> str:
    more = f" and {len(refs) - _SHOWN} more" if len(refs) > _SHOWN else ""
    return ", ".join(map(str, refs[:_SHOWN])) + more
