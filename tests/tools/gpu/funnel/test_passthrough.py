"""Nodes whose devices are for virtual machines have other operands and other resources."""

from clusterwright.tools.gpu.funnel.stage import State
from tests.tools.gpu.funnel.fleet import (
    CONTAINERS,
    PASSTHROUGH,
    Fleet,
    broken,
    node,
    nvidia,
    nvidia_labels,
    pod_of,
    policy,
    states,
)

_DEVICES = {"nvidia.com/GH100_H100_SXM5_80GB": "8"}


def _fleet() -> Fleet:
    fleet = nvidia(PASSTHROUGH)
    sandbox = {"enabled": True, "defaultWorkload": "container"}
    fleet.objects["ClusterPolicy.nvidia.com"] = [policy(sandboxWorkloads=sandbox)]
    labels = nvidia_labels(*PASSTHROUGH, **{"nvidia.com/gpu.workload.config": "vm-passthrough"})
    fleet.objects["Node"] = [node(labels=labels, devices=_DEVICES)]
    return fleet


def test_a_node_of_passthrough_needs_none_of_the_operands_for_containers() -> None:
    funnel = _fleet().funnel()

    assert broken(funnel) == {}
    assert list(funnel)[3:6] == ["vfio-manager", "sandbox-validator", "sandbox-device-plugin"]
    assert funnel["capacity"].why == "8 nvidia.com/GH100_H100_SXM5_80GB"


def test_a_manager_of_passthrough_that_fails_holds_the_rest_up() -> None:
    fleet = _fleet()
    fleet.ails(PASSTHROUGH[0], restarts=5, last={"exitCode": 1}, waiting={"reason": "Error"})
    for name in PASSTHROUGH[1:]:
        fleet.stuck(name, 0)
    fleet.node["status"]["allocatable"] = {}
    funnel = fleet.funnel()

    assert broken(funnel) == {"vfio-manager": "gpu/driver-failed"}
    assert "sandbox-device-plugin" in states(funnel, State.SYMPTOM)


def test_the_label_means_nothing_where_the_policy_has_no_such_workloads() -> None:
    fleet = nvidia()
    fleet.labels["nvidia.com/gpu.workload.config"] = "vm-passthrough"
    funnel = fleet.funnel()

    assert broken(funnel) == {}
    assert "driver" in funnel


def test_a_vgpu_node_is_asked_for_the_manager_of_vgpus() -> None:
    fleet = _fleet()
    fleet.labels["nvidia.com/gpu.workload.config"] = "vm-vgpu"
    fleet.objects["Pod"] = [pod_of(name) for name in CONTAINERS]
    fleet.node["status"]["allocatable"] = {}
    funnel = fleet.funnel()

    assert list(funnel)[3:5] == ["vgpu-manager", "vgpu-device-manager"]
    assert broken(funnel) == {"deploy-labels": "gpu/operands-off"}
