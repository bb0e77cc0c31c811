"""What the drains of a rollout meet: budgets that let no pod go, and pods that do not come back.

Every node is drained before its Machine is deleted. Cluster API evicts as kubectl does with
--force and --delete-emptydir-data: what nothing replaces is lost, and it waits for budgets, for
ever unless nodeDrainTimeout says otherwise (core/reconcilers/machine/drain).
"""

from collections.abc import Iterator, Sequence

from clusterwright.tools.cluster_api.duration import seconds_of
from clusterwright.tools.cluster_api.upgrade_checks.check import (
    Check,
    Status,
    check,
    passed,
    unknown,
)
from clusterwright.tools.cluster_api.upgrade_checks.scene import Scene
from clusterwright.tools.kubernetes.changes.budgets import budgets_of, spare
from clusterwright.tools.kubernetes.changes.workloads import is_ready
from clusterwright.tools.kubernetes.drained import is_evicted, keeps_data
from clusterwright.tools.manifest import (
    Manifest,
    labels_of,
    number,
    text,
)
from clusterwright.tools.ref import Ref, owner_of
from clusterwright.tools.snapshot import Snapshot

_SKIP = "cluster.x-k8s.io/drain"
_BUDGET = "PodDisruptionBudget"
_NAME = "disruption budgets"
_PODS = "pods"


def drains(scene: Scene, found: Snapshot) -> Iterator[Check]:
    """Yield what budgets allow, and which pods would be lost."""
    if not found.was_read("Pod"):
        yield unknown(f"{_NAME} and {_PODS}", "its pods were not read")
        return
    pods = [one for one in found.of_kind("Pod") if _goes(one)]
    yield (
        _budgets(scene, found, pods)
        if found.was_read(_BUDGET)
        else unknown(_NAME, f"{_BUDGET} was not read")
    )
    yield from _lost(pods)


def _budgets(scene: Scene, found: Snapshot, pods: Sequence[Manifest]) -> Check:
    tight: dict[Ref, list[Manifest]] = {}
    for pod in pods:
        for budget in budgets_of(pod, found) if is_ready(pod) else ():
            if spare(budget) < 1 and number(budget, "status", "expectedPods"):
                tight.setdefault(Ref.of(budget), []).append(pod)
    if not tight:
        return passed(_NAME, f"every one of {len(found.of_kind(_BUDGET))} lets a pod go")
    first = next(iter(tight))
    nodes = sorted({text(pod, "spec", "nodeName") for one in tight.values() for pod in one})
    said = f"{first.namespace}/{first.name} lets none of its pods go now"
    said += f": nodes {', '.join(nodes[:5])} cannot be drained"
    refs = [ref for budget, own in tight.items() for ref in (budget, *map(Ref.of, own[:2]))]
    refs.sort(key=lambda ref: ref.kind != _BUDGET)
    limit = _timeout(scene)
    todo = "run one replica more than it demands, or let it demand one less"
    if limit:
        said += f"; after {limit} s each drain gives up, and the pods are deleted all the same"
    return check(_NAME, Status.WARN if limit else Status.BLOCK, said, refs, todo)


def _timeout(scene: Scene) -> int:
    """Return the longest time that a drain may take; 0 where one of the Machines has no limit."""
    parts = scene.parts
    machines = [*parts.control_machines, *(m for one in parts.pools for m in one.machines)]
    limits = [_limit(one) for one in machines]
    return max(limits) if limits and all(limits) else 0


def _limit(machine: Manifest) -> int:
    newer = number(machine, "spec", "deletion", "nodeDrainTimeoutSeconds")
    return newer or seconds_of(text(machine, "spec", "nodeDrainTimeout"))  # v1beta1


def _lost(pods: Sequence[Manifest]) -> Iterator[Check]:
    bare = [one for one in pods if owner_of(one) is None]
    local = [one for one in pods if owner_of(one) is not None and keeps_data(one)]
    if bare:
        said = f"{len(bare)} would be deleted for good: nothing replaces them"
        todo = "have a Deployment or a Job run them"
        yield check(_PODS, Status.WARN, said, map(Ref.of, bare), todo)
    if local:
        said = f"{len(local)} keep data on their node (emptyDir), which would be lost"
        yield check("local data", Status.WARN, said, map(Ref.of, local))
    if not bare and not local:
        yield passed(_PODS, f"all {len(pods)} that would move come back elsewhere")


def _goes(pod: Manifest) -> bool:
    """Return whether the drain of a Machine evicts a pod, which a label of its own can forbid."""
    skipped = labels_of(pod).get(_SKIP) == "skip"
    return is_evicted(pod) and not skipped and bool(text(pod, "spec", "nodeName"))
