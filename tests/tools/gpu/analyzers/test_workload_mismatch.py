"""Pods that wait on nodes whose devices are for something else are told so."""

import pytest

from clusterwright.tools.finding import ask
from clusterwright.tools.manifest import Json
from tests.tools.gpu.analyzers.estates import codes, found, only, waiting
from tests.tools.gpu.funnel.fleet import (
    CRASHING,
    PASSED,
    PASSTHROUGH,
    WORKLOAD,
    Fleet,
    daemonset,
    node,
    nvidia,
    nvidia_labels,
    pod_of,
    vgpus,
    vm_node,
)

_SELECTOR: Json = {"pool": "vm"}


def _fleet(**sandbox: Json) -> Fleet:
    """A node for containers, gpu-1, and one for virtual machines, vm-1."""
    fleet = nvidia(sandboxWorkloads={"enabled": True, **sandbox})
    fleet.add(vm_node("vm-1", pool="vm"), *map(daemonset, PASSTHROUGH))
    fleet.add(*(pod_of(one, on="vm-1") for one in PASSTHROUGH))
    fleet.labels["pool"] = "containers"
    return fleet


def test_nodes_of_both_kinds_are_well_side_by_side() -> None:
    assert found(_fleet()) == []


def test_a_container_that_may_be_on_a_node_for_machines_only_is_told_so() -> None:
    fleet = _fleet()
    fleet.add(waiting(nodeSelector=_SELECTOR))
    finding = only(found(fleet))

    assert finding.code == "gpu/workload-mismatch"
    assert finding.title == (
        "The GPUs of vm-1 are for virtual machines (nvidia.com/gpu.workload.config=vm-passthrough):"
        f" none is offered as nvidia.com/gpu; they offer {PASSED}"
    )
    (change,) = finding.remedies[0].changes
    assert (change["kind"], change["label"]) == ("label_node", WORKLOAD)
    assert change["value"] == ask("container, if the node's GPUs are to be for that from now on")


def test_a_default_for_machines_is_named_where_the_node_has_no_label() -> None:
    fleet = _fleet(defaultWorkload="vm-passthrough")
    del fleet.objects["Node"][1]["metadata"]["labels"][WORKLOAD]
    fleet.labels[WORKLOAD] = "container"
    fleet.add(waiting(nodeSelector=_SELECTOR))

    said = "vm-passthrough, which is defaultWorkload of ClusterPolicy.nvidia.com/cluster-policy"
    assert said in only(found(fleet)).title


def test_a_machine_that_may_be_on_a_node_for_containers_only_is_told_so() -> None:
    fleet = _fleet()
    fleet.add(waiting(asks={PASSED: "1"}, nodeSelector={"pool": "containers"}))
    finding = only(found(fleet))

    assert finding.code == "gpu/workload-mismatch"
    assert finding.title.startswith("The GPUs of gpu-1 are for containers (container):")
    assert "vm-passthrough or vm-vgpu" in finding.fixes[1]


def test_a_pod_that_may_be_on_a_node_of_its_kind_waits_for_something_else() -> None:
    fleet = _fleet()
    fleet.add(waiting(asks={"nvidia.com/gpu": "9"}))

    assert "gpu/workload-mismatch" not in codes(found(fleet)).values()


def test_a_machine_waits_for_the_node_whose_devices_are_not_bound() -> None:
    fleet = _fleet()
    fleet.ails(PASSTHROUGH[0], restarts=5, last={"exitCode": 1}, **CRASHING)
    fleet.objects["Node"][1]["status"]["allocatable"][PASSED] = "0"
    fleet.add(waiting(asks={PASSED: "1"}))

    assert codes(found(fleet)) == {"Node/vm-1": "gpu/vfio-failed"}


def test_a_container_does_not_wait_for_a_broken_node_for_machines() -> None:
    fleet = _fleet()
    fleet.ails(PASSTHROUGH[0], restarts=5, last={"exitCode": 1}, **CRASHING)
    fleet.objects["Node"][1]["status"]["allocatable"][PASSED] = "0"
    fleet.add(waiting(nodeSelector=_SELECTOR))

    told = codes(found(fleet))
    assert told["Node/vm-1"] == "gpu/vfio-failed"
    assert "gpu/workload-mismatch" in told.values()


@pytest.mark.parametrize(("state", "told"), [("failed", False), ("success", True)])
def test_vgpus_that_may_still_come_are_no_wrong_resource(state: str, *, told: bool) -> None:
    fleet = vgpus("A100-40C", state)
    if state == "failed":
        fleet.node["status"] |= {"allocatable": {}, "capacity": {}}
    fleet.add(node("gpu-2", labels=nvidia_labels()))
    fleet.add(waiting(asks={"nvidia.com/NVIDIA_A100-40C": "1"}))
    assert ("gpu/wrong-resource" in codes(found(fleet)).values()) is told
