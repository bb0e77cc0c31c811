"""What runs on machines: pods and GPUs of their nodes, and the budgets that would hold a drain."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from clusterwright.tools.excerpt import few
from clusterwright.tools.kubernetes.changes.budgets import budgets_of, spare
from clusterwright.tools.kubernetes.changes.workloads import is_ready
from clusterwright.tools.kubernetes.drained import moves
from clusterwright.tools.manifest import Manifest, items, mapping, name_of, namespace_of, text
from clusterwright.tools.quantity import quantity
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref, owner_of
from clusterwright.tools.snapshot import Snapshot

_GPU = "gpu"
_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Running:
    """What runs on one machine."""

    machine: str
    node: str
    pods: tuple[Manifest, ...] = ()
    """Those that a drain would move: no DaemonSet's, no static and no ended ones."""
    gpus: int = 0
    gpus_used: int = 0
    bare: tuple[str, ...] = ()
    """Pods that nothing would replace."""
    blocked: tuple[str, ...] = field(default=())
    """Budgets that allow no disruption at present."""

    def line(self) -> str:
        """Return it as one line."""
        machine, node = word(self.machine), word(self.node)
        where = f"{machine} (node {node})" if node else f"{machine} (no node)"
        names = [f"{namespace_of(one)}/{name_of(one)}" for one in self.pods]
        told = f": {few(names, _SHOWN)}" if names else ""
        count = f"{len(names)} pod{'s' * (len(names) != 1)}"
        gpus = f", {self.gpus_used} of {self.gpus} GPUs in use" if self.gpus else ""
        return f"{where}: {count}{gpus}{told}"


def running_on(machines: Iterable[Manifest], snapshot: Snapshot) -> list[Running]:
    """Return what runs on each machine, by the node that it says it is."""
    return [_on(one, snapshot) for one in machines]


def _on(machine: Manifest, snapshot: Snapshot) -> Running:
    node = _node_of(machine, snapshot)
    here = snapshot.pods_on(node) if node else ()
    pods = tuple(sorted((one for one in here if moves(one)), key=_heaviest))
    found = snapshot.get(Ref("Node", node)) if node else None
    budgets = {
        str(Ref.of(budget)): None
        for pod in pods
        if is_ready(pod)
        for budget in budgets_of(pod, snapshot)
        if spare(budget) < 1
    }
    return Running(
        name_of(machine),
        node,
        pods,
        _gpus_of(mapping(found or {}, "status", "allocatable")),
        sum(_gpus_asked(one) for one in pods),
        tuple(f"{namespace_of(one)}/{name_of(one)}" for one in pods if owner_of(one) is None),
        tuple(budgets),
    )


def _node_of(machine: Manifest, snapshot: Snapshot) -> str:
    """Return the node of a machine: as it tells, or else the one of its provider's id."""
    told = text(machine, "status", "nodeRef", "name")
    identity = text(machine, "spec", "providerID")
    return told or (snapshot.derived(_by_provider).get(identity, "") if identity else "")


def _by_provider(snapshot: Snapshot) -> dict[str, str]:
    return {text(one, "spec", "providerID"): name_of(one) for one in snapshot.of_kind("Node")}


def _heaviest(pod: Manifest) -> tuple[int, str, str]:
    return -_gpus_asked(pod), namespace_of(pod), name_of(pod)


def _gpus_asked(pod: Manifest) -> int:
    containers = items(pod, "spec", "containers")
    return sum(_gpus_of(mapping(one, "resources", "limits")) for one in containers)


def _gpus_of(resources: Manifest) -> int:
    """Return how many GPUs resources name, whoever made them: nvidia.com/gpu, amd.com/gpu."""
    return sum(
        int(quantity(amount))
        for name, amount in resources.items()
        if _GPU in name.rpartition("/")[2] and "/" in name
    )


def gpus(running: Sequence[Running]) -> tuple[int, int]:
    """Return how many GPUs machines have, and how many of them are in use."""
    return sum(one.gpus for one in running), sum(one.gpus_used for one in running)
