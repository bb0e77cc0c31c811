"""Judge a pod as kube-scheduler does: plugin by plugin in its order, on every node."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial

from clusterwright.tools.gpu.fit import filters
from clusterwright.tools.gpu.fit.dynamic_resources import DynamicResources
from clusterwright.tools.gpu.fit.node_info import NodeInfo, node_infos, requests
from clusterwright.tools.gpu.fit.pod_affinity import PodAffinity
from clusterwright.tools.gpu.fit.rejection import Plugin, Rejection
from clusterwright.tools.gpu.fit.topology_spread import TopologySpread
from clusterwright.tools.gpu.fit.verdict import Verdict
from clusterwright.tools.gpu.fit.volumes import Volumes
from clusterwright.tools.manifest import Manifest, dig, items, labels_of, text, truth
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

Ignored = frozenset[str]
_Filter = Callable[[NodeInfo], Rejection | None]


def judge(pod: Manifest, snapshot: Snapshot, ignored: Ignored = frozenset()) -> Verdict:
    """Return what the scheduler finds on every node; the snapshot holds all pods and nodes.

    Resources that are `ignored` are given out by somebody else, and no node need have them.
    """
    return _Case(pod, snapshot, ignored).verdict()


def obstacles(
    pod: Manifest, snapshot: Snapshot, ignored: Ignored = frozenset()
) -> Mapping[str, Sequence[Rejection]]:
    """Return all that speaks against each node, of which the scheduler tells the first only."""
    case = _Case(pod, snapshot, ignored)
    return {
        node.name: [found for one in case.filters if (found := one(node))] for node in case.nodes
    }


def fits_on(pod: Manifest, snapshot: Snapshot, names: Collection[str], ignored: Ignored) -> bool:
    """Return whether the scheduler has no objection on any of some nodes."""
    case = _Case(pod, snapshot, ignored)
    return case.everywhere() is None and not any(
        case.first(node) for node in case.nodes if node.name in names
    )


class _Case:
    """One pod, and the plugins that look at it, prepared for all nodes."""

    def __init__(self, pod: Manifest, snapshot: Snapshot, ignored: Ignored) -> None:
        self.nodes = node_infos(snapshot, pod)
        self._names = filters.pinned(pod)
        self._volumes = Volumes(pod, self.nodes, snapshot)
        self._claims = DynamicResources(pod, snapshot)
        delegated = self._claims.mapped

        self._doubts = set(_of_node_features(pod))

        def namespace(name: str) -> Mapping[str, str]:
            if not snapshot.was_read("Namespace"):
                self._doubts.add("affinity by labels of namespaces, which could not be read")
            return labels_of(snapshot.get(Ref("Namespace", name)) or {})

        self.filters: Sequence[_Filter] = (
            partial(filters.node_unschedulable, pod),
            partial(filters.node_name, pod),
            partial(filters.taint_toleration, pod),
            partial(filters.node_affinity, pod),
            partial(filters.node_ports, pod),
            partial(
                filters.node_resources_fit, requests(pod), delegated=delegated, ignored=ignored
            ),
            self._volumes,
            TopologySpread(pod, self.nodes),
            PodAffinity(pod, self.nodes, namespace),
            self._claims,
        )

    def verdict(self) -> Verdict:
        """Return the first objection on each node, unless none is looked at."""
        if everywhere := self.everywhere():
            return Verdict({node.name: everywhere for node in self.nodes}, everywhere)
        nodes = {node.name: self.first(node) for node in self.nodes}
        doubts = self._doubts | self._volumes.doubts | self._claims.doubts
        return Verdict(nodes, None, sorted(doubts))

    def everywhere(self) -> Rejection | None:
        """Return why no node is looked at."""
        if self._names is not None and not self._names:
            reason = "pod affinity terms conflict"
            return Rejection(Plugin.NODE_AFFINITY, (reason,), "no node has two names")
        return self._volumes.refused or self._claims.refused

    def first(self, node: NodeInfo) -> Rejection | None:
        """Return the first objection on a node."""
        if self._names is not None and node.name not in self._names:
            reason = "node(s) didn't satisfy plugin(s) [NodeAffinity]"
            return Rejection(Plugin.NODE_AFFINITY, (reason,), "required affinity names other nodes")
        return next((found for one in self.filters if (found := one(node)) is not None), None)


def _of_node_features(pod: Manifest) -> Iterator[str]:
    """Yield what a pod needs of a kubelet that declares it (NodeDeclaredFeatures)."""
    own_users = dig(pod, "spec", "hostUsers") is False and truth(pod, "spec", "hostNetwork")
    restarts = any(
        text(rule, "action") == "RestartAllContainers"
        for one in items(pod, "spec", "containers")
        for rule in items(one, "restartPolicyRules")
    )
    if own_users or restarts:
        yield "whether the kubelet declares a feature that the pod needs"
