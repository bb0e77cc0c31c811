"""What would do instead of a device of which little is used: a part of it by MIG, or a smaller one.

Memory is what it has to hold; whether it is fast enough is only told where compute has room as
well. Source of the parts: NVIDIA MIG User Guide, "Supported MIG Profiles" (compute slices are
sevenths, memory slices eighths; 4g takes half of the memory).
"""

from collections.abc import Mapping

from clusterwright.tools.gpu.measured.device import Device
from clusterwright.tools.gpu.vendor import Vendor

_MARGIN = 1.2
"""What memory and engines should have beyond what was needed at most, and on average."""
_PARTS = (("1g", 1 / 7, 1 / 8), ("2g", 2 / 7, 2 / 8), ("3g", 3 / 7, 4 / 8), ("4g", 4 / 7, 4 / 8))
_MUCH_SMALLER = 0.75
_HARDLY_BUSY = 0.25
_LEAST_GIB = 1.0
"""What any program needs that begins to use a device."""


def smaller(device: Device, models: Mapping[str, float]) -> str:
    """Return what would do; empty where nothing smaller would, or it cannot be told.

    Args:
        device: one that is used little.
        models: GiB of the memory of each model of the cluster.
    """
    if device.used is None or not device.total or device.busy is None or device.key.instance:
        return ""
    memory, busy = max(device.used, _LEAST_GIB) * _MARGIN, device.busy * _MARGIN
    node = device.node
    if device.vendor is Vendor.NVIDIA and node and node.mig_capable and len(device.pods) == 1:
        for part, compute, share in _PARTS:
            if memory <= share * device.total and busy <= compute:
                return f"a MIG {part} part of {share * device.total:.3g} GiB would do"
    if busy <= _HARDLY_BUSY:
        fitting = {
            gib: model
            for model, gib in models.items()
            if memory <= gib <= _MUCH_SMALLER * device.total and model != device.model
        }
        if fitting:
            return f"it would fit into a {fitting[min(fitting)]} of {min(fitting):.3g} GiB"
    return ""
