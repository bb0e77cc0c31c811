"""What dcgm-exporter finds on a simulated node: its GPUs, or the MIG devices they are split into.

Memory and power of a product are as NVIDIA's data sheets tell them. DCGM knows nothing of AMD's.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from clusterwright.deploy.sandbox.gpu.hardware import NVIDIA, hardware_of
from clusterwright.tools.manifest import Manifest, labels_of
from clusterwright.tools.quantity import quantities

RESOURCE = "nvidia.com/gpu"
_MIG = "nvidia.com/mig-"
_ON_A_GPU = 7
"""MIG devices at most."""
_MOST = 1_024
"""Devices of a node that are measured: a capacity of billions must not fill the memory."""


@dataclass(frozen=True, slots=True)
class Product:
    """What matters of a product: its name, MiB of memory, W when idle and at most, clocks."""

    name: str
    memory: int
    idle: int
    limit: int
    sm_clock: int
    memory_clock: int


_PRODUCTS = {
    "NVIDIA-H100-80GB-HBM3": Product("NVIDIA H100 80GB HBM3", 81559, 70, 700, 1980, 2619),
    "NVIDIA-A100-SXM4-80GB": Product("NVIDIA A100-SXM4-80GB", 81920, 60, 400, 1410, 1593),
    "NVIDIA-L4": Product("NVIDIA L4", 23034, 12, 72, 2040, 6251),
    "Tesla-T4": Product("Tesla T4", 15360, 10, 70, 1590, 5000),
}
_UNKNOWN = _PRODUCTS["NVIDIA-H100-80GB-HBM3"]


@dataclass(frozen=True, slots=True)
class Device:
    """One device that a container can have."""

    index: int
    """Of its GPU."""
    product: Product
    memory: int
    """MiB."""
    resource: str = RESOURCE
    profile: str = ""
    """Of a MIG device."""
    instance: int = 0
    """The MIG device's number on its GPU."""


def devices_of(node: Manifest) -> list[Device]:
    """Return the devices of a node, in the order in which they are given away."""
    labels = labels_of(node)
    name = labels.get("nvidia.com/gpu.product", "").removesuffix("-SHARED")
    product = _PRODUCTS.get(name.partition("-MIG-")[0], _UNKNOWN)
    capacity = quantities(node, "status", "capacity")
    hardware = hardware_of(node)
    if hardware is None:
        count = min(int(capacity.get(RESOURCE, 0)), _MOST)
        return [Device(index, product, product.memory) for index in range(count)]
    if hardware.product.vendor != NVIDIA:
        return []
    mig = {
        key.removeprefix(_MIG): min(int(n), _MOST)
        for key, n in capacity.items()
        if key.startswith(_MIG) and n
    }
    single = name.partition("-MIG-")[2]
    if single:
        mig = {single: min(int(capacity.get(RESOURCE, 0)), _MOST)}
    whole = 0 if single else min(hardware.count, int(capacity.get(RESOURCE, 0)))
    if not mig:
        whole = hardware.count
    found = [Device(index, product, product.memory) for index in range(whole)]
    split = range(whole, hardware.count)
    return [*found, *_split(labels, product, mig, split, single=bool(single))]


def _split(
    labels: dict[str, str], product: Product, mig: dict[str, int], gpus: range, *, single: bool
) -> Iterator[Device]:
    """Yield MIG devices, dealt out to the GPUs that are split."""
    instances = dict.fromkeys(gpus, 0)
    for profile, count in mig.items() if gpus else ():
        told = labels.get("nvidia.com/gpu.memory" if single else f"{_MIG}{profile}.memory", "")
        memory = int(told) if told.isdecimal() else product.memory // 8
        for n in range(min(count, _ON_A_GPU * len(gpus))):
            index = gpus[n % len(gpus)]
            instances[index] += 1
            resource = RESOURCE if single else f"{_MIG}{profile}"
            yield Device(index, product, memory, resource, profile, instances[index])
