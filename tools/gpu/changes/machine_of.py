"""The machine behind a node, by the annotations that Cluster API writes on it.

Source: cluster-api, api/core/v1beta2/common_types.go and the Machine controller's node labels.
"""

import json

from clusterwright.tools.gpu.node import GpuNode
from clusterwright.tools.manifest import strings
from clusterwright.tools.ref import legal

_DOMAIN = "cluster.x-k8s.io"


def more_machines(node: GpuNode | None) -> str:
    """Return how more nodes like this one are asked for; empty where no Cluster API made it."""
    if node is None:
        return ""
    marks = strings(node.manifest, "metadata", "annotations")
    name, namespace = (marks.get(f"{_DOMAIN}/cluster-{one}", "") for one in ("name", "namespace"))
    kind, owner = (marks.get(f"{_DOMAIN}/owner-{one}", "") for one in ("kind", "name"))
    if kind != "MachineSet" or legal("Cluster", name, namespace, "") is None or not namespace:
        return ""
    deployment = owner.rpartition("-")[0]
    if legal("MachineDeployment", deployment, namespace, "") is None:
        return ""
    change = json.dumps({"kind": "scale", "name": f"{namespace}/{name}", "pool": deployment})
    return (
        f"more nodes like it come from MachineDeployment {deployment}: capi_plan_change"
        f' {change[:-1]}, "replicas": <one more>}}'
    )
