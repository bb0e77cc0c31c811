"""Nodes whose devices are for virtual machines have other operands and other resources."""

import pytest

from clusterwright.tools.gpu.funnel.stage import State
from clusterwright.tools.manifest import Json
from tests.tools.gpu.funnel.fleet import (
    CONTAINERS,
    CRASHING,
    KATA_PLUGIN,
    PASSTHROUGH,
    SANDBOX_PLUGIN,
    SANDBOX_VALIDATOR,
    VGPU_DEVICES,
    VGPU_MANAGER,
    WORKLOAD,
    Fleet,
    ago,
    broken,
    daemonset,
    nvidia,
    pod_of,
    states,
    vgpus,
    vm_node,
)


def _fleet(**sandbox: Json) -> Fleet:
    sandbox = {"enabled": True, "defaultWorkload": "container", **sandbox}
    fleet = nvidia(PASSTHROUGH, sandboxWorkloads=sandbox)
    fleet.objects["Node"] = [vm_node()]
    return fleet


def test_a_node_of_passthrough_needs_none_of_the_operands_for_containers() -> None:
    funnel = _fleet().funnel()

    assert broken(funnel) == {}
    assert list(funnel)[3:6] == ["vfio-manager", "sandbox-validator", "sandbox-device-plugin"]
    assert funnel["capacity"].why == "8 nvidia.com/GH100_H100_SXM5_80GB"


def test_a_node_of_passthrough_is_called_by_its_devices() -> None:
    found = _fleet().estate().node("gpu-1")
    assert found is not None
    assert (found.workload, found.model) == ("vm-passthrough", "GH100_H100_SXM5_80GB")


def test_what_is_left_of_devices_for_containers_is_no_fault_of_a_passthrough_node() -> None:
    fleet = _fleet()
    fleet.node["status"]["capacity"]["nvidia.com/gpu"] = "8"
    fleet.node["status"]["allocatable"]["nvidia.com/gpu"] = "0"

    assert broken(fleet.funnel()) == {}


def test_a_manager_of_passthrough_that_fails_holds_the_rest_up() -> None:
    fleet = _fleet()
    fleet.ails(PASSTHROUGH[0], restarts=5, last={"exitCode": 1}, waiting={"reason": "Error"})
    for name in PASSTHROUGH[1:]:
        fleet.stuck(name, 0)
    fleet.node["status"]["allocatable"] = {}
    funnel = fleet.funnel()

    assert broken(funnel) == {"vfio-manager": "gpu/vfio-failed"}
    assert "sandbox-device-plugin" in states(funnel, State.SYMPTOM)


def test_a_plugin_that_waits_for_what_the_validator_writes_hangs_on_it() -> None:
    fleet = _fleet()
    fleet.stuck(SANDBOX_VALIDATOR, 0, restartCount=6, lastState={"terminated": {"exitCode": 1}})
    fleet.stuck(SANDBOX_PLUGIN, 0)
    fleet.node["status"]["allocatable"] = {}
    funnel = fleet.funnel()

    assert broken(funnel) == {"sandbox-validator": "gpu/validation-failed"}
    assert "sandbox-device-plugin" in states(funnel, State.SYMPTOM)


def test_passthrough_that_the_host_sees_to_needs_no_manager() -> None:
    fleet = _fleet()
    fleet.drop("Pod", PASSTHROUGH[0])
    fleet.drop("DaemonSet", PASSTHROUGH[0])
    spec = fleet.objects["ClusterPolicy.nvidia.com"][0]["spec"]
    spec["vfioManager"] = {"enabled": False}
    funnel = fleet.funnel()

    assert broken(funnel) == {}
    assert funnel["vfio-manager"].state is State.NOT_USED


def test_virtual_machines_of_kata_have_a_plugin_of_theirs() -> None:
    fleet = _fleet(mode="kata")
    fleet.drop("Pod", SANDBOX_PLUGIN)
    fleet.drop("DaemonSet", SANDBOX_PLUGIN)
    fleet.add(daemonset(KATA_PLUGIN), pod_of(KATA_PLUGIN))
    del fleet.labels["nvidia.com/gpu.deploy.sandbox-device-plugin"]
    fleet.labels["nvidia.com/gpu.deploy.kata-sandbox-device-plugin"] = "true"
    for which in ("capacity", "allocatable"):
        fleet.node["status"][which] = {"nvidia.com/pgpu": "8"}
    funnel = fleet.funnel()

    assert broken(funnel) == {}
    assert funnel["kata-device-plugin"].state is State.OK
    assert "sandbox-device-plugin" not in funnel


