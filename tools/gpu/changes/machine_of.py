"""How more nodes like one are asked for, by what it says of the machine that it is."""

import json

from clusterwright.tools.gpu.node import GpuNode
from clusterwright.tools.kubernetes.owners.machine import origin_of
from clusterwright.tools.ref import legal


def more_machines(node: GpuNode | None) -> str:
    """Return how more nodes like this one are asked for; empty where no Cluster API made it."""
    if node is None:
        return ""
    origin = origin_of(node.manifest)
    name, namespace = origin.cluster, origin.namespace
    named = legal("Cluster", name, namespace, "") is not None and namespace
    if origin.owner_kind != "MachineSet" or not named:
        return ""
    deployment = origin.owner.rpartition("-")[0]
    if legal("MachineDeployment", deployment, namespace, "") is None:
        return ""
    change = json.dumps({"kind": "scale", "name": f"{namespace}/{name}", "pool": deployment})
    return (
        f"more nodes like it come from MachineDeployment {deployment}: capi_plan_change"
        f' {change[:-1]}, "replicas": <one more>}}'
    )
