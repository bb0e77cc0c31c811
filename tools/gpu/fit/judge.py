"""Judge a pod as kube-scheduler does: plugin by plugin in its order, on every node."""

from collections.abc import Callable, Sequence
from functools import partial

from clusterwright.tools.gpu.fit import filters
from clusterwright.tools.gpu.fit.node_info import NodeInfo, node_infos
from clusterwright.tools.gpu.fit.pod_affinity import PodAffinity
from clusterwright.tools.gpu.fit.rejection import Plugin, Rejection
from clusterwright.tools.gpu.fit.topology_spread import TopologySpread
from clusterwright.tools.gpu.fit.verdict import Verdict
from clusterwright.tools.manifest import Manifest, labels_of
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

_Filter = Callable[[NodeInfo], Rejection | None]


def judge(pod: Manifest, snapshot: Snapshot) -> Verdict:
    """Return what the scheduler finds on every node; the snapshot holds all pods and nodes."""
    nodes = node_infos(snapshot, pod)
    names = filters.pinned(pod)
    if names is not None and not names:
        conflict = Rejection(Plugin.NODE_AFFINITY, ("pod affinity terms conflict",))
        return Verdict({node.name: conflict for node in nodes}, conflict)
    used = _filters(pod, nodes, snapshot)
    left_out = Rejection(
        Plugin.NODE_AFFINITY, ("node(s) didn't satisfy plugin(s) [NodeAffinity]",), "not named"
    )
    return Verdict(
        {
            node.name: left_out
            if names is not None and node.name not in names
            else _first(used, node)
            for node in nodes
        }
    )


def _filters(pod: Manifest, nodes: Sequence[NodeInfo], snapshot: Snapshot) -> Sequence[_Filter]:
    return (
        partial(filters.node_unschedulable, pod),
        partial(filters.node_name, pod),
        partial(filters.taint_toleration, pod),
        partial(filters.node_affinity, pod),
        partial(filters.node_ports, pod),
        partial(filters.node_resources_fit, pod, classes={}),
        TopologySpread(pod, nodes),
        PodAffinity(pod, nodes, lambda name: labels_of(snapshot.get(Ref("Namespace", name)) or {})),
    )


def _first(used: Sequence[_Filter], node: NodeInfo) -> Rejection | None:
    return next((found for one in used if (found := one(node)) is not None), None)
