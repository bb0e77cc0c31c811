"""Which nodes have accelerators, or should have, and whose."""

import pytest

from clusterwright.tools.gpu.node import GpuNode, vendor_of_node
from clusterwright.tools.gpu.vendor import Vendor, accelerators, vendor_of
from tests.tools.gpu.funnel.fleet import Fleet, broken, node, policy, user_pod

_PCI = "feature.node.kubernetes.io/pci-10de.present"


@pytest.mark.parametrize(
    ("labels", "capacity", "taints", "vendor"),
    [
        ({_PCI: "true"}, {}, (), Vendor.NVIDIA),
        ({_PCI: "false"}, {}, (), None),
        ({"feature.node.kubernetes.io/amd-gpu": "true"}, {}, (), Vendor.AMD),
        ({"intel.feature.node.kubernetes.io/gpu": "true", _PCI: "true"}, {}, (), Vendor.NVIDIA),
        ({"nvidia.com/gpu.present": "true"}, {}, (), Vendor.NVIDIA),
        ({"nvidia.com/gpu.present": "false"}, {}, (), None),
        ({"nvidia.com/gpu.product": "Tesla-T4"}, {}, (), Vendor.NVIDIA),
        ({"amd.com/gpu.vram": "192G"}, {}, (), Vendor.AMD),
        ({"nvidia.com/mig.config": "all-disabled"}, {}, (), Vendor.NVIDIA),
        ({}, {"amd.com/cpx_nps4": 64}, (), Vendor.AMD),
        ({}, {"nvidia.com/gpu": 0}, (), None),
        ({}, {"nvidia.com/rdma_shared_device_a": 4}, (), None),
        ({"cloud.google.com/gke-accelerator": "nvidia-l4"}, {}, (), Vendor.NVIDIA),
        ({"cloud.google.com/gke-accelerator": "tpu-v5"}, {}, (), None),
        ({"accelerator": "nvidia"}, {}, (), Vendor.NVIDIA),
        ({}, {}, ("nvidia.com/gpu",), Vendor.NVIDIA),
        ({}, {}, ("amd.com/gpu", "other"), Vendor.AMD),
        ({"nvidia.com/vgpu.present": "false"}, {}, ("dedicated",), None),
    ],
)
def test_a_node_is_a_vendors_by_its_best_sign(
    labels: dict[str, str], capacity: dict[str, int], taints: tuple[str, ...], vendor: Vendor
) -> None:
    assert vendor_of_node(labels, capacity, taints) is vendor


def test_a_node_that_only_its_taint_tells_of_is_one_that_nobody_discovered() -> None:
    fleet = Fleet()
    bare = node(labels={}, devices={})
    bare["spec"]["taints"] = [{"key": "nvidia.com/gpu", "effect": "NoSchedule"}]
    fleet.add(bare, policy())

    assert broken(fleet.funnel()) == {"pci-label": "gpu/not-discovered"}


def test_a_node_of_a_cloud_whose_plugin_needs_no_discovery_lacks_the_plugin() -> None:
    fleet = Fleet()
    fleet.add(node(labels={"cloud.google.com/gke-accelerator": "nvidia-l4"}, devices={}))

    assert broken(fleet.funnel()) == {"device-plugin": "gpu/plugin-missing"}


@pytest.mark.parametrize(
    ("resource", "vendor"),
    [
        ("nvidia.com/gpu", Vendor.NVIDIA),
        ("nvidia.com/mig-1g.10gb", Vendor.NVIDIA),
        ("nvidia.com/gpu.shared", Vendor.NVIDIA),
        ("gpu.intel.com/xe", Vendor.INTEL),
        ("nvidia.com/gpumem", None),
        ("nvidia.com/", None),
        ("cpu", None),
        ("example.com/gpu", None),
    ],
)
def test_a_resource_counts_devices_of_its_vendor(resource: str, vendor: Vendor | None) -> None:
    assert vendor_of(resource) is vendor


def test_amounts_of_anything_else_are_no_devices() -> None:
    amounts = {"cpu": 4.0, "nvidia.com/gpu": 2.0, "amd.com/gpu": 0.0}

    assert accelerators(amounts) == {"amd.com/gpu": 0, "nvidia.com/gpu": 2}


def test_a_model_is_the_product_without_what_tells_how_it_is_shared() -> None:
    def model(product: str) -> str:
        return GpuNode(node(labels={"nvidia.com/gpu.product": product}), {}, {}, {}).model

    assert model("NVIDIA-A100-SXM4-40GB-MIG-1g.5gb") == "NVIDIA-A100-SXM4-40GB"
    assert model("Tesla-T4-SHARED") == "Tesla-T4"


def test_what_has_ended_or_asks_for_nothing_holds_no_device() -> None:
    fleet = Fleet()
    fleet.add(node(), user_pod("a", nvidia_gpu="3"), user_pod("b"), user_pod("c", nvidia_gpu="2"))
    fleet.objects["Pod"][2]["status"]["phase"] = "Succeeded"
    estate = fleet.estate()
    found = estate.node("gpu-1")

    assert found is not None
    assert (found.requested, found.free) == ({"nvidia.com/gpu": 3}, {"nvidia.com/gpu": 5})
    assert [one["metadata"]["name"] for one in estate.using("gpu-1")] == ["a"]
