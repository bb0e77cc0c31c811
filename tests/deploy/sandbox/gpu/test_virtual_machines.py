"""Nodes for virtual machines: which operands they have, and what is offered there."""

import pytest

from clusterwright.deploy.sandbox.gpu.daemonsets import wanted
from clusterwright.deploy.sandbox.gpu.hardware import PRODUCTS, Hardware, Product
from clusterwright.deploy.sandbox.gpu.objects import policy
from clusterwright.deploy.sandbox.gpu.operator.discovery import (
    CONTAINER,
    PASSTHROUGH,
    VGPU,
    operator_labels,
    workload_of,
)
from clusterwright.deploy.sandbox.gpu.operator.vgpu import passed_through, vgpus_of
from clusterwright.tools.gpu.device_kind import DeviceKind, kind_of
from clusterwright.tools.manifest import Manifest, name_of

_POLICY: Manifest = {"metadata": {"name": "cluster-policy", "uid": "u"}, "spec": policy()}
_PCI = {"feature.node.kubernetes.io/pci-10de.present": "true"}
_DEPLOY = "nvidia.com/gpu.deploy."
_NVIDIA = [one for one in PRODUCTS.values() if one.vendor == "nvidia.com"]


def _node(**labels: str) -> Manifest:
    told = {f"nvidia.com/{key.replace('_', '.')}": value for key, value in labels.items()}
    return {"metadata": {"name": "n", "labels": {**_PCI, **told}}}


@pytest.mark.parametrize(
    ("said", "enabled", "workload"),
    [
        ("", True, CONTAINER),
        ("vm-passthrough", True, PASSTHROUGH),
        ("vm-vgpu", True, VGPU),
        ("anything", True, CONTAINER),
        ("vm-vgpu", False, CONTAINER),
    ],
)
def test_label_and_policy_say_what_devices_are_for(said: str, enabled: bool, workload: str) -> None:
    spec = {**policy(), "sandboxWorkloads": {"enabled": enabled}}
    node = _node(gpu_workload_config=said) if said else _node()
    assert workload_of({"spec": spec}, node) == workload


@pytest.mark.parametrize(
    ("workload", "placed", "gone"),
    [
        (CONTAINER, "driver", "vfio-manager"),
        (PASSTHROUGH, "vfio-manager", "driver"),
        (VGPU, "vgpu-device-manager", "vfio-manager"),
    ],
)
def test_a_node_has_the_operands_of_its_workload_and_loses_others(
    workload: str, placed: str, gone: str
) -> None:
    node = _node()
    node["metadata"]["labels"][f"{_DEPLOY}{gone}"] = "true"
    labels = operator_labels(node, workload)
    assert labels[f"{_DEPLOY}{placed}"] == "true"
    assert labels[f"{_DEPLOY}{gone}"] is None


def test_operands_for_machines_are_there_with_sandbox_workloads_only() -> None:
    spec = {**policy(), "sandboxWorkloads": {"enabled": False}}
    every = {name_of(one) for one in wanted(_POLICY)}
    fewer = {name_of(one) for one in wanted({**_POLICY, "spec": spec})}
    assert every - fewer == {
        "nvidia-sandbox-device-plugin-daemonset",
        "nvidia-sandbox-validator",
        "nvidia-vfio-manager",
        "nvidia-vgpu-device-manager",
        "nvidia-vgpu-manager-daemonset",
    }


@pytest.mark.parametrize("product", _NVIDIA, ids=lambda one: one.name)
def test_what_machines_are_offered_is_known_by_its_name(product: Product) -> None:
    hardware = Hardware(product, 4)
    (passed,) = passed_through(hardware).items()
    assert (kind_of(passed[0]), passed[1]) == (DeviceKind.PASSTHROUGH, 4)
    for name, each in hardware.product.vgpus.items():
        said = {"gpu.sandbox.clusterwright.io/vgpu-applied": name}
        (made,) = vgpus_of({"metadata": {"annotations": said}}, hardware).items()
        assert (kind_of(made[0]), made[1]) == (DeviceKind.VGPU, 4 * each)
    assert vgpus_of({"metadata": {}}, hardware) == {}
