"""Whether a freshly started sandbox has all that it should: every node offers its devices."""

from clusterwright.deploy.sandbox.gpu.hardware import AMD, hardware_of
from clusterwright.deploy.sandbox.gpu.operator.layout import unhealthy
from clusterwright.deploy.sandbox.gpu.operator.policy import in_force
from clusterwright.deploy.sandbox.gpu.operator.world import World
from clusterwright.tools.manifest import labels_of, mapping, name_of, text


def unsettled(world: World) -> str:
    """Return what is still missing, or nothing."""
    if not world.complete:
        return "not everything was listed"
    for node in world.all("Node"):
        hardware = hardware_of(node)
        if hardware is None or unhealthy(node, hardware):
            continue
        prefix = f"{hardware.product.vendor}/"
        offered = mapping(node, "status", "allocatable")
        if not any(key.startswith(prefix) and value != "0" for key, value in offered.items()):
            return f"{name_of(node)} offers no device"
        told = "amd.com/gpu.product-name" if prefix == f"{AMD}/" else "nvidia.com/gpu.product"
        if told not in labels_of(node):
            return f"{name_of(node)} does not tell its product"
        state = labels_of(node).get("nvidia.com/mig.config.state", "success")
        if state != "success":
            return f"{name_of(node)}: MIG is {state}"
    state = text(in_force(world), "status", "state")
    return "" if state == "ready" else f"the ClusterPolicy is {state or 'new'}"
