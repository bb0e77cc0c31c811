"""What the devices of a node are for: containers, or virtual machines.

Sources: NVIDIA/gpu-operator v26.7, controllers/state_manager.go (getWorkloadConfig,
gpuStateLabels); ROCm/gpu-operator v1.5, api/v1alpha1/deviceconfig_types.go, docs/kubevirt.
"""

from collections.abc import Iterable, Mapping

from clusterwright.tools.gpu.device_kind import DeviceKind, is_for_machines, kind_of
from clusterwright.tools.manifest import Manifest, strings, text, truth
from clusterwright.tools.ref import Ref

CONTAINER, PASSTHROUGH, VGPU = "container", "vm-passthrough", "vm-vgpu"
"""As NVIDIA's operator calls them."""
VF, PF = "vf-passthrough", "pf-passthrough"
"""As AMD's does: virtual functions that the driver gim makes, or the whole device."""
AMD_SELECTOR = {"feature.node.kubernetes.io/amd-gpu": "true"}
"""What a DeviceConfig without a selector selects (ROCm/gpu-operator, config_types.go)."""
WORKLOAD = "nvidia.com/gpu.workload.config"
_OF_NVIDIA = frozenset({CONTAINER, PASSTHROUGH, VGPU})
_OF_AMD = frozenset({CONTAINER, VF, PF})
_MODES = ("amd.com/gpu.mode", "beta.amd.com/gpu.mode")
_PLACED = {
    "nvidia.com/gpu.deploy.vfio-manager": PASSTHROUGH,
    "nvidia.com/gpu.deploy.vgpu-manager": VGPU,
    "nvidia.com/gpu.deploy.vgpu-device-manager": VGPU,
}
"""Labels that the operator sets once it has decided on a workload."""


def by_policy(policy: Manifest, labels: Mapping[str, str]) -> str:
    """Return what NVIDIA's operator sets a node up for.

    The label says nothing unless the ClusterPolicy has sandbox workloads.
    """
    if not truth(policy, "spec", "sandboxWorkloads", "enabled"):
        return CONTAINER
    default = text(policy, "spec", "sandboxWorkloads", "defaultWorkload")
    said = labels.get(WORKLOAD, "")
    if said in _OF_NVIDIA:
        return said
    return default if default in _OF_NVIDIA else CONTAINER


def by_config(config: Manifest, labels: Mapping[str, str]) -> str:
    """Return what AMD's operator sets a node up for; its labeller tells where no config does."""
    said = text(config, "spec", "driver", "driverType")
    return said if said in _OF_AMD else told_by(labels, {})


def selecting(configs: Iterable[Manifest], labels: Mapping[str, str]) -> Manifest | None:
    """Return the DeviceConfig that selects a node; the first by name, where several do."""
    for one in sorted(configs, key=lambda c: str(Ref.of(c))):
        if (strings(one, "spec", "selector") or AMD_SELECTOR).items() <= labels.items():
            return one
    return None


def told_by(labels: Mapping[str, str], capacity: Mapping[str, int]) -> str:
    """Return what a node itself tells of it, where its operator's object is not known.

    By what the operator placed, by AMD's labels, and at last by what the node offers.
    """
    placed = (one for key, one in _PLACED.items() if labels.get(key) == "true")
    modes = (labels[key] for key in _MODES if labels.get(key) in _OF_AMD)
    if said := next(placed, "") or next(modes, ""):
        return said
    kinds = {kind_of(key) for key, n in capacity.items() if n} - {None}
    if kinds == {DeviceKind.VGPU}:
        return VGPU
    return PASSTHROUGH if kinds == {DeviceKind.PASSTHROUGH} else CONTAINER


def suits(workload: str, resource: str) -> bool:
    """Return whether a node for such workloads offers such a resource.

    AMD's plugin offers `amd.com/gpu` whatever it is for.
    """
    kind = kind_of(resource)
    if workload == PASSTHROUGH:
        return kind is DeviceKind.PASSTHROUGH
    if workload == VGPU:
        return kind is DeviceKind.VGPU
    return workload != CONTAINER or not is_for_machines(resource)


def wanted(resource: str) -> str:
    """Return what NVIDIA's operator sets a node up for that is to offer a resource."""
    return f"{PASSTHROUGH} or {VGPU}" if is_for_machines(resource) else CONTAINER
