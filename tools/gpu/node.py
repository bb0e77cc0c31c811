"""One node with accelerators: what it has, what is given away, and how it is shared out."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from clusterwright.tools.gpu.device_kind import DeviceKind, kind_of
from clusterwright.tools.gpu.vendor import (
    CLOUD_LABELS,
    MAKERS,
    PCI_LABELS,
    PRESENT,
    Vendor,
    vendor_of,
)
from clusterwright.tools.gpu.workload import CONTAINER
from clusterwright.tools.manifest import Manifest, items, labels_of, name_of, text
from clusterwright.tools.ref import Ref

_COUNT = re.compile(r"[0-9]{1,9}\Z")
_VENDORS = frozenset(Vendor)
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
    published: Vendor | None = None
    """Whose devices its ResourceSlices hold, if it has some."""
    workload: str = CONTAINER
    """What its devices are for: `container`, `vm-passthrough`, `vm-vgpu`, or AMD's words."""

    @cached_property
    def ref(self) -> Ref:
        """The node."""
        return Ref("Node", name_of(self.manifest))

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """Its labels."""
        return labels_of(self.manifest)

    @cached_property
    def vendor(self) -> Vendor:
        """Whose devices they are: by what discovery found, else by labels, resources, slices."""
        taints = taint_keys(self.manifest)
        found = vendor_of_node(self.labels, self.capacity, taints)
        return found or self.published or Vendor.NVIDIA

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
        """The product without what tells how it is shared: `-SHARED`, `-MIG-1g.10gb`.

        Where its devices are for virtual machines no discovery runs: their resource is a name.
        """
        told = self.product.removesuffix("-SHARED").partition("-MIG-")[0]
        return told or next((key.partition("/")[2] for key in self._passed_through), "")

    @property
    def _passed_through(self) -> Sequence[str]:
        there = (key for key, n in self.capacity.items() if n and not key.endswith("/pgpu"))
        return [key for key in there if kind_of(key) is DeviceKind.PASSTHROUGH]

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
        return replicas_of(self.labels, "nvidia.com/gpu")

    @property
    def sharing(self) -> str:
        """How devices are shared: `none`, `time-slicing` or `mps`."""
        return self.labels.get("nvidia.com/gpu.sharing-strategy", "none")

    @property
    def vgpu_config(self) -> str:
        """The vGPU types that are asked for; its manager has a default."""
        return self.labels.get("nvidia.com/vgpu.config", "")

    @property
    def vgpu_state(self) -> str:
        """What became of them: `pending`, `rebooting`, `success` or `failed`."""
        return self.labels.get("nvidia.com/vgpu.config.state", "")

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


def replicas_of(labels: Mapping[str, str], resource: str) -> int:
    """Return how many pods share each device of a resource on a node with such labels."""
    name = resource.removesuffix(".shared")
    return _number(labels.get(f"{name}.replicas")) or 1


def taint_keys(node: Manifest) -> frozenset[str]:
    """Return the keys of a node's taints."""
    return frozenset(text(one, "key") for one in items(node, "spec", "taints"))


def vendor_of_node(
    labels: Mapping[str, str], capacity: Counts, taints: Collection[str] = ()
) -> Vendor | None:
    """Return whose devices a node has or should have; None for a node without any sign of some.

    The best sign counts: what discovery found, what an operator marked, what labels tell, what it
    offers, and at last what its cloud or its taints say, of a node that nobody has looked at.
    """
    for label, vendor in PCI_LABELS.items():
        if labels.get(label) == "true":
            return vendor
    for vendor, label in PRESENT.items():
        if labels.get(label) == "true":
            return vendor
    for key, value in labels.items():  # `gpu.present` is false where no device is any more
        prefix, _, name = key.partition("/")
        if prefix in _VENDORS and value != "false" and name.startswith(("gpu.", "mig.config")):
            return Vendor(prefix)
    offered = (vendor_of(key) for key, n in capacity.items() if n)
    return next((one for one in offered if one), None) or _promised(labels, taints)


def _promised(labels: Mapping[str, str], taints: Collection[str]) -> Vendor | None:
    for label in CLOUD_LABELS:
        value = labels.get(label, "").lower()
        for vendor, words in MAKERS.items():
            if value.startswith(words):
                return vendor
    return next((vendor for vendor in Vendor if f"{vendor}/gpu" in taints), None)


def _number(value: str | None) -> int | None:
    return int(value) if value and _COUNT.match(value) else None
