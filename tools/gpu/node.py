"""One node with accelerators: what it has, what is given away, and how it is shared out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from clusterwright.tools.gpu.vendor import PCI_LABELS, PRESENT, Vendor, vendor_of
from clusterwright.tools.manifest import Manifest, labels_of, name_of
from clusterwright.tools.ref import Ref

_COUNT = re.compile(r"[0-9]{1,9}\Z")
Counts = Mapping[str, int]
"""Devices by resource."""


@dataclass(frozen=True)
class GpuNode:
    """A node that has accelerators, or says by any label or resource that it should."""

    manifest: Manifest
    capacity: Counts
    allocatable: Counts
    requested: Counts
    """By pods that are bound to it and have not ended."""
    simulated: str = ""
    """What its hardware is imitated by; empty for real hardware."""

    @property
    def ref(self) -> Ref:
        """The node."""
        return Ref("Node", name_of(self.manifest))

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """Its labels."""
        return labels_of(self.manifest)

    @cached_property
    def vendor(self) -> Vendor:
        """Whose devices they are: by what discovery found, else by labels, else by resources."""
        return vendor_of_node(self.labels, self.capacity) or Vendor.NVIDIA

    @property
    def free(self) -> Counts:
        """What a pod could still get; less than none is none."""
        return {key: max(0, n - self.requested.get(key, 0)) for key, n in self.allocatable.items()}

    @property
    def product(self) -> str:
        """The product, as the vendor's discovery labels it; empty where it has not."""
        return (
            self.labels.get("nvidia.com/gpu.product")
            or self.labels.get("amd.com/gpu.product-name")
            or self.labels.get("beta.amd.com/gpu.product-name")
            or ""
        )

    @property
    def model(self) -> str:
        """The product without what tells how it is shared: `-SHARED`, `-MIG-1g.10gb`."""
        return self.product.removesuffix("-SHARED").partition("-MIG-")[0]

    @property
    def count(self) -> int | None:
        """Devices that discovery counted; None where it has not."""
        return _number(self.labels.get("nvidia.com/gpu.count"))

    @property
    def memory(self) -> int | None:
        """MiB of memory of each device, where discovery told it."""
        return _number(self.labels.get("nvidia.com/gpu.memory"))

    @property
    def replicas(self) -> int:
        """Pods that share a device by time-slicing or MPS; 1 where it is not shared."""
        return _number(self.labels.get("nvidia.com/gpu.replicas")) or 1

    @property
    def sharing(self) -> str:
        """How devices are shared: `none`, `time-slicing` or `mps`."""
        return self.labels.get("nvidia.com/gpu.sharing-strategy", "none")

    @property
    def mig_config(self) -> str:
        """The MIG layout that is asked for."""
        return self.labels.get("nvidia.com/mig.config", "")

    @property
    def mig_state(self) -> str:
        """What became of it: `pending`, `rebooting`, `success` or `failed`."""
        return self.labels.get("nvidia.com/mig.config.state", "")

    @property
    def mig_strategy(self) -> str:
        """How MIG devices are advertised: `none`, `single` or `mixed`."""
        return self.labels.get("nvidia.com/mig.strategy", "")

    @property
    def mig_capable(self) -> bool:
        """Whether discovery says that its devices can be split."""
        return self.labels.get("nvidia.com/mig.capable") == "true"

    @property
    def upgrade_state(self) -> str:
        """Where the driver's upgrade stands: `upgrade-done`, `drain-required`, ..."""
        return self.labels.get("nvidia.com/gpu-driver-upgrade-state", "")


def vendor_of_node(labels: Mapping[str, str], capacity: Counts) -> Vendor | None:
    """Return whose devices a node has or should have; None for a node without any sign of some."""
    found = (vendor for label, vendor in PCI_LABELS.items() if labels.get(label) == "true")
    marked = (vendor for vendor, label in PRESENT.items() if labels.get(label) == "true")
    by_label = (
        vendor
        for vendor in Vendor
        if any(
            key.startswith(f"{vendor}/gpu.") or key == f"{vendor}/mig.config"
            for key, value in labels.items()
            if value != "false"  # as the operator leaves `gpu.present` where no device is any more
        )
    )
    offered = (vendor_of(key) for key, count in capacity.items() if count)
    for vendors in (found, marked, by_label, offered):
        vendor = next((one for one in vendors if one), None)
        if vendor:
            return vendor
    return None


def _number(value: str | None) -> int | None:
    return int(value) if value and _COUNT.match(value) else None
