"""Required topology spread: how unevenly the pods of a selector may lie (PodTopologySpread)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from clusterwright.tools.gpu.fit.filters import taint_toleration
from clusterwright.tools.gpu.fit.node_info import NodeInfo
from clusterwright.tools.gpu.fit.rejection import Plugin, Rejection
from clusterwright.tools.kubernetes.analyzers.node_match import selects
from clusterwright.tools.kubernetes.label_selector import matches
from clusterwright.tools.manifest import (
    Json,
    Manifest,
    dig,
    items,
    labels_of,
    mapping,
    namespace_of,
    number,
    text,
    texts,
)

_REASON = "node(s) didn't match pod topology spread constraints"
_Labels = dict[str, str]


class TopologySpread:
    """The constraints of one pod, counted over all nodes."""

    def __init__(self, pod: Manifest, nodes: Sequence[NodeInfo]) -> None:
        """Count the pods that each constraint looks at, by domain."""
        listed = items(pod, "spec", "topologySpreadConstraints")
        required = [one for one in listed if text(one, "whenUnsatisfiable") == "DoNotSchedule"]
        keys = {text(one, "topologyKey") for one in required}
        within = [node for node in nodes if keys <= node.labels.keys()] if required else []
        self._constraints = [_counted(one, pod, within) for one in required]

    def __call__(self, node: NodeInfo) -> Rejection | None:
        """Refuse a node that would make a domain too full, or that is in none."""
        for one in self._constraints:
            if one.key not in node.labels:
                reason = f"{_REASON} (missing required label)"
                return Rejection(Plugin.POD_TOPOLOGY_SPREAD, (reason,), f"no label {one.key}")
            domain = node.labels[one.key]
            if one.pods[domain] + one.own - one.least > one.skew:
                detail = f"{one.key} would hold {one.pods[domain] + one.own}, the least {one.least}"
                return Rejection(Plugin.POD_TOPOLOGY_SPREAD, (_REASON,), detail)
        return None


@dataclass(frozen=True, slots=True)
class _Constraint:
    key: str
    skew: int
    own: int
    """1 where the pod is one of those that are counted."""
    pods: Counter[str]
    least: int


def _counted(constraint: Manifest, pod: Manifest, nodes: Sequence[NodeInfo]) -> _Constraint:
    key, namespace = text(constraint, "topologyKey"), namespace_of(pod)
    same = _same(constraint, pod)
    selector: Json = dig(constraint, "labelSelector")
    pods: Counter[str] = Counter()
    for node in nodes:
        if _included(constraint, pod, node):
            # A selector that leaves nothing out counts nothing: countPodsMatchSelector.
            pods[node.labels[key]] += sum(
                _selected(selector, same, labels_of(one))
                for one in node.pods
                if (selector or same)
                and namespace_of(one) == namespace
                and not text(one, "metadata", "deletionTimestamp")
            )
    enough = len(pods) >= (number(constraint, "minDomains") or 1)
    return _Constraint(
        key,
        number(constraint, "maxSkew"),
        int(_selected(selector, same, labels_of(pod))),
        pods,
        min(pods.values()) if pods and enough else 0,
    )


def _included(constraint: Manifest, pod: Manifest, node: NodeInfo) -> bool:
    """Return whether a node counts for a constraint: by default, only where labels let the pod."""
    affinity = text(constraint, "nodeAffinityPolicy") or "Honor"
    if affinity == "Honor" and not selects(pod, node.manifest):
        return False
    taints = text(constraint, "nodeTaintsPolicy") == "Honor"
    return not (taints and taint_toleration(pod, node))


def _same(constraint: Manifest, pod: Manifest) -> _Labels:
    own = labels_of(pod)
    return {key: own[key] for key in texts(constraint, "matchLabelKeys") if key in own}


def _selected(selector: Json, same: _Labels, labels: _Labels) -> bool:
    """Return whether a selector matches; none at all matches nothing, an empty one everything."""
    if not isinstance(selector, dict):
        return False
    return same.items() <= labels.items() and matches(mapping(selector), labels)
