"""The accelerators that nodes of the sandbox imitate, as the vendors' discovery describes them.

Products, memory and compute capability are those of NVIDIA's GPU feature discovery
(k8s-device-plugin, docs/gpu-feature-discovery) and, of AMD, those of ROCm/k8s-device-plugin's node
labeller. MIG profiles are from NVIDIA's MIG user guide. Names for virtual machines are those of
kubevirt-gpu-device-plugin (utils/pci.ids), types of vGPU those of gpu-operator,
assets/state-vgpu-device-manager.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from clusterwright.tools.manifest import Manifest, strings

STEER = "gpu.sandbox.clusterwright.io/"
"""Annotations that steer what is simulated: on a Node, and some on a Pod."""
PRODUCT, COUNT = f"{STEER}product", f"{STEER}count"
"""What hardware a node has; without them nothing here looks after it."""
_DIGITS = 2
"""Of the number of devices: no machine has a hundred."""
DRIVER_VERSION = "580.105.08"


@dataclass(frozen=True, slots=True)
class Profile:
    """One size of MIG device."""

    compute: int
    """Compute slices, of 7."""
    memory: int
    """Memory slices, of 8."""
    mib: int
    multiprocessors: int


@dataclass(frozen=True, slots=True)
class Product:
    """What discovery tells of a product."""

    name: str
    vendor: str
    memory: int
    """MiB of one device."""
    device_id: str
    family: str
    compute: str = ""
    """CUDA compute capability, `9.0`."""
    machine: str = ""
    profiles: Mapping[str, Profile] = field(default_factory=dict[str, Profile])
    passed_through: str = ""
    """As what it is offered to virtual machines: its name in pci.ids, in capitals."""
    vgpus: Mapping[str, int] = field(default_factory=dict[str, int])
    """Types of vGPU that it can have, and how many of each."""


NVIDIA, AMD = "nvidia.com", "amd.com"
_A100 = {
    "1g.10gb": Profile(1, 1, 9728, 14),
    "1g.10gb+me": Profile(1, 1, 9728, 14),
    "1g.20gb": Profile(1, 2, 19968, 14),
    "2g.20gb": Profile(2, 2, 19968, 28),
    "3g.40gb": Profile(3, 4, 40192, 42),
    "4g.40gb": Profile(4, 4, 40192, 56),
    "7g.80gb": Profile(7, 8, 81050, 98),
}
_H100 = {
    "1g.10gb": Profile(1, 1, 10112, 16),
    "1g.10gb+me": Profile(1, 1, 10112, 16),
    "1g.20gb": Profile(1, 2, 20096, 26),
    "2g.20gb": Profile(2, 2, 20096, 32),
    "3g.40gb": Profile(3, 4, 40448, 60),
    "4g.40gb": Profile(4, 4, 40448, 64),
    "7g.80gb": Profile(7, 8, 81008, 132),
}
PRODUCTS = {
    one.name: one
    for one in (
        Product(
            *("Tesla-T4", NVIDIA, 15360, "1eb8", "turing", "7.5", "ProLiant-DL380-Gen10"),
            passed_through="TU104GL_TESLA_T4",
            vgpus={"T4-16Q": 1, "T4-8Q": 2, "T4-4Q": 4, "T4-2Q": 8, "T4-1Q": 16},
        ),
        Product(
            *("NVIDIA-A100-SXM4-80GB", NVIDIA, 81920, "20b2", "ampere", "8.0", "DGXA100", _A100),
            passed_through="GA100_A100_SXM4_80GB",
            vgpus={"A100D-80C": 1, "A100D-20C": 4, "A100D-10C": 8},
        ),
        Product(
            *("NVIDIA-H100-80GB-HBM3", NVIDIA, 81559, "2330", "hopper", "9.0", "DGXH100", _H100),
            passed_through="GH100_H100_SXM5_80GB",
            vgpus={"H100XM-80C": 1},
        ),
        Product("AMD_Instinct_MI300X_OAM", AMD, 196608, "74a1", "AI"),
    )
}


@dataclass(frozen=True, slots=True)
class Hardware:
    """The devices of one node."""

    product: Product
    count: int


def hardware_of(node: Manifest) -> Hardware | None:
    """Return what a node is said to have; None where nothing, or nothing that is known here."""
    said = strings(node, "metadata", "annotations")
    product, count = PRODUCTS.get(said.get(PRODUCT, "")), said.get(COUNT, "")
    known = count.isdecimal() and len(count) <= _DIGITS
    return Hardware(product, int(count)) if product and known else None
