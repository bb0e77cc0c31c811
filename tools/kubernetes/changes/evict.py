"""Evict a pod through the eviction API, which its disruption budget may refuse."""

from typing import ClassVar

from clusterwright.tools.errors import InvalidInputError, RefusedError
from clusterwright.tools.kubernetes.changes.budgets import budgets_of, spare
from clusterwright.tools.kubernetes.changes.delete import gone
from clusterwright.tools.kubernetes.changes.kind import ObjectChange, existing
from clusterwright.tools.kubernetes.changes.step import Scene, Step
from clusterwright.tools.kubernetes.changes.workloads import AROUND, is_ready, workload_of
from clusterwright.tools.kubernetes.changes.write import Verb, Write
from clusterwright.tools.manifest import Manifest, text
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot
from clusterwright.tools.trust.risk import Risk


class Evict(ObjectChange):
    """Evict the pod; its workload makes another one."""

    kind: ClassVar[str] = "evict"
    around: ClassVar[tuple[str, ...]] = AROUND

    def steps(self, scene: Scene) -> tuple[Step, ...]:
        """Return one eviction; raise RefusedError where nothing would replace the pod."""
        if self.object.kind != "Pod" or self.object.group:
            raise InvalidInputError(
                f"{self.object} is no pod", hint="evict a pod; restart a workload; drain a node"
            )
        return (eviction(self.object, existing(scene, self.object), scene.around),)


def eviction(ref: Ref, pod: Manifest, around: Snapshot) -> Step:
    """Return the step that evicts a pod; raise RefusedError if it must not be."""
    owner = workload_of(pod, around)
    if owner is None:
        raise RefusedError(
            f"{ref} has no controller: nothing would replace it",
            hint="delete it if it is not needed, or have a Deployment run it",
        )
    for budget in budgets_of(pod, around):
        if is_ready(pod) and spare(budget) < 1:
            raise RefusedError(
                f"{Ref.of(budget)} allows no disruption at present, and {ref} is one of its pods",
                hint="repair the other pods of the budget first, or run one replica more",
            )
    uid = text(pod, "metadata", "uid")
    return Step(
        say=f"evict {ref}",
        write=Write(Verb.EVICT, ref, {}, uid=uid),
        before=pod,
        checks=(gone(ref, uid),),
        irreversible="an evicted pod does not come back; its workload makes another",
        at_stake=Risk.LOW,
        notes=(f"{owner} makes a new pod",),
    )
