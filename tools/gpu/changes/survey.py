"""What changes of nodes have to know beside the nodes: the operators' objects and ConfigMaps.

It only reads. An operator that is not there brings nothing; what may not be read is an error.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from clusterwright.tools.gpu.changes.label_node import LabelNode
from clusterwright.tools.gpu.changes.node_change import ConfigFile, Known, NodeChange, policy_of
from clusterwright.tools.gpu.changes.set_mig import SetMig
from clusterwright.tools.gpu.changes.set_sharing import SetSharing
from clusterwright.tools.gpu.estate import DEVICE_CONFIG, Estate, estate_of
from clusterwright.tools.kubernetes.changes.kind import Change
from clusterwright.tools.kubernetes.changes.step import Scene
from clusterwright.tools.kubernetes.read import read_snapshot
from clusterwright.tools.manifest import Manifest, items, mapping, namespace_of, text
from clusterwright.tools.ref import legal

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.clusters import Clusters
    from clusterwright.tools.kubernetes.client.connection import Connection

_GROUPS = {"nvidia.com": frozenset({"ClusterPolicy"}), "amd.com": frozenset({"DeviceConfig"})}
_MIG_CONFIG, _MIG_VOLUME = "default-mig-parted-config", "mig-parted-config"
_NAMESPACE = "gpu-operator"


async def survey(
    clusters: "Clusters", connection: "Connection", changes: Sequence[Change], scene: Scene
) -> Scene:
    """Return a scene with the operators' own objects, and what each change looks up by name."""
    del clusters
    own = [one for one in changes if isinstance(one, NodeChange)]
    if not own:
        return scene
    kinds = [
        one.kind_key
        for group, names in _GROUPS.items()
        for one in await connection.served(group)
        if one.kind in names
    ]
    read = await read_snapshot(connection, kinds)
    objects = {**scene.around.objects, **read.objects}
    scene = replace(scene, around=replace(scene.around, objects=objects))
    estate = scene.around.derived(estate_of)
    known = {one.ref: await _known(connection, estate, one) for one in own}
    return replace(scene, prepared=known)


async def _known(connection: "Connection", estate: Estate, change: NodeChange) -> Known:
    match change:
        case SetMig():
            return Known(mig=await _file(connection, *_mig(estate, change.node)))
        case SetSharing():
            return Known(sharing=await _sharing(connection, estate))
        case LabelNode(label=label) if label.startswith("dcm.amd.com/"):
            return Known(partitions=await _partitions(connection, estate))
        case _:
            return Known()


async def _file(
    connection: "Connection", namespace: str, name: str, default: str = ""
) -> ConfigFile | None:
    ref = legal("ConfigMap", name, namespace, "v1")
    if ref is None or not namespace:
        return None
    found = await connection.live(ref)
    return ConfigFile(ref, None if found is None else mapping(found, "data"), default)


def _mig(estate: Estate, node: str) -> tuple[str, str]:
    """Return where the MIG manager of a node has its layouts: as its pod mounts them."""
    pod = estate.operand_pods(node).get("mig-manager", {})
    for volume in items(pod, "spec", "volumes"):
        name = text(volume, "configMap", "name")
        if text(volume, "name") == _MIG_VOLUME and name:
            return namespace_of(pod), name
    policy = policy_of(estate)
    name = text(policy, "spec", "migManager", "config", "name") or _MIG_CONFIG
    return namespace_of(pod) or _home(policy), name


async def _sharing(connection: "Connection", estate: Estate) -> ConfigFile | None:
    policy = policy_of(estate)
    config = mapping(policy, "spec", "devicePlugin", "config")
    if not text(config, "name"):
        return None
    return await _file(connection, _home(policy), text(config, "name"), text(config, "default"))


async def _partitions(connection: "Connection", estate: Estate) -> ConfigFile | None:
    for one in estate.of_kind(DEVICE_CONFIG):
        name = text(one, "spec", "configManager", "config", "name")
        if name:
            return await _file(connection, namespace_of(one), name)
    return None


def _home(policy: Manifest) -> str:
    """Return the namespace of the operator's operands."""
    return text(policy, "status", "namespace") or _NAMESPACE
