"""Node labels: what NFD finds on the bus, and what the operator makes of it.

Rules: NVIDIA/gpu-operator, controllers/state_manager.go (labelGPUNodes, addGPUStateLabels,
removeAllGPUStateLabels); ROCm/gpu-operator, its NodeFeatureRule.
"""

from collections.abc import Mapping

from clusterwright.deploy.sandbox.gpu.hardware import AMD, Hardware, hardware_of
from clusterwright.deploy.sandbox.gpu.nodes import KERNEL
from clusterwright.deploy.sandbox.gpu.operands import DEPLOY
from clusterwright.deploy.sandbox.gpu.operator.world import has_label, steered
from clusterwright.tools.manifest import Manifest, labels_of, text, truth

_NFD = "feature.node.kubernetes.io/"
PRESENT = "nvidia.com/gpu.present"
OPERANDS_OFF = f"{DEPLOY}operands"
MIG_CONFIG = "nvidia.com/mig.config"
PCI = tuple(f"{_NFD}pci-{one}.present" for one in ("10de", "0302_10de", "0300_10de"))
WORKLOAD = "nvidia.com/gpu.workload.config"
CONTAINER, PASSTHROUGH, VGPU = "container", "vm-passthrough", "vm-vgpu"
_PLACED = {
    CONTAINER: (
        *("driver", "gpu-feature-discovery", "container-toolkit", "device-plugin", "dcgm"),
        *("dcgm-exporter", "node-status-exporter", "operator-validator"),
    ),
    PASSTHROUGH: (
        *("sandbox-device-plugin", "sandbox-validator", "vfio-manager", "kata-manager"),
        "cc-manager",
    ),
    VGPU: (
        *("sandbox-device-plugin", "vgpu-manager", "vgpu-device-manager", "sandbox-validator"),
        "cc-manager",
    ),
}
"""Operands that a node has by what its devices are for."""
_STATES = tuple(dict.fromkeys(f"{DEPLOY}{one}" for some in _PLACED.values() for one in some))
_MIG_MANAGER = f"{DEPLOY}mig-manager"
_MIG_CAPABLE = ("h100", "a100", "a30")
Labels = Mapping[str, str | None]
"""Labels to set, and those to remove as None."""


def nfd(node: Manifest) -> Labels:
    """Return the labels of node feature discovery; those of the bus can be kept from it."""
    hardware = hardware_of(node)
    off = steered(node, "nfd") == "off"
    amd = hardware is not None and hardware.product.vendor == AMD
    system = {
        "kernel-version.full": KERNEL,
        "kernel-version.major": "5",
        "kernel-version.minor": "15",
        "system-os_release.ID": "ubuntu",
        "system-os_release.VERSION_ID": "22.04",
        "system-os_release.VERSION_ID.major": "22",
        "system-os_release.VERSION_ID.minor": "04",
        "cpu-model.vendor_id": "AMD" if amd else "Intel",
    }
    bus = {
        "amd-gpu": "true" if amd else None,
        "pci-1002.present": "true" if amd else None,
        "pci-10de.present": None if amd or not hardware else "true",
    }
    found: dict[str, str | None] = dict.fromkeys((*system, *bus))
    if not off:
        found = {**system, **bus}
    return {f"{_NFD}{key}": value for key, value in found.items()}


def workload_of(policy: Manifest, node: Manifest) -> str:
    """Return what a node's devices are for, as getWorkloadConfig tells it."""
    if not truth(policy, "spec", "sandboxWorkloads", "enabled"):
        return CONTAINER
    said = labels_of(node).get(WORKLOAD, "")
    default = text(policy, "spec", "sandboxWorkloads", "defaultWorkload") or CONTAINER
    return said if said in _PLACED else default


def operator_labels(node: Manifest, workload: str) -> Labels:
    """Return the labels by which NVIDIA's operator places its operands, with what is removed."""
    labels = labels_of(node)
    if not any(labels.get(one) == "true" for one in PCI):
        if not has_label(node, PRESENT):
            return {}
        return {PRESENT: "false"} | dict.fromkeys((*_STATES, _MIG_MANAGER))
    if steered(node, "operator") == "off":
        return {}
    found: dict[str, str | None] = {PRESENT: "true"}
    if has_label(node, OPERANDS_OFF, "false"):
        return found | dict.fromkeys((*_STATES, _MIG_MANAGER))
    # A value that is there already is honoured, whatever it says.
    own = [f"{DEPLOY}{one}" for one in _PLACED[workload]]
    found |= {one: "true" for one in own if one not in labels}
    found |= {one: None for one in _STATES if one in labels and one not in own}
    if workload != CONTAINER:
        return found | {_MIG_MANAGER: None}
    if mig_capable(node):
        found |= {one: "true" for one in (_MIG_MANAGER,) if one not in labels}
        found |= {MIG_CONFIG: "all-disabled"} if not labels.get(MIG_CONFIG) else {}
    return found


def mig_capable(node: Manifest) -> bool:
    """Return whether labels say that devices can be split; the product tells before GFD has."""
    labels = labels_of(node)
    if "nvidia.com/mig.capable" in labels:
        return labels["nvidia.com/mig.capable"] == "true"
    product = labels.get("nvidia.com/gpu.product", "").lower()
    return any(one in product for one in _MIG_CAPABLE)


def amd_labels(hardware: Hardware) -> Labels:
    """Return the labels of AMD's node labeller."""
    product = hardware.product
    return {
        "amd.com/gpu.device-id": product.device_id,
        "amd.com/gpu.product-name": product.name,
        "amd.com/gpu.vram": f"{product.memory // 1024}G",
        "amd.com/gpu.family": product.family,
        "amd.com/gpu.cu-count": "304",
        "amd.com/gpu.simd-count": "1216",
        "amd.com/gpu.driver-version": "6.16.6",
        "amd.com/compute-partitioning-supported": "true",
        "amd.com/memory-partitioning-supported": "true",
        "amd.com/compute-memory-partition": "spx_nps1",
    }
