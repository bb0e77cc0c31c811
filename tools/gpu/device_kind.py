"""What a device is that a resource counts: whole, shared, a part, or one for virtual machines.

Sources: NVIDIA/k8s-device-plugin v0.18, README (sharing, MIG); NVIDIA/kubevirt-gpu-device-plugin
v1.6, pkg/device_plugin (a passed-through GPU is named as pci.ids names it, in capitals; a vGPU as
its type, with underscores); the plugin for Kata Containers offers `nvidia.com/pgpu`;
ROCm/k8s-device-plugin (partitions).
"""

import re
from enum import StrEnum
from functools import lru_cache

from clusterwright.tools.gpu.vendor import Vendor, vendor_of

_VGPU = re.compile(r"[A-Za-z][\w.]*(?:-[\w.]+)*-\d{1,3}[ABCQ]\Z")
_PASSTHROUGH = re.compile(r"pgpu\Z|G[A-Z]\d{2,3}\w*\Z|TU\d{3}\w*\Z|AD\d{3}\w*\Z|[0-9A-Fa-f]{4}\Z")


class DeviceKind(StrEnum):
    """What one device of a resource is."""

    WHOLE = "whole"
    SHARED = "shared"
    """By its name; with a name that is not changed, the node's labels tell."""
    PART = "part"
    """By MIG, or by AMD's partitioning."""
    PASSTHROUGH = "passthrough"
    VGPU = "vgpu"


FOR_MACHINES = frozenset({DeviceKind.PASSTHROUGH, DeviceKind.VGPU})
"""Kinds that a container has no use for."""


@lru_cache(maxsize=4_096)
def kind_of(resource: str) -> DeviceKind | None:
    """Return what a resource counts; None for what is no accelerator."""
    vendor, name = vendor_of(resource), resource.partition("/")[2]
    if vendor is None:
        return None
    if name.endswith(".shared"):
        return DeviceKind.SHARED
    if name.startswith("mig-") or (vendor is Vendor.AMD and "_nps" in name):
        return DeviceKind.PART
    if vendor is Vendor.NVIDIA:
        if _VGPU.match(name):
            return DeviceKind.VGPU
        if _PASSTHROUGH.match(name):
            return DeviceKind.PASSTHROUGH
    return DeviceKind.WHOLE


def is_for_machines(resource: str) -> bool:
    """Return whether a resource counts devices for virtual machines, by its name alone.

    AMD's plugin offers `amd.com/gpu` for both: there the node tells.
    """
    return kind_of(resource) in FOR_MACHINES
