"""What changes of nodes have to know beside the nodes: the operators' objects and ConfigMaps.

It only reads. An operator that is not there brings nothing; what may not be read is an error.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from clusterwright.tools.gpu.changes.config_file import (
    NAMESPACE,
    ConfigFile,
    plugin_file,
    read_file,
)
from clusterwright.tools.gpu.changes.label_node import LabelNode
from clusterwright.tools.gpu.changes.node_change import Known, NodeChange, policy_of
from clusterwright.tools.gpu.changes.set_mig import SetMig
from clusterwright.tools.gpu.changes.set_sharing import SetSharing
from clusterwright.tools.gpu.estate import DEVICE_CONFIG, Estate
from clusterwright.tools.gpu.operands import OWNERS
from clusterwright.tools.gpu.read import estate_by_settings
from clusterwright.tools.kubernetes.changes.kind import Change
from clusterwright.tools.kubernetes.changes.step import Scene
from clusterwright.tools.kubernetes.read import read_snapshot
from clusterwright.tools.manifest import items, namespace_of, text

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.clusters import Clusters
    from clusterwright.tools.kubernetes.client.connection import Connection

_OPERATED = frozenset(kind for kinds in OWNERS.values() for kind in kinds)
_MIG_CONFIG, _MIG_VOLUME = "default-mig-parted-config", "mig-parted-config"


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
        for group in OWNERS
        for one in await connection.served(group)
        if one.kind_key in _OPERATED
    ]
    read = await read_snapshot(connection, kinds)
    around = scene.around
    objects = {**around.objects, **read.objects}
    gaps = (*around.coverage.gaps, *read.coverage.gaps)
    coverage = around.coverage.model_copy(update={"gaps": gaps})
    estate = estate_by_settings(replace(around, objects=objects, coverage=coverage))
    scene = replace(scene, around=estate)
    known = {one.ref: await _known(connection, estate, one) for one in own}
    return replace(scene, prepared=known)


async def _known(connection: "Connection", estate: Estate, change: NodeChange) -> Known:
    match change:
        case SetMig():
            return Known(mig=await read_file(connection, *mig_layouts(estate, change.node)))
        case SetSharing():
            return Known(sharing=await plugin_file(connection, estate))
        case LabelNode(label=label) if label.startswith("dcm.amd.com/"):
            return Known(partitions=await _partitions(connection, estate))
        case _:
            return Known()


def mig_layouts(estate: Estate, node: str) -> tuple[str, str]:
    """Return where the MIG manager of a node has its layouts: as the ClusterPolicy names them.

    Where it names none, as the manager's pod mounts them, if that is an operand's.
    """
    pod, policy = estate.operand_pods(node).get("mig-manager", {}), policy_of(estate)
    home = estate.home or namespace_of(pod) or NAMESPACE
    name = text(policy, "spec", "migManager", "config", "name")
    if name:
        return home, name
    for volume in items(pod, "spec", "volumes"):
        name = text(volume, "configMap", "name")
        if text(volume, "name") == _MIG_VOLUME and name:
            return namespace_of(pod), name
    return namespace_of(pod) or home, _MIG_CONFIG


async def _partitions(connection: "Connection", estate: Estate) -> ConfigFile | None:
    for one in estate.of_kind(DEVICE_CONFIG):
        name = text(one, "spec", "configManager", "config", "name")
        if name:
            return await read_file(connection, namespace_of(one), name)
    return None
