"""Who has what a pod waits for, and who of them would give way to it."""

from collections.abc import Sequence
from dataclasses import dataclass

from clusterwright.tools.gpu.fit.node_info import NodeInfo
from clusterwright.tools.manifest import Manifest, number, text
from clusterwright.tools.ref import Ref


@dataclass(frozen=True, slots=True)
class Holder:
    """A pod that has some of a resource."""

    pod: Ref
    node: str
    amount: int
    priority: int
    leaving: bool
    """Whether its deletion was asked for: what it has comes free by itself."""


def holders(resource: str, nodes: Sequence[NodeInfo]) -> Sequence[Holder]:
    """Return the pods that have some of a resource on the nodes, those of least priority first."""
    found = [
        Holder(
            Ref.of({"apiVersion": "v1", **one, "kind": "Pod"}),
            node.name,
            amount,
            number(one, "spec", "priority"),
            bool(text(one, "metadata", "deletionTimestamp")),
        )
        for node in nodes
        for one, asked in zip(node.pods, node.requested, strict=True)
        if (amount := asked.get(resource, 0))
    ]
    return sorted(found, key=lambda one: (not one.leaving, one.priority, -one.amount, one.pod))


def would_preempt(pod: Manifest) -> bool:
    """Return whether the scheduler may evict pods of lower priority for this one."""
    return text(pod, "spec", "preemptionPolicy") != "Never"
