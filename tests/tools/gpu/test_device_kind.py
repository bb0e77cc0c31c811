"""What a resource counts, by its name: GPUs of each kind, and what is none beside them."""

import pytest

from clusterwright.tools.gpu.device_kind import DeviceKind, is_for_machines, kind_of
from clusterwright.tools.gpu.network_devices import is_network_device


@pytest.mark.parametrize(
    ("resource", "kind"),
    [
        ("nvidia.com/gpu", DeviceKind.WHOLE),
        ("amd.com/gpu", DeviceKind.WHOLE),
        ("gpu.intel.com/xe", DeviceKind.WHOLE),
        ("nvidia.com/gpu.shared", DeviceKind.SHARED),
        ("nvidia.com/mig-1g.10gb.shared", DeviceKind.SHARED),
        ("nvidia.com/mig-1g.10gb", DeviceKind.PART),
        ("nvidia.com/mig-1g.10gb.me", DeviceKind.PART),
        ("amd.com/cpx_nps4", DeviceKind.PART),
        ("nvidia.com/GH100_H100_SXM5_80GB", DeviceKind.PASSTHROUGH),
        ("nvidia.com/TU104GL_TESLA_T4", DeviceKind.PASSTHROUGH),
        ("nvidia.com/GP102GL_Tesla_P40", DeviceKind.PASSTHROUGH),
        ("nvidia.com/AD102GL_L40S", DeviceKind.PASSTHROUGH),
        ("nvidia.com/2330", DeviceKind.PASSTHROUGH),
        ("nvidia.com/pgpu", DeviceKind.PASSTHROUGH),
        ("nvidia.com/GRID_T4-8Q", DeviceKind.VGPU),
        ("nvidia.com/NVIDIA_A10-24Q", DeviceKind.VGPU),
        ("nvidia.com/NVIDIA_A100-4-20C", DeviceKind.VGPU),
        ("nvidia.com/NVIDIA_RTX6000-Ada-48Q", DeviceKind.VGPU),
        ("nvidia.com/nvswitch", None),
        ("nvidia.com/hostdev", None),
        ("nvidia.com/gpumem", None),
        ("cpu", None),
    ],
)
def test_a_resource_tells_what_it_counts(resource: str, kind: DeviceKind | None) -> None:
    assert kind_of(resource) is kind
    machines = {DeviceKind.PASSTHROUGH, DeviceKind.VGPU}
    assert is_for_machines(resource) is (kind in machines)


@pytest.mark.parametrize(
    "resource",
    [
        *("rdma/hca_shared_devices_a", "rdma/rdma_shared_device_eth", "openshift.io/mlxnics"),
        *(
            "nvidia.com/resibp24s0",
            "nvidia.com/resibm0",
            "nvidia.com/mlnxnics",
            "nvidia.com/rail_0",
        ),
        *("nvidia.com/sriovlegacy", "nvidia.com/sriov_rdma", "nvidia.com/cx5_sriov_switchdev"),
        *("nvidia.com/hostdev", "intel.com/intel_sriov_netdevice", "mellanox.com/cx6"),
        *("nvidia.com/ib_shared", "nvidia.com/ens1f0", "nvidia.com/BF3_nic"),
    ],
)
def test_a_network_device_is_no_gpu_whoever_makes_it(resource: str) -> None:
    assert is_network_device(resource)
    assert kind_of(resource) is None


@pytest.mark.parametrize(
    "resource",
    ["nvidia.com/gpu", "nvidia.com/GB200", "cpu", "example.com/fpga", "amd.com/gpu", "nvidia.com/"],
)
def test_what_is_no_network_device_is_not_taken_for_one(resource: str) -> None:
    assert not is_network_device(resource)
