"""Read a cluster's accelerators into an Estate: nodes, pods, and the operators' own kinds."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from clusterwright.tools.gpu.estate import Estate, estate_of
from clusterwright.tools.gpu.ownership import USUAL
from clusterwright.tools.gpu.settings import load_gpu_settings
from clusterwright.tools.kubernetes.read import read_snapshot
from clusterwright.tools.snapshot import Snapshot

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.connection import Connection

BASE = ("Node", "Pod", "DaemonSet", "Event", "Namespace", "ResourceQuota")
"""Kinds that every cluster has; ReplicaSet and Deployment are read where workloads are named."""
OWNERS = ("ReplicaSet", "Deployment", "StatefulSet", "Job")
_MAYBE = {
    "nvidia.com": ("ClusterPolicy", "NVIDIADriver", "GPUCluster"),
    "amd.com": ("DeviceConfig",),
    "resource.k8s.io": ("DeviceClass", "ResourceSlice", "ResourceClaim", "ResourceClaimTemplate"),
    "resource.nvidia.com": ("ComputeDomain",),
    "kueue.x-k8s.io": ("ClusterQueue", "LocalQueue", "Workload", "ResourceFlavor"),
    "scheduling.run.ai": ("Queue", "PodGroup", "BindRequest"),
    "scheduling.volcano.sh": ("Queue", "PodGroup"),
    "topology.node.k8s.io": ("NodeResourceTopology",),
    "sriovnetwork.openshift.io": ("SriovNetworkNodeState",),
    "mellanox.com": ("NicClusterPolicy",),
}
"""Kinds of operators and queues: of those that are not served nothing is said."""
_EXPECTED = frozenset({"Node", "Pod", "DaemonSet"})
"""Kinds of which it says something that there are none."""


async def read_estate(
    connection: "Connection", namespace: str | None = None, more: Iterable[str] = OWNERS
) -> Estate:
    """Return the accelerators of a cluster; what may not be read is a gap.

    All namespaces are read: who holds a device may be in any. `namespace` is only kept, to tell
    whose pods are asked about. Raises NotFoundError for one that does not exist, UnreachableError
    where the cluster does not answer, InvalidInputError for settings that are not valid.
    """
    if namespace:
        await connection.require_namespace(namespace)
    kinds = [*BASE, *more]
    for group, names in _MAYBE.items():
        served = {one.kind for one in await connection.served(group)}
        suffix = "" if group == "resource.k8s.io" else f".{group}"
        kinds += [f"{name}{suffix}" for name in names if name in served]
    read = await read_snapshot(connection, kinds, whole=True)
    coverage = read.coverage.model_copy(update={"checked": there(read.coverage.checked)})
    return estate_by_settings(replace(read, coverage=coverage, namespace=namespace or ""))


def estate_by_settings(read: Snapshot) -> Estate:
    """Return what was read as an estate in which the settings' namespaces count.

    Raises InvalidInputError for settings that are not valid.
    """
    usual = USUAL | set(load_gpu_settings().operand_namespaces)
    return replace(estate_of(read), usual=usual)


def there(checked: Mapping[str, int]) -> dict[str, int]:
    """Return counts by kind without those of kinds that a cluster need not have, and has not."""
    return {kind: count for kind, count in checked.items() if count or kind in _EXPECTED}
