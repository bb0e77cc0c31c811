"""Pods that ask for devices which the nodes they may be on have for something else.

Containers beside virtual machines: a node offers its GPUs to either, under different names, as its
label `nvidia.com/gpu.workload.config` and the ClusterPolicy say (NVIDIA/gpu-operator,
controllers/state_manager.go).
"""

from collections.abc import Sequence

from clusterwright.tools.excerpt import few
from clusterwright.tools.finding import FieldEvidence, Finding, ask
from clusterwright.tools.gpu.analyzers.about import Cure, cure, label
from clusterwright.tools.gpu.analyzers.none_free import repaired
from clusterwright.tools.gpu.analyzers.waiting import Waiting
from clusterwright.tools.gpu.node import GpuNode
from clusterwright.tools.gpu.vendor import Vendor, vendor_of
from clusterwright.tools.gpu.workload import CONTAINER, WORKLOAD, suits, wanted
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref

CODE = "gpu/workload-mismatch"
_SHOWN = 2


def suspect(one: Waiting) -> Finding | None:
    """Return a finding when every node that pods may be on has its devices for something else."""
    if repaired(one):
        return None
    for resource in one.asked:
        nodes = [node for node in one.open if node.vendor is vendor_of(resource)]
        if vendor_of(resource) is not Vendor.NVIDIA or not nodes:
            continue
        if not any(suits(node.workload, resource) or _has(node, resource) for node in nodes):
            return _finding(one, resource, nodes)
    return None


def _has(node: GpuNode, resource: str) -> bool:
    return bool(node.capacity.get(resource))


def _finding(one: Waiting, resource: str, nodes: Sequence[GpuNode]) -> Finding:
    first = nodes[0]
    where = first.ref.name if len(nodes) == 1 else f"the {len(nodes)} nodes that it may be on"
    there = sorted({key for node in nodes for key, n in node.allocatable.items() if n})
    offered = f"they offer {few([word(key) for key in there], 3)}" if there else "they offer none"
    whom = "containers" if first.workload == CONTAINER else "virtual machines"
    sentence = (
        f"The GPUs of {where} are for {whom} ({_set(one, first)}): none is offered as"
        f" {word(resource)}; {offered}"
    )
    return one.finding(CODE, sentence, resource, *_cures(resource, nodes), evidence=_shown(first))


def _set(one: Waiting, node: GpuNode) -> str:
    """Return by what they are for that."""
    if node.labels.get(WORKLOAD):
        return f"{WORKLOAD}={word(node.labels[WORKLOAD])}"
    if node.workload != CONTAINER and one.estate.policy:
        name = Ref.of(one.estate.policy)
        return f"{node.workload}, which is defaultWorkload of {name}"
    return node.workload


def _shown(node: GpuNode) -> tuple[FieldEvidence, ...]:
    return (label(node.manifest, WORKLOAD),)


def _cures(resource: str, nodes: Sequence[GpuNode]) -> tuple[Cure, ...]:
    names = few([node.ref.name for node in nodes], _SHOWN)
    elsewhere = Cure("Let the pods be on nodes whose GPUs are for what they do: their selector")
    anew = cure(
        "Or set a node up for it, which takes its GPUs from those who have them now",
        "label_node",
        node=ask(f"which node to set up anew: {names}"),
        label=WORKLOAD,
        value=ask(f"{wanted(resource)}, if the node's GPUs are to be for that from now on"),
    )
    return elsewhere, anew
