"""What pods share is counted apart from what they do not, with the devices that are behind it."""

import pytest

from clusterwright.tools.gpu.counted import counted, shares
from clusterwright.tools.gpu.inventory import Page, Wanted
from clusterwright.tools.gpu.inventory_answer import Inventory
from clusterwright.tools.manifest import Json
from tests.tools.gpu.funnel.fleet import (
    CONTAINERS,
    PASSTHROUGH,
    Fleet,
    daemonset,
    node,
    nvidia,
    nvidia_labels,
    pod_of,
    user_pod,
    vm_node,
)

_SLICED = {"gpu.replicas": "4", "gpu.sharing-strategy": "time-slicing"}
_H100 = "NVIDIA-H100-80GB-HBM3"


def _with(devices: Json, **labels: str) -> Fleet:
    """A node with eight whole GPUs, and a second one."""
    fleet = nvidia()
    told = nvidia_labels(**{f"nvidia.com/{key}": value for key, value in labels.items()})
    fleet.add(node("gpu-2", labels=told, devices=devices))
    fleet.add(*(pod_of(one, on="gpu-2") for one in CONTAINERS))
    return fleet


def _inventory(fleet: Fleet) -> Inventory:
    return Page(fleet.estate(), Wanted(), "own", (-1, "")).fitting(None)


@pytest.mark.parametrize(
    ("devices", "labels", "row"),
    [
        (
            {"nvidia.com/gpu": "32"},
            {"gpu.product": f"{_H100}-SHARED", **_SLICED},
            ("nvidia.com/gpu", 32, 8),
        ),
        ({"nvidia.com/gpu.shared": "32"}, _SLICED, ("nvidia.com/gpu.shared", 32, 8)),
        (
            {"nvidia.com/mig-1g.10gb": "28"},
            {"mig-1g.10gb.replicas": "2", "gpu.replicas": "1"},
            ("nvidia.com/mig-1g.10gb", 28, 14),
        ),
    ],
)
def test_shared_devices_are_counted_apart(
    devices: Json, labels: dict[str, str], row: tuple[str, int, int]
) -> None:
    found = shares(counted(_with(devices, **labels).estate()))
    told = [(one.resource, one.counts[0], one.physical) for one in found]

    assert sorted(told) == sorted([("nvidia.com/gpu", 8, 8), row])


def test_an_inventory_tells_how_many_gpus_are_behind_shared_ones() -> None:
    fleet = _with({"nvidia.com/gpu": "32"}, **{"gpu.product": f"{_H100}-SHARED", **_SLICED})
    fleet.add(user_pod("a", "gpu-2", nvidia_gpu="30"))
    found = _inventory(fleet)

    (product,) = found.products
    whole, shared = product.resources
    assert (whole.capacity, whole.physical, whole.free) == (8, None, 8)
    assert (shared.capacity, shared.physical, shared.free) == (32, 8, 2)
    assert "nvidia.com/gpu, 8 shared  32" in found.render()


def test_an_inventory_tells_which_nodes_are_for_virtual_machines() -> None:
    fleet = nvidia(sandboxWorkloads={"enabled": True})
    fleet.add(vm_node("gpu-2"), *map(daemonset, PASSTHROUGH))
    fleet.add(*(pod_of(one, on="gpu-2") for one in PASSTHROUGH))
    found = _inventory(fleet)

    (containers, machines) = sorted(found.products, key=lambda one: one.product, reverse=True)
    assert (containers.product, containers.workloads) == (_H100, None)
    assert machines.product == "GH100_H100_SXM5_80GB"
    assert machines.workloads == {"vm-passthrough": 1}
    assert {one.node: one.workload for one in found.nodes} == {
        "gpu-1": None,
        "gpu-2": "vm-passthrough",
    }
    assert "GH100_H100_SXM5_80GB: for virtual machines: vm-passthrough on 1" in found.render()
