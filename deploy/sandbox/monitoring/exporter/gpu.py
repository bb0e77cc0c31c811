"""GPUs of simulated nodes: which pod has which, and what dcgm-exporter would say of each.

Counters and their order are those of dcgm-exporter's etc/default-counters.csv; double-bit errors,
which it lists as a comment, are there as well. Of a MIG device it has no utilisation, only how
active its engines are.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from clusterwright.deploy.sandbox.gpu.hardware import hardware_of
from clusterwright.deploy.sandbox.monitoring.exporter.annotations import GPU, said
from clusterwright.deploy.sandbox.monitoring.exporter.exposition import Exposition, labelled
from clusterwright.deploy.sandbox.monitoring.exporter.gpu_devices import Device, devices_of
from clusterwright.deploy.sandbox.monitoring.exporter.world import World
from clusterwright.tools.manifest import (
    Manifest,
    condition,
    instant,
    items,
    labels_of,
    name_of,
    namespace_of,
    text,
)
from clusterwright.tools.quantity import quantities

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
        """Add the series of a node's GPUs; return whether there is an exporter that tells them."""
        node = self._world.get("Node", "", node_name)
        if node is None or (hardware_of(node) and not self._runs_on(node_name)):
            return False
        devices = devices_of(node)
        with self._lock:
            owners = self._assign(node, devices)
        for at, device in enumerate(devices):
            owner = owners.get(at)
            pod = self._world.get("Pod", owner.namespace, owner.pod) if owner else None
            if not said(node, f"{GPU}{device.index}.absent", 0):
                _measure(node, device, owner, pod or {}, out)
        return True

    def _runs_on(self, node: str) -> bool:
        """Return whether the operator's exporter is ready on a node: without it nothing answers."""
        return any(
            text(one, "spec", "nodeName") == node
            and labels_of(one).get("app") == "nvidia-dcgm-exporter"
            and condition(one, "Ready").get("status") == "True"
            for one in self._world.all("Pod")
        )

    def _assign(self, node: Manifest, devices: list[Device]) -> dict[int, Owner]:
        """Give the node's free devices to containers that lack some, the oldest pod first."""
        name = name_of(node)
        pods = [one for one in self._world.all("Pod") if _occupies(one, name)]
        alive = {text(one, "metadata", "uid") for one in pods}
        for at, owner in list(self._owners.items()):
            gone = at[1] >= len(devices) or owner.uid not in alive
            if at[0] == name and gone:
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
                self._give(name, devices, owner, container)
        return {at[1]: owner for at, owner in self._owners.items() if at[0] == name}

    def _give(self, node: str, devices: list[Device], owner: Owner, container: Manifest) -> None:
        mine = [at for at, one in self._owners.items() if one == owner and at[0] == node]
        for resource, amount in quantities(container, "resources", "limits").items():
            ours = {resource, resource.removesuffix(".shared")}
            wanted = int(amount) - sum(devices[at].resource in ours for _, at in mine)
            for at, device in enumerate(devices):
                if wanted > 0 and device.resource in ours and (node, at) not in self._owners:
                    self._owners[node, at] = owner
                    wanted -= 1


def _occupies(pod: Manifest, node: str) -> bool:
    ended = text(pod, "status", "phase") in {"Succeeded", "Failed"}
    return text(pod, "spec", "nodeName") == node and not ended


def _measure(
    node: Manifest, device: Device, owner: Owner | None, pod: Manifest, out: Exposition
) -> None:
    """Add the series of one device; DCGM tells less of a MIG device."""

    def of(key: str, default: float) -> float:
        whole = said(pod, f"{GPU}{key}", said(node, f"{GPU}{key}", default))
        return said(node, f"{GPU}{device.index}.{key}", whole)

    labels = _labels(name_of(node), device, owner)
    for metric, value in _figures(device, of, busy=owner is not None).items():
        if not (device.profile and metric in _NOT_OF_MIG):
            out.add(metric, labels, value, "counter" if metric in _COUNTERS else "gauge")


def _labels(node: str, device: Device, owner: Owner | None) -> str:
    mig = (
        {"GPU_I_PROFILE": device.profile, "GPU_I_ID": str(device.instance)}
        if device.profile
        else {}
    )
    return labelled(
        **mig,
        gpu=str(device.index),
        UUID=f"GPU-{node}-{device.index}",
        pci_bus_id=f"00000000:{device.index + 1:02X}:00.0",
        device=f"nvidia{device.index}",
        modelName=device.product.name,
        Hostname=node,
        container=owner.container if owner else "",
        namespace=owner.namespace if owner else "",
        pod=owner.pod if owner else "",
    )


def _figures(device: Device, of: Callable[[str, float], float], *, busy: bool) -> dict[str, float]:
    """Return what is measured: what `of` says of a figure, or what it usually is."""
    product = device.product
    util = of("util", _BUSY if busy else 0.0)
    used = of("fb-used", device.memory * 0.6 if busy else 4.0)
    reserved = min(_RESERVED, device.memory * 0.02)
    engine = of("gr-active", util / 100)
    return {
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
        "DCGM_FI_DEV_FB_FREE": max(0.0, device.memory - reserved - used),
        "DCGM_FI_DEV_FB_USED": used,
        "DCGM_FI_DEV_FB_RESERVED": reserved,
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
    }


_NOT_OF_MIG = frozenset(
    {
        "DCGM_FI_DEV_GPU_UTIL",
        "DCGM_FI_DEV_MEM_COPY_UTIL",
        "DCGM_FI_DEV_ENC_UTIL",
        "DCGM_FI_DEV_DEC_UTIL",
    }
)


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
