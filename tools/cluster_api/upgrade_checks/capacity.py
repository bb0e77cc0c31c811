"""Whether the pods of a node that is replaced find room meanwhile, GPUs above all."""

from collections.abc import Iterator

from clusterwright.tools.cluster_api.phases.parts import Pool
from clusterwright.tools.cluster_api.strategy import strategy_of
from clusterwright.tools.cluster_api.upgrade_checks.check import (
    Check,
    Status,
    check,
    passed,
    unknown,
)
from clusterwright.tools.cluster_api.upgrade_checks.scene import Scene
from clusterwright.tools.kubernetes.analyzers.capacity import Amounts, Nodes, requested
from clusterwright.tools.kubernetes.drained import moves
from clusterwright.tools.manifest import Manifest, dig, text
from clusterwright.tools.quantity import spelled
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

_NAME = "capacity"


def capacity(scene: Scene) -> Iterator[Check]:
    """Yield what pools lack room meanwhile, each by itself, and once how many do not."""
    well = 0
    for pool in scene.parts.pools:
        found = _of_pool(scene, pool) if pool.manifest is not None and pool.machines else None
        if found is None:
            continue
        if found.status is Status.PASSED:
            well += 1
        else:
            yield found
    if well:
        said = f"{well} of the pools: a new node comes first, or the others together have its room"
        todo = "see that the quota of the provider and its stock allow one machine more"
        yield check(_NAME, Status.PASSED, said, do=todo)


def _of_pool(scene: Scene, pool: Pool) -> Check:
    name = f"{_NAME} of pool {pool.name}"
    strategy = strategy_of(pool.manifest, pool.wanted)
    if strategy.on_delete:
        return unknown(name, "its machines are replaced by hand (OnDelete)")
    if strategy.surge:
        return passed(name, f"a new node comes before an old one goes (maxSurge {strategy.surge})")
    if scene.workload is None:
        return unknown(name, "an old node goes first (maxSurge 0)")
    return _fits(scene.workload, pool, name)


def _fits(found: Snapshot, pool: Pool, name: str) -> Check:
    """Return whether what runs on the fullest node of a pool is free on the other nodes."""
    own = {text(one, "status", "nodeRef", "name") for one in pool.machines} - {""}
    nodes = Nodes(found)
    whole: Amounts = {}
    for node in found.of_kind("Node"):
        for resource, amount in _free(nodes, node).items():
            whole[resource] = whole.get(resource, 0) + amount
    for node in found.of_kind("Node"):
        ref = Ref.of(node)
        if ref.name not in own:
            continue
        here = _free(nodes, node)
        for resource, amount in sorted(_moved(found, ref.name).items(), key=_devices_first):
            free = whole.get(resource, 0) - here.get(resource, 0)
            if amount > free:
                has, asked = spelled(free, resource), spelled(amount, resource)
                said = f"an old node goes first (maxSurge 0), and {asked} {resource} of {ref.name}"
                said += f" find {has} free elsewhere: its pods wait for the new node"
                todo = "set maxSurge to 1, or free as much"
                return check(name, Status.WARN, said, [ref], todo)
    return passed(name, "an old node goes first, and the others together have its room")


def _free(nodes: Nodes, node: Manifest) -> Amounts:
    """Return what a node has left for pods that move; a cordoned one takes none."""
    if dig(node, "spec", "unschedulable"):
        return {}
    return {resource: max(0.0, amount) for resource, amount in nodes.free(node).items()}


def _devices_first(pair: tuple[str, float]) -> bool:
    return "/" not in pair[0]


def _moved(found: Snapshot, node: str) -> Amounts:
    total: Amounts = {}
    for pod in found.pods_on(node):
        if moves(pod):
            for resource, amount in requested(pod).items():
                total[resource] = total.get(resource, 0) + amount
    return total
