"""What is ready on a node, by which init containers and the device plugin go."""

from collections.abc import Mapping

from clusterwright.deploy.sandbox.gpu.hardware import AMD, NVIDIA, hardware_of
from clusterwright.deploy.sandbox.gpu.operands import DEPLOY, key_of
from clusterwright.deploy.sandbox.gpu.operator.discovery import (
    CONTAINER,
    PASSTHROUGH,
    workload_of,
)
from clusterwright.deploy.sandbox.gpu.operator.layout import lacks_config
from clusterwright.deploy.sandbox.gpu.operator.policy import in_force
from clusterwright.deploy.sandbox.gpu.operator.situation import (
    AMD_DRIVER,
    CONFIG,
    DEVICES,
    DRIVER,
    TOOLKIT,
    VFIO,
    VGPU_MANAGER,
    VGPUS,
)
from clusterwright.deploy.sandbox.gpu.operator.vgpu import APPLIED
from clusterwright.deploy.sandbox.gpu.operator.world import World, steered
from clusterwright.tools.manifest import Manifest, condition, labels_of, mapping, truth

_PRE_INSTALLED = "pre-installed"
"""What k8s-driver-manager labels a node with whose host brings the driver."""


def ready_pods(world: World, node: Manifest) -> dict[str, Manifest]:
    """Return the operands' pods of a node that are Ready, by operand."""
    return {
        key: pod
        for pod in world.pods_on(node)
        if (key := key_of(pod)) and condition(pod, "Ready").get("status") == "True"
    }


def there_on(world: World, node: Manifest) -> set[str]:
    """Return what is ready on a node."""
    hardware = hardware_of(node)
    if hardware and hardware.product.vendor == AMD:
        return set() if steered(node, "driver") else {AMD_DRIVER}
    ready = ready_pods(world, node)
    policy = in_force(world)
    workload = workload_of(policy, node)
    if workload != CONTAINER:
        return _for_machines(node, ready, workload)
    found: set[str] = set()
    for key, block in ((DRIVER, "driver"), (TOOLKIT, "toolkit")):
        by_host = labels_of(node).get(f"{DEPLOY}{key}") == _PRE_INSTALLED
        installed = (by_host or not wants(world, block)) and not steered(node, key)
        if key in ready or installed:
            found.add(key)
    if _offers_devices(node):
        found.add(DEVICES)
    if not lacks_config(world, policy, node):
        found.add(CONFIG)
    return found


def _for_machines(node: Manifest, ready: Mapping[str, Manifest], workload: str) -> set[str]:
    """Return what is ready on a node for virtual machines; what it does without counts as that."""
    if workload == PASSTHROUGH:
        return {CONFIG, VGPU_MANAGER, VGPUS} | ({VFIO} if "vfio-manager" in ready else set())
    found = {CONFIG, VFIO}
    if "vgpu-manager" in ready:
        found |= {VGPU_MANAGER} | ({VGPUS} if steered(node, APPLIED) else set())
    return found


def wants(world: World, block: str) -> bool:
    """Return whether the ClusterPolicy in force asks for an operand."""
    return any(truth(one, "spec", block, "enabled") for one in world.all("ClusterPolicy"))


def _offers_devices(node: Manifest) -> bool:
    allocatable = mapping(node, "status", "allocatable")
    return any(
        key.startswith(f"{NVIDIA}/") and value not in {"0", 0} for key, value in allocatable.items()
    )
