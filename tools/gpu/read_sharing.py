"""Read whether device plugins refuse more than one of a shared device, which no node tells."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from clusterwright.tools.errors import ForbiddenError, NotFoundError, RefusedError
from clusterwright.tools.gpu.changes.sharing_config import sharing_of
from clusterwright.tools.gpu.estate import CLUSTER_POLICY, estate_of
from clusterwright.tools.gpu.fit.node_info import requests
from clusterwright.tools.gpu.node import replicas_of
from clusterwright.tools.kubernetes.read import read_snapshot
from clusterwright.tools.manifest import Manifest, labels_of, mapping, name_of, strings, text
from clusterwright.tools.ref import legal
from clusterwright.tools.snapshot import Snapshot

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.connection import Connection

_LABEL = "nvidia.com/device-plugin.config"
_HOME = "gpu-operator"


async def read_refusals(
    connection: "Connection", snapshot: Snapshot, pod: Manifest
) -> Mapping[str, bool]:
    """Return by node whether its plugin refuses a pod that asks for more than one shared device.

    Nodes that share nothing the pod asks more than one of, and those of which it is not known, are
    left out; where there are only such, nothing is read.
    """
    many = [key for key, amount in requests(pod).items() if amount > 1]
    nodes = [
        one
        for one in snapshot.of_kind("Node")
        if any(replicas_of(labels_of(one), key) > 1 for key in many)
    ]
    if not nodes:
        return {}
    served = await connection.served("nvidia.com")
    if CLUSTER_POLICY not in {one.kind_key for one in served}:
        return {}
    policy = estate_of(await read_snapshot(connection, [CLUSTER_POLICY])).policy
    config = mapping(policy, "spec", "devicePlugin", "config")
    home = text(policy, "status", "namespace") or _HOME
    data = await _data(connection, home, text(config, "name"))
    told = {
        name_of(one): _refuses(data.get(labels_of(one).get(_LABEL) or text(config, "default")))
        for one in nodes
    }
    return {name: refuses for name, refuses in told.items() if refuses is not None}


async def _data(connection: "Connection", namespace: str, name: str) -> Mapping[str, str]:
    ref = legal("ConfigMap", name, namespace, "v1") if name else None
    if ref is None:
        return {}
    try:
        found = await connection.live(ref)
    except (ForbiddenError, NotFoundError):  # then it is not known, which is told as that
        return {}
    return strings(found or {}, "data")


def _refuses(content: str | None) -> bool | None:
    if content is None:
        return None
    try:
        sharing = sharing_of(content, "the configuration of the device plugin")
    except RefusedError:  # of what the plugin cannot read it says so itself
        return None
    return sharing.one_each if sharing.shared else None
