"""GPUs of simulated nodes: which pod has which, and what dcgm-exporter would say of each.

Counters and their order are those of dcgm-exporter's etc/default-counters.csv; double-bit errors,
which it lists as a comment, are there as well. Memory and power of a product are as NVIDIA's data
sheets tell them.
"""

import threading
from dataclasses import dataclass

from clusterwright.deploy.sandbox.monitoring.exporter.annotations import GPU, said
from clusterwright.deploy.sandbox.monitoring.exporter.exposition import Exposition, labelled
from clusterwright.deploy.sandbox.monitoring.exporter.quantities import numbers
from clusterwright.deploy.sandbox.monitoring.exporter.world import World
from clusterwright.tools.manifest import (
    Manifest,
    instant,
    items,
    name_of,
    namespace_of,
    strings,
    text,
)

RESOURCE = "nvidia.com/gpu"


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
_BUSY = 80.0
"""Per cent for which a GPU is used that a pod has, unless annotations say otherwise."""
_RESERVED = 600.0


@dataclass(frozen=True, slots=True)
class Owner:
    """The container that has a GPU."""

    uid: str
    namespace: str
    pod: str
    container: str


class Gpus:
    """Remembers who has which GPU: a container keeps those it got, as with a device plugin."""

    def __init__(self, world: World) -> None:
        """Take what tells of nodes and pods."""
        self._world = world
        self._lock = threading.Lock()
        self._owners: dict[tuple[str, int], Owner] = {}

    def series(self, node_name: str, out: Exposition) -> bool:
        """Add the series of a node's GPUs; return whether there is such a node."""
        node = self._world.get("Node", "", node_name)
        if node is None:
            return False
        with self._lock:
            owners = self._assign(node)
        for index in range(_count(node)):
            owner = owners.get(index)
            pod = self._world.get("Pod", owner.namespace, owner.pod) if owner else None
            if not said(node, f"{GPU}{index}.absent", 0):
                _measure(node, index, owner, pod or {}, out)
        return True

    def _assign(self, node: Manifest) -> dict[int, Owner]:
        """Give the node's free GPUs to containers that lack some, the oldest pod first."""
        name = name_of(node)
        pods = [one for one in self._world.all("Pod") if _occupies(one, name)]
        alive = {text(one, "metadata", "uid") for one in pods}
        for at, owner in list(self._owners.items()):
            if at[0] == name and owner.uid not in alive:
                del self._owners[at]
        for pod in sorted(
            pods, key=lambda one: (str(instant(one, "metadata", "creationTimestamp")), name_of(one))
        ):
            for container in items(pod, "spec", "containers"):
                owner = Owner(
                    text(pod, "metadata", "uid"),
                    namespace_of(pod),
                    name_of(pod),
                    text(container, "name"),
                )
                self._give(name, _count(node), owner, container)
        return {at[1]: owner for at, owner in self._owners.items() if at[0] == name}

    def _give(self, node: str, count: int, owner: Owner, container: Manifest) -> None:
        wanted = int(numbers(container, "resources", "limits").get(RESOURCE, 0))
        wanted -= sum(one == owner for one in self._owners.values())
        for index in range(count):
            if wanted > 0 and (node, index) not in self._owners:
                self._owners[node, index] = owner
                wanted -= 1


def _count(node: Manifest) -> int:
    return int(numbers(node, "status", "capacity").get(RESOURCE, 0))


def _occupies(pod: Manifest, node: str) -> bool:
    ended = text(pod, "status", "phase") in {"Succeeded", "Failed"}
    return text(pod, "spec", "nodeName") == node and not ended


