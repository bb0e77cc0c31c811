"""Which new node would take a pod: one like a node that has enough and gave it away already."""

from collections.abc import Collection, Mapping, Sequence

from clusterwright.tools.gpu.fit.node_info import NodeInfo, requests
from clusterwright.tools.gpu.fit.rejection import Plugin, Rejection
from clusterwright.tools.kubernetes.owners.machine import origin_of
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.quotation import word

_MOVABLE = (Plugin.NODE_RESOURCES_FIT, Plugin.NODE_PORTS, Plugin.NODE_UNSCHEDULABLE)
"""What does not speak against a new node of the same kind."""


def another_node(
    pod: Manifest,
    nodes: Sequence[NodeInfo],
    against: Mapping[str, Sequence[Rejection]],
    elsewhere: Collection[str] = (),
) -> str:
    """Return which node to have one more of, and what made it; empty where none would help."""
    asked = {key: amount for key, amount in requests(pod).items() if key not in elsewhere}
    for node in nodes:
        enough = all(amount <= node.allocatable.get(key, 0) for key, amount in asked.items())
        if enough and all(one.plugin in _MOVABLE for one in against[node.name]):
            return f"a new node like {node.name} would take it{_maker(node)}"
    return ""


def _maker(node: NodeInfo) -> str:
    """Return the owner of the Machine that became the node, as Cluster API annotates it."""
    origin = origin_of(node.manifest)
    if not origin.owner or not origin.cluster:
        return ""
    kind = origin.owner_kind or "MachineSet"
    of = "the MachineDeployment of MachineSet" if kind == "MachineSet" else word(kind)
    whole = f"{word(origin.namespace)}/{word(origin.cluster)}"
    return f": scale {of} {word(origin.owner)} of Cluster {whole} (the Cluster API server does)"
