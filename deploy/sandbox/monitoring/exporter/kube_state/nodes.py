"""kube_node_*: nodes."""

from clusterwright.deploy.sandbox.monitoring.exporter.exposition import Exposition, labelled
from clusterwright.deploy.sandbox.monitoring.exporter.kube_state.shared import (
    conditions,
    created,
    resource_labels,
)
from clusterwright.tools.manifest import Manifest, items, mapping, name_of, strings, text, truth
from clusterwright.tools.quantity import quantities

_ROLE = "node-role.kubernetes.io/"


def node(one: Manifest, out: Exposition) -> None:
    """Add the series of a node."""
    labels = labelled(node=name_of(one))
    info = mapping(one, "status", "nodeInfo")
    addresses = {text(a, "type"): text(a, "address") for a in items(one, "status", "addresses")}
    more = labelled(
        kernel_version=text(info, "kernelVersion"),
        os_image=text(info, "osImage"),
        container_runtime_version=text(info, "containerRuntimeVersion"),
        kubelet_version=text(info, "kubeletVersion"),
        provider_id=text(one, "spec", "providerID"),
        internal_ip=addresses.get("InternalIP", ""),
    )
    out.add("kube_node_info", f"{labels},{more}" if more else labels, 1)
    created("kube_node_created", one, labels, out)
    for label in strings(one, "metadata", "labels"):
        if label.startswith(_ROLE):
            role = labelled(role=label.removeprefix(_ROLE))
            out.add("kube_node_role", f"{labels},{role}", 1)
    out.add("kube_node_spec_unschedulable", labels, float(truth(one, "spec", "unschedulable")))
    for taint in items(one, "spec", "taints"):
        spelled = labelled(
            key=text(taint, "key"), value=text(taint, "value"), effect=text(taint, "effect")
        )
        out.add("kube_node_spec_taint", f"{labels},{spelled}", 1)
    conditions("kube_node_status_condition", one, labels, out)
    for what in ("capacity", "allocatable"):
        for resource, amount in quantities(one, "status", what).items():
            out.add(f"kube_node_status_{what}", f"{labels},{resource_labels(resource)}", amount)
