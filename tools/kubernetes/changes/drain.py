"""Drain a node: cordon it, then evict its pods one by one, as their budgets allow."""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from clusterwright.tools.errors import RefusedError
from clusterwright.tools.kubernetes.changes.budgets import budgets_of, spare
from clusterwright.tools.kubernetes.changes.cordon import cordoned
from clusterwright.tools.kubernetes.changes.evict import eviction
from clusterwright.tools.kubernetes.changes.kind import ObjectChange, existing
from clusterwright.tools.kubernetes.changes.step import Scene, Step
from clusterwright.tools.kubernetes.changes.workloads import AROUND, is_ready
from clusterwright.tools.kubernetes.drained import is_evicted, keeps_data
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.ref import Ref, owner_of
from clusterwright.tools.snapshot import Snapshot

_SHOWN = 5


class Drain(ObjectChange):
    """Empty a node for maintenance."""

    kind: ClassVar[str] = "drain"
    around: ClassVar[tuple[str, ...]] = AROUND
    resumes: ClassVar[bool] = True
    delete_local_data: bool = False

    def steps(self, scene: Scene) -> tuple[Step, ...]:
        """Return a cordon and an eviction for each pod that is to go.

        Raises RefusedError naming the pods that nothing would replace, that keep data on the node
        or whose budget allows no disruption: a drain that cannot end is not begun.
        """
        node = existing(scene, self.object)
        pods = [one for one in scene.around.pods_on(self.object.name) if is_evicted(one)]
        gone = evictions(pods, scene.around, delete_local_data=self.delete_local_data)
        return (*cordoned(self.object, node, unschedulable=True), *gone)


def evictions(
    pods: Sequence[Manifest], around: Snapshot, *, delete_local_data: bool
) -> tuple[Step, ...]:
    """Return the steps that evict pods of a node, whichever there are by then.

    Raises RefusedError naming those that must not be.
    """
    _refuse(pods, around, delete_local_data=delete_local_data)
    return tuple(replace(eviction(Ref.of(one), one, around), predicate=True) for one in pods)


def _refuse(pods: Sequence[Manifest], around: Snapshot, *, delete_local_data: bool) -> None:
    bare = [one for one in pods if owner_of(one) is None]
    if bare:
        raise RefusedError(
            f"nothing would replace {_named(bare)}",
            hint="delete them if they are not needed, or have a Deployment run them",
        )
    local = [one for one in pods if keeps_data(one)]
    if local and not delete_local_data:
        raise RefusedError(
            f"{_named(local)} keep data on the node (emptyDir), which would be lost",
            hint="pass delete_local_data=true if that data is not needed",
        )
    tight: dict[Ref, int] = {}
    for pod in pods:
        for budget in budgets_of(pod, around) if is_ready(pod) else ():
            tight.setdefault(Ref.of(budget), spare(budget))
    blocked = [str(ref) for ref, allowed in tight.items() if allowed < 1]
    if blocked:
        raise RefusedError(
            f"{', '.join(blocked[:_SHOWN])} allow no disruption at present",
            hint="repair the pods of these budgets first, or run one replica more",
        )


def _named(pods: Sequence[Manifest]) -> str:
    names = [str(Ref.of(one)) for one in pods]
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
