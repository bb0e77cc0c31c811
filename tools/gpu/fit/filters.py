"""What a node is refused for by its own: cordon, name, taints, labels, ports, resources.

Each function is one plugin of kube-scheduler v1.36 (pkg/scheduler/framework/plugins), and returns
None where it lets the pod pass.
"""

from collections.abc import Collection, Iterator, Sequence

from clusterwright.tools.gpu.fit.caveats import reserved
from clusterwright.tools.gpu.fit.node_info import PODS, NodeInfo, Whole
from clusterwright.tools.gpu.fit.rejection import Plugin, Rejection
from clusterwright.tools.kubernetes.analyzers.node_match import affinity_terms, repelling, selects
from clusterwright.tools.manifest import Manifest, items, number, text, texts, truth
from clusterwright.tools.quantity import spelled

_ANY_ADDRESS = {"", "0.0.0.0"}  # noqa: S104  (an address that is compared, not bound)
_SMALL = 1000
"""Thousandths in which cpu is counted."""


def node_unschedulable(pod: Manifest, node: NodeInfo) -> Rejection | None:
    """Refuse a cordoned node, unless the pod tolerates that."""
    if truth(node.manifest, "spec", "unschedulable") and repelling(
        pod, {"spec": {"unschedulable": True}}
    ):
        reason = "node(s) were unschedulable"
        return Rejection(Plugin.NODE_UNSCHEDULABLE, (reason,), "cordoned")
    return None


def node_name(pod: Manifest, node: NodeInfo) -> Rejection | None:
    """Refuse every node but the one that the pod names."""
    wanted = text(pod, "spec", "nodeName")
    if wanted and wanted != node.name:
        reason = "node(s) didn't match the requested node name"
        return Rejection(Plugin.NODE_NAME, (reason,), f"the pod names {wanted}")
    return None


def taint_toleration(pod: Manifest, node: NodeInfo) -> Rejection | None:
    """Refuse a node with a taint that the pod does not tolerate."""
    taints = items(node.manifest, "spec", "taints")
    found = repelling(pod, {"spec": {"taints": taints}})
    if found:
        reason = "node(s) had untolerated taint(s)"
        return Rejection(Plugin.TAINT_TOLERATION, (reason,), f"taint {', '.join(found)}")
    return None


def node_affinity(pod: Manifest, node: NodeInfo) -> Rejection | None:
    """Refuse a node that selector or required affinity leave out."""
    if selects(pod, node.manifest):
        return None
    reason = "node(s) didn't match Pod's node affinity/selector"
    return Rejection(Plugin.NODE_AFFINITY, (reason,), "labels")


def pinned(pod: Manifest) -> frozenset[str] | None:
    """Return the names that required affinity allows, as for pods of DaemonSets; None: any.

    The scheduler looks at no other node then, and says so of them in one sentence.
    """
    names: set[str] = set()
    terms = affinity_terms(pod)
    for term in terms:
        own: set[str] | None = None
        for one in items(term, "matchFields"):
            if text(one, "key") == "metadata.name" and text(one, "operator") == "In":
                values = set(texts(one, "values"))
                own = values if own is None else own & values
        if own is None:
            return None
        names |= own
    return frozenset(names) if terms else None


def node_ports(pod: Manifest, node: NodeInfo) -> Rejection | None:
    """Refuse a node on which another pod has a host port that this one wants."""
    wanted = list(_host_ports(pod))
    if not wanted:
        return None
    used = [port for one in (*node.pods, *node.nominated) for port in _host_ports(one)]
    for one in wanted:
        if any(_conflict(one, other) for other in used):
            reason = "node(s) didn't have free ports for the requested pod ports"
            return Rejection(Plugin.NODE_PORTS, (reason,), f"host port {one[2]} is taken")
    return None


def node_resources_fit(
    asked: Whole, node: NodeInfo, delegated: Collection[str], ignored: Collection[str]
) -> Rejection | None:
    """Refuse a node that has less left than is asked for, and name all that it lacks.

    Of a `delegated` resource that the node itself has none of, DynamicResources decides.
    """
    reasons: list[str] = []
    detail: list[str] = []
    if node.free(PODS) < 1:
        reasons.append("Too many pods")
        detail.append(f"runs {node.taken.get(PODS, 0)} of {node.allocatable.get(PODS, 0)} pods")
    for resource, amount in asked.items():
        if resource == PODS or not amount or amount <= node.free(resource):
            continue
        if resource in ignored:
            continue
        if resource in delegated and not node.allocatable.get(resource, 0):
            continue
        reasons.append(f"Insufficient {resource}")
        detail.append(short_of(resource, node))
    return (
        Rejection(Plugin.NODE_RESOURCES_FIT, tuple(reasons), "; ".join(detail)) if reasons else None
    )


def short_of(resource: str, node: NodeInfo) -> str:
    """Return how much of a resource is free on a node, and how much it has."""
    has = node.allocatable.get(resource, 0)
    if not has:
        why = reserved(resource, node)
        return f"no {resource}: {why}" if why else f"no {resource}"
    free = max(0, node.free(resource))
    return f"{resource} {units(free, resource)} free of {units(has, resource)}"


def units(amount: int, resource: str) -> str:
    """Return a whole amount as people write it."""
    return spelled(amount / _SMALL if resource == "cpu" else amount, resource)


_Port = tuple[str, str, int]
"""Protocol, address, port."""


def _host_ports(pod: Manifest) -> Iterator[_Port]:
    """Yield what a pod's containers, and its sidecars, take of the node's ports."""
    sidecars = (
        one
        for one in items(pod, "spec", "initContainers")
        if text(one, "restartPolicy") == "Always"
    )
    for container in (*items(pod, "spec", "containers"), *sidecars):
        for port in items(container, "ports"):
            if found := number(port, "hostPort"):
                yield text(port, "protocol") or "TCP", text(port, "hostIP"), found


def _conflict(one: _Port, other: _Port) -> bool:
    if (one[0], one[2]) != (other[0], other[2]):
        return False
    addresses: Sequence[str] = (one[1], other[1])
    return any(address in _ANY_ADDRESS for address in addresses) or one[1] == other[1]
