"""How more nodes like one are asked for, by what it says of the machine that it is."""

import json

from clusterwright.tools.gpu.node import GpuNode
from clusterwright.tools.kubernetes.owners.machine import origin_of
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.ref import legal


def capacity_change(node: GpuNode | None) -> Manifest | None:
    """Return the change of Cluster API that makes more nodes like this one, but for how many.

    None where no MachineDeployment made it.
    """
    if node is None:
        return None
    origin = origin_of(node.manifest)
    name, namespace = origin.cluster, origin.namespace
    named = legal("Cluster", name, namespace, "") is not None and namespace
    if origin.owner_kind != "MachineSet" or not named:
        return None
    deployment = origin.owner.rpartition("-")[0]
    if legal("MachineDeployment", deployment, namespace, "") is None:
        return None
    return {"kind": "scale", "name": f"{namespace}/{name}", "pool": deployment}


def more_machines(node: GpuNode | None) -> str:
    """Return how more nodes like this one are asked for; empty where no Cluster API made it."""
    change = capacity_change(node)
    if change is None:
        return ""
    return (
        f"more nodes like it come from MachineDeployment {change['pool']}: capi_plan_change"
        f' {json.dumps(change)[:-1]}, "replicas": <one more>}}'
    )
