"""Judge a pod as kube-scheduler does: plugin by plugin in its order, on every node."""

from collections.abc import Callable, Mapping, Sequence
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

Ignored = frozenset[str]
_Filter = Callable[[NodeInfo], Rejection | None]


def judge(pod: Manifest, snapshot: Snapshot, ignored: Ignored = frozenset()) -> Verdict:
    """Return what the scheduler finds on every node; the snapshot holds all pods and nodes.

    Resources that are `ignored` are given out by somebody else, and no node need have them.
    """
    nodes = node_infos(snapshot, pod)
    names = filters.pinned(pod)
    if names is not None and not names:
        conflict = Rejection(Plugin.NODE_AFFINITY, ("pod affinity terms conflict",))
        return Verdict({node.name: conflict for node in nodes}, conflict)
    used = _filters(pod, nodes, snapshot, ignored)
    return Verdict({node.name: _first(used, node, names) for node in nodes})


def obstacles(
    pod: Manifest, snapshot: Snapshot, ignored: Ignored = frozenset()
) -> Mapping[str, Sequence[Rejection]]:
    """Return all that speaks against each node, of which the scheduler tells the first only."""
    nodes = node_infos(snapshot, pod)
    used = _filters(pod, nodes, snapshot, ignored)
    return {node.name: [found for one in used if (found := one(node))] for node in nodes}


def _filters(
    pod: Manifest, nodes: Sequence[NodeInfo], snapshot: Snapshot, ignored: Ignored
) -> Sequence[_Filter]:
    def namespace(name: str) -> Mapping[str, str]:
        return labels_of(snapshot.get(Ref("Namespace", name)) or {})

    return (
        partial(filters.node_unschedulable, pod),
        partial(filters.node_name, pod),
        partial(filters.taint_toleration, pod),
        partial(filters.node_affinity, pod),
        partial(filters.node_ports, pod),
        partial(filters.node_resources_fit, pod, delegated={}, ignored=ignored),
        TopologySpread(pod, nodes),
        PodAffinity(pod, nodes, namespace),
    )


def _first(
    used: Sequence[_Filter], node: NodeInfo, names: frozenset[str] | None
) -> Rejection | None:
    if names is not None and node.name not in names:
        reason = "node(s) didn't satisfy plugin(s) [NodeAffinity]"
        return Rejection(Plugin.NODE_AFFINITY, (reason,), "required affinity names other nodes")
    return next((found for one in used if (found := one(node)) is not None), None)
