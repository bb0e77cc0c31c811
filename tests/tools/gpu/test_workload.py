"""What a node's devices are for, by its operator's object, else by the node itself."""

import pytest

from clusterwright.tools.gpu.workload import (
    by_config,
    by_policy,
    selecting,
    suits,
    told_by,
    wanted,
)
from clusterwright.tools.manifest import Json, Manifest

_LABEL = "nvidia.com/gpu.workload.config"
_AMD = {"feature.node.kubernetes.io/amd-gpu": "true"}


def _policy(*, enabled: bool = True, default: str = "container") -> Manifest:
    return {"spec": {"sandboxWorkloads": {"enabled": enabled, "defaultWorkload": default}}}


@pytest.mark.parametrize(
    ("policy", "said", "workload"),
    [
        (_policy(), "", "container"),
        (_policy(), "vm-vgpu", "vm-vgpu"),
        (_policy(), "vm-passthru", "container"),
        (_policy(default="vm-passthrough"), "", "vm-passthrough"),
        (_policy(default="vm-passthrough"), "container", "container"),
        (_policy(default="anything"), "", "container"),
        (_policy(enabled=False), "vm-vgpu", "container"),
        ({}, "vm-vgpu", "container"),
    ],
)
def test_nvidias_operator_goes_by_label_and_default(
    policy: Manifest, said: str, workload: str
) -> None:
    assert by_policy(policy, {_LABEL: said} if said else {}) == workload


@pytest.mark.parametrize(
    ("driver", "labels", "workload"),
    [
        ({}, {}, "container"),
        ({"driverType": "vf-passthrough"}, {}, "vf-passthrough"),
        ({"driverType": "container"}, {"amd.com/gpu.mode": "pf-passthrough"}, "container"),
        ({}, {"amd.com/gpu.mode": "pf-passthrough"}, "pf-passthrough"),
        ({}, {"beta.amd.com/gpu.mode": "vf-passthrough"}, "vf-passthrough"),
        ({"driverType": 7}, {"amd.com/gpu.mode": "odd"}, "container"),
    ],
)
def test_amds_operator_goes_by_its_config(
    driver: Json, labels: dict[str, str], workload: str
) -> None:
    assert by_config({"spec": {"driver": driver}}, labels) == workload


@pytest.mark.parametrize(
    ("labels", "capacity", "workload"),
    [
        ({"nvidia.com/gpu.deploy.vfio-manager": "true"}, {}, "vm-passthrough"),
        ({"nvidia.com/gpu.deploy.vgpu-device-manager": "true"}, {}, "vm-vgpu"),
        ({"nvidia.com/gpu.deploy.vfio-manager": "false"}, {}, "container"),
        ({}, {"nvidia.com/GA102GL_A10": 2, "nvidia.com/gpu": 0}, "vm-passthrough"),
        ({}, {"nvidia.com/GRID_T4-8Q": 8}, "vm-vgpu"),
        ({}, {"nvidia.com/GRID_T4-8Q": 8, "nvidia.com/gpu": 1}, "container"),
        ({}, {}, "container"),
    ],
)
def test_a_node_tells_what_it_is_for(
    labels: dict[str, str], capacity: dict[str, int], workload: str
) -> None:
    assert told_by(labels, capacity) == workload


@pytest.mark.parametrize(
    ("workload", "resource", "suited"),
    [
        ("container", "nvidia.com/gpu", True),
        ("container", "nvidia.com/mig-1g.10gb", True),
        ("container", "nvidia.com/GH100_H100_SXM5_80GB", False),
        ("vm-passthrough", "nvidia.com/GH100_H100_SXM5_80GB", True),
        ("vm-passthrough", "nvidia.com/GRID_T4-8Q", False),
        ("vm-passthrough", "nvidia.com/gpu", False),
        ("vm-vgpu", "nvidia.com/GRID_T4-8Q", True),
        ("vm-vgpu", "nvidia.com/gpu.shared", False),
        ("vf-passthrough", "amd.com/gpu", True),
    ],
)
def test_a_workload_has_resources_of_its_own(workload: str, resource: str, suited: bool) -> None:
    assert suits(workload, resource) is suited


def test_a_node_has_the_first_config_that_selects_it() -> None:
    def config(name: str, **selector: str) -> Manifest:
        return {
            "apiVersion": "amd.com/v1alpha1",
            "kind": "DeviceConfig",
            "metadata": {"name": name, "namespace": "n"},
            "spec": {"selector": selector},
        }

    plain, other, rack = config("b"), config("a", zone="x"), config("c", rack="1")
    assert selecting([rack, plain, other], _AMD) is plain
    assert selecting([rack, plain, other], {"rack": "1"}) is rack
    assert selecting([other], _AMD) is None


@pytest.mark.parametrize(
    ("resource", "workload"),
    [
        ("nvidia.com/gpu", "container"),
        ("nvidia.com/GRID_T4-8Q", "vm-passthrough or vm-vgpu"),
        ("nvidia.com/GA102GL_A10", "vm-passthrough or vm-vgpu"),
    ],
)
def test_a_node_is_set_up_for_what_a_resource_is_for(resource: str, workload: str) -> None:
    assert wanted(resource) == workload
