"""Which operand a DaemonSet passes for, by whoever made it."""

import pytest

from clusterwright.tools.gpu.operands import claim_of
from clusterwright.tools.gpu.vendor import Vendor
from clusterwright.tools.manifest import Manifest


def _daemonset(name: str, owner: str = "", group: str = "amd.com", **labels: str) -> Manifest:
    said = {"apiVersion": f"{group}/v1alpha1", "kind": owner, "name": "x", "controller": True}
    spelled = {key.replace("__", "/").replace("_", "."): value for key, value in labels.items()}
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": name, "labels": spelled, "ownerReferences": [said] if owner else []},
    }


@pytest.mark.parametrize(
    ("daemonset", "operand"),
    [
        (_daemonset("nvidia-driver-daemonset"), "driver"),
        (_daemonset("nvidia-driver-daemonset-5.15.0-153-generic-ubuntu22.04"), "driver"),
        (_daemonset("nvidia-gpu-driver-ubuntu22.04-7f4dfc5d6c"), "driver"),
        (_daemonset("nvidia-container-toolkit-daemonset"), "toolkit"),
        (_daemonset("nvidia-device-plugin-daemonset"), "device-plugin"),
        (_daemonset("nvidia-device-plugin-mps-control-daemon"), "mps-control"),
        (_daemonset("x-ds", app_kubernetes_io__name="nvidia-device-plugin"), "device-plugin"),
        (_daemonset("nvidia-gpu-device-plugin-small-cos"), "device-plugin"),
        (_daemonset("hami-device-plugin"), "device-plugin"),
        (_daemonset("nvidia-dcgm-exporter"), "dcgm-exporter"),
        (_daemonset("nvidia-dcgm"), "dcgm"),
        (_daemonset("nvidia-vgpu-device-manager"), "vgpu-device-manager"),
        (_daemonset("nvidia-vgpu-manager-daemonset"), "vgpu-manager"),
        (_daemonset("nvidia-sandbox-device-plugin-daemonset"), "sandbox-device-plugin"),
        (_daemonset("nvidia-dra-driver-gpu-kubelet-plugin"), "dra-driver"),
        (_daemonset("intel-gpu-plugin-gpudeviceplugin-sample"), "intel-device-plugin"),
        (_daemonset("mi300-device-plugin", "DeviceConfig"), "device-plugin"),
        (_daemonset("mi300-node-labeller", "DeviceConfig"), "node-labeller"),
        (_daemonset("mi300-device-plugin", "DeviceConfig", "forged.example"), None),
        (_daemonset("mi300-device-plugin", "ReplicaSet"), None),
        (_daemonset("mi300-device-plugin"), None),
        (_daemonset("kube-proxy"), None),
    ],
)
def test_a_daemonset_passes_for_an_operand_by_name_label_or_owner(
    daemonset: Manifest, operand: str | None
) -> None:
    found = claim_of(daemonset)

    assert (found.name if found else None) == operand


@pytest.mark.parametrize("name", ["mi300-device-plugin", "nvidia-device-plugin"])
def test_an_operand_of_amds_is_amds(name: str) -> None:
    found = claim_of(_daemonset(name, "DeviceConfig"))

    assert found is not None
    assert found.vendor is Vendor.AMD