def test_the_label_means_nothing_where_the_policy_has_no_such_workloads() -> None:
    fleet = nvidia()
    fleet.labels[WORKLOAD] = "vm-passthrough"
    funnel = fleet.funnel()

    assert broken(funnel) == {}
    assert "driver" in funnel


def test_where_the_policy_is_not_known_the_node_tells_what_it_is_for() -> None:
    fleet = _fleet()
    del fleet.objects["ClusterPolicy.nvidia.com"]

    assert "vfio-manager" in fleet.funnel()


def test_a_vgpu_node_is_asked_for_the_manager_of_vgpus() -> None:
    fleet = _fleet()
    fleet.labels[WORKLOAD] = "vm-vgpu"
    fleet.objects["Pod"] = [pod_of(name) for name in CONTAINERS]
    fleet.node["status"]["allocatable"] = {}
    funnel = fleet.funnel()

    assert list(funnel)[3:5] == ["vgpu-manager", "vgpu-device-manager"]
    assert broken(funnel) == {"deploy-labels": "gpu/operands-off"}


@pytest.mark.parametrize("config", ["A10-12Q", ""])
def test_a_vgpu_node_with_its_vgpus_is_well(config: str) -> None:
    funnel = vgpus(config).funnel()

    assert broken(funnel) == {}
    assert funnel["capacity"].why == "4 nvidia.com/NVIDIA_A10-12Q"


def test_vgpus_that_could_not_be_made_are_the_first_broken_stage() -> None:
    fleet = vgpus("A100-40C", "failed")
    fleet.node["status"]["allocatable"] = {}
    funnel = fleet.funnel()

    assert broken(funnel) == {"vgpu-device-manager": "gpu/vgpu-failed"}
    assert funnel["vgpu-device-manager"].why == "nvidia.com/vgpu.config=A100-40C has failed"
    assert "allocatable" in states(funnel, State.SYMPTOM)


@pytest.mark.parametrize("state", ["pending", "rebooting"])
def test_vgpus_that_are_being_made_are_waited_for(state: str) -> None:
    fleet = vgpus(state=state)
    fleet.labels["nvidia.com/gpu.deploy.sandbox-device-plugin"] = "paused-for-vgpu-change"
    fleet.drop("Pod", SANDBOX_PLUGIN)
    fleet.node["status"]["allocatable"] = {}

    assert broken(fleet.funnel()) == {}


def test_a_pause_for_vgpus_that_are_made_is_stale() -> None:
    fleet = vgpus()
    fleet.labels["nvidia.com/gpu.deploy.sandbox-device-plugin"] = "paused-for-vgpu-change"
    fleet.drop("Pod", SANDBOX_PLUGIN)

    assert broken(fleet.funnel())["deploy-labels"] == "gpu/stale-pause"


def test_a_manager_of_vgpus_whose_image_cannot_be_had_is_told_as_such() -> None:
    fleet = vgpus()
    fleet.ails(VGPU_MANAGER, waiting={"reason": "ImagePullBackOff", "message": "not found"})
    fleet.stuck(VGPU_DEVICES, 0)
    fleet.node["status"]["allocatable"] = {}

    assert broken(fleet.funnel()) == {"vgpu-manager": "gpu/driver-image"}


def test_a_manager_of_vgpu_devices_that_crashes_is_broken() -> None:
    fleet = vgpus()
    fleet.ails(VGPU_DEVICES, restarts=5, last={"exitCode": 1}, **CRASHING)

    assert broken(fleet.funnel()) == {"vgpu-device-manager": "gpu/vgpu-failed"}


def test_vgpus_that_nobody_begins_with_are_told_after_a_while() -> None:
    fleet = vgpus(state="")
    assert broken(fleet.funnel()) == {"vgpu-device-manager": "gpu/vgpu-failed"}

    fleet.pod(VGPU_DEVICES)["status"]["startTime"] = ago(minutes=1)
    assert broken(fleet.funnel()) == {}
