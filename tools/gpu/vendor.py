"""Whose accelerator a resource, a label or a node speaks of."""

import math
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache

from clusterwright.tools.gpu.network_devices import names_network
from clusterwright.tools.kubernetes.analyzers.capacity import Amounts
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.quantity import quantities


class Vendor(StrEnum):
    """Who makes an accelerator, as its resources are prefixed."""

    NVIDIA = "nvidia.com"
    AMD = "amd.com"
    INTEL = "gpu.intel.com"


PORTIONS_OF_HAMI = frozenset(
    {
        *("nvidia.com/gpumem", "nvidia.com/gpumem-percentage", "nvidia.com/gpucores"),
        "nvidia.com/priority",
    }
)
_PORTIONS = PORTIONS_OF_HAMI | {"gpu.intel.com/memory.max", "gpu.intel.com/millicores"}
"""Resources that limit how much of a device is used; they count no devices."""


@lru_cache(maxsize=4_096)
def vendor_of(resource: str) -> Vendor | None:
    """Return whose device a resource counts: `nvidia.com/mig-1g.10gb`, `amd.com/cpx_nps4`."""
    prefix, _, name = resource.partition("/")
    if not name or resource in _PORTIONS or names_network(name):
        return None
    return Vendor(prefix) if prefix in set(Vendor) else None


def accelerators(amounts: Amounts) -> Mapping[str, int]:
    """Return the devices among amounts of resources, those of which there are none included.

    An amount below 0, infinite or no number is none.
    """
    return {key: _count(amounts[key]) for key in sorted(amounts) if vendor_of(key)}


def counted(node: Manifest, which: str) -> Mapping[str, int]:
    """Return the devices of a node's status: of its `capacity`, or that are `allocatable`."""
    return accelerators(quantities(node, "status", which))


def _count(amount: float) -> int:
    return max(0, int(amount)) if math.isfinite(amount) else 0


PCI_LABELS: Mapping[str, Vendor] = {
    "feature.node.kubernetes.io/pci-10de.present": Vendor.NVIDIA,
    "feature.node.kubernetes.io/pci-0302_10de.present": Vendor.NVIDIA,
    "feature.node.kubernetes.io/pci-0300_10de.present": Vendor.NVIDIA,
    "feature.node.kubernetes.io/amd-gpu": Vendor.AMD,
    "feature.node.kubernetes.io/amd-vgpu": Vendor.AMD,
    "intel.feature.node.kubernetes.io/gpu": Vendor.INTEL,
}
"""Labels by which node feature discovery says that a device is there, when they are `true`.

Sources: NVIDIA/gpu-operator, controllers/state_manager.go; ROCm/gpu-operator, NodeFeatureRule;
intel/intel-device-plugins-for-kubernetes, NodeFeatureRule.
"""
PRESENT: Mapping[Vendor, str] = {Vendor.NVIDIA: "nvidia.com/gpu.present"}
"""The label by which an operator takes a node for one that it looks after."""

CLOUD_LABELS = (
    "cloud.google.com/gke-accelerator",
    "k8s.amazonaws.com/accelerator",
    "karpenter.k8s.aws/instance-gpu-manufacturer",
    "karpenter.azure.com/sku-gpu-manufacturer",
    "kubernetes.azure.com/accelerator",
    "accelerator",
)
"""Labels by which clouds and autoscalers say what a machine was made with."""
MAKERS: Mapping[Vendor, tuple[str, ...]] = {
    Vendor.NVIDIA: ("nvidia", "tesla-"),
    Vendor.AMD: ("amd",),
    Vendor.INTEL: ("intel",),
}
"""How the values of those labels begin."""