def _measure(
    node: Manifest, index: int, owner: Owner | None, pod: Manifest, out: Exposition
) -> None:
    product = _PRODUCTS.get(
        strings(node, "metadata", "labels").get("nvidia.com/gpu.product", ""), _UNKNOWN
    )

    def of(key: str, default: float) -> float:
        whole = said(pod, f"{GPU}{key}", said(node, f"{GPU}{key}", default))
        return said(node, f"{GPU}{index}.{key}", whole)

    name = name_of(node)
    labels = labelled(
        gpu=str(index),
        UUID=f"GPU-{name}-{index}",
        pci_bus_id=f"00000000:{index + 1:02X}:00.0",
        device=f"nvidia{index}",
        modelName=product.name,
        Hostname=name,
        container=owner.container if owner else "",
        namespace=owner.namespace if owner else "",
        pod=owner.pod if owner else "",
    )
    util = of("util", _BUSY if owner else 0.0)
    used = of("fb-used", product.memory * 0.6 if owner else 4.0)
    engine = of("gr-active", util / 100)
    for metric, value in {
        "DCGM_FI_DEV_SM_CLOCK": of("sm-clock", product.sm_clock if util else 345.0),
        "DCGM_FI_DEV_MEM_CLOCK": of("mem-clock", product.memory_clock),
        "DCGM_FI_DEV_MEMORY_TEMP": of("memory-temp", 36 + util * 0.4),
        "DCGM_FI_DEV_GPU_TEMP": of("temp", 32 + util * 0.4),
        "DCGM_FI_DEV_POWER_USAGE": of(
            "power", product.idle + util / 100 * (product.limit - product.idle) * 0.9
        ),
        "DCGM_FI_DEV_PCIE_REPLAY_COUNTER": of("pcie-replay", 0),
        "DCGM_FI_DEV_GPU_UTIL": util,
        "DCGM_FI_DEV_MEM_COPY_UTIL": of("mem-copy-util", util * 0.5),
        "DCGM_FI_DEV_ENC_UTIL": of("enc-util", 0),
        "DCGM_FI_DEV_DEC_UTIL": of("dec-util", 0),
        "DCGM_FI_DEV_XID_ERRORS": of("xid", 0),
        "DCGM_FI_DEV_FB_FREE": max(0.0, product.memory - _RESERVED - used),
        "DCGM_FI_DEV_FB_USED": used,
        "DCGM_FI_DEV_FB_RESERVED": _RESERVED,
        "DCGM_FI_DEV_ECC_SBE_VOL_TOTAL": of("sbe", 0),
        "DCGM_FI_DEV_ECC_DBE_VOL_TOTAL": of("dbe", 0),
        "DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS": of("uncorrectable-remapped-rows", 0),
        "DCGM_FI_DEV_CORRECTABLE_REMAPPED_ROWS": of("correctable-remapped-rows", 0),
        "DCGM_FI_DEV_ROW_REMAP_FAILURE": of("row-remap-failure", 0),
        "DCGM_FI_DEV_CLOCK_THROTTLE_REASONS": of("throttle-reasons", 0),
        "DCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL": of("nvlink-bandwidth", 0),
        "DCGM_FI_DEV_VGPU_LICENSE_STATUS": 0,
        "DCGM_FI_PROF_GR_ENGINE_ACTIVE": engine,
        "DCGM_FI_PROF_PIPE_TENSOR_ACTIVE": of("tensor-active", engine * 0.6),
        "DCGM_FI_PROF_DRAM_ACTIVE": of("dram-active", engine * 0.5),
        "DCGM_FI_PROF_PCIE_TX_BYTES": of("pcie-tx", util * 1e6),
        "DCGM_FI_PROF_PCIE_RX_BYTES": of("pcie-rx", util * 1e6),
    }.items():
        kind = "counter" if metric in _COUNTERS else "gauge"
        out.add(metric, labels, value, kind)


_COUNTERS = frozenset(
    {
        "DCGM_FI_DEV_PCIE_REPLAY_COUNTER",
        "DCGM_FI_DEV_ECC_SBE_VOL_TOTAL",
        "DCGM_FI_DEV_ECC_DBE_VOL_TOTAL",
        "DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS",
        "DCGM_FI_DEV_CORRECTABLE_REMAPPED_ROWS",
        "DCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL",
    }
)
