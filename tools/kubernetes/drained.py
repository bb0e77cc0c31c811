"""Which pods a drain moves away from a node, and which of them lose something by it.

As `kubectl drain` has it (k8s.io/kubectl, pkg/drain/filters.go), and Cluster API before it deletes
a Machine (core/reconcilers/machine/drain).
"""

from clusterwright.tools.kubernetes.analyzers.capacity import finished
from clusterwright.tools.manifest import Manifest, items, mapping, text
from clusterwright.tools.ref import owner_of

_OF_NODE = frozenset({"DaemonSet", "Node"})
_MIRROR = "kubernetes.io/config.mirror"
"""On pods that a kubelet runs from a file: they cannot be evicted (k8s.io/api/core/v1)."""


def moves(pod: Manifest) -> bool:
    """Return whether a pod has to go elsewhere: not a DaemonSet's, a static or an ended one."""
    owner = owner_of(pod)
    of_node = owner is not None and owner.kind in _OF_NODE
    return not (of_node or _MIRROR in mapping(pod, "metadata", "annotations") or finished(pod))


def is_evicted(pod: Manifest) -> bool:
    """Return whether a drain that starts now evicts a pod: it moves, and is not on its way yet."""
    return moves(pod) and "deletionTimestamp" not in mapping(pod, "metadata")


def keeps_data(pod: Manifest) -> bool:
    """Return whether a pod keeps data on its node, which is gone with the pod."""
    return any(
        "emptyDir" in one and text(one, "emptyDir", "medium") != "Memory"
        for one in items(pod, "spec", "volumes")
    )
