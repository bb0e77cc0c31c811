"""Read whether device plugins refuse more than one of a shared device, which no node tells."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from clusterwright.tools.errors import ForbiddenError, NotFoundError, RefusedError
from clusterwright.tools.gpu.changes.config_file import plugin_file
from clusterwright.tools.gpu.changes.sharing_config import LABEL, sharing_of
from clusterwright.tools.gpu.estate import CLUSTER_POLICY, estate_of
from clusterwright.tools.gpu.fit.node_info import requests
from clusterwright.tools.gpu.node import replicas_of
from clusterwright.tools.kubernetes.read import read_snapshot
from clusterwright.tools.manifest import Manifest, labels_of, name_of, text
from clusterwright.tools.snapshot import Snapshot

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.connection import Connection


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
    estate = estate_of(await read_snapshot(connection, [CLUSTER_POLICY]))
    try:
        file = await plugin_file(connection, estate)
    except (ForbiddenError, NotFoundError):  # then it is not known, which is told as that
        return {}
    if file is None:
        return {}
    keys = {name_of(one): labels_of(one).get(LABEL) or file.default for one in nodes}
    known = {key: _refuses(text(file.data, key)) for key in frozenset(keys.values())}
    return {name: refuses for name, key in keys.items() if (refuses := known[key]) is not None}


def _refuses(content: str) -> bool | None:
    try:
        sharing = sharing_of(content, "the configuration of the device plugin")
    except RefusedError:  # of what the plugin cannot read it says so itself
        return None
    return sharing.one_each if sharing.shared else None
