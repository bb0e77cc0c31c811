"""Labels, taints, upgrades and youth: what keeps operands from a node, or seems to."""

import pytest

from clusterwright.tools.gpu.funnel.stage import State
from tests.tools.gpu.funnel.fleet import (
    CRASHING,
    DRIVER,
    GFD,
    PLUGIN,
    TOOLKIT,
    VALIDATOR,
    ago,
    broken,
    nvidia,
    pod_of,
    states,
)


def test_a_taint_that_operands_do_not_tolerate_keeps_the_first_one_off() -> None:
    fleet = nvidia()
    fleet.drop("Pod", "")
    fleet.node["spec"]["taints"] = [{"key": "team", "value": "a", "effect": "NoSchedule"}]
    fleet.without_devices()
    funnel = fleet.funnel()

    assert broken(funnel) == {"driver": "gpu/operand-unplaced"}
    assert funnel["driver"].why == (
        "DaemonSet nvidia-driver-daemonset does not tolerate the node's taint team=a:NoSchedule"
    )


def test_a_cordon_keeps_no_operand_off() -> None:
    fleet = nvidia()
    fleet.node["spec"]["unschedulable"] = True

    assert broken(fleet.funnel()) == {}


def test_a_pod_that_the_scheduler_finds_no_room_for_is_unplaced() -> None:
    fleet = nvidia()
    pod = fleet.pod(PLUGIN)
    terms = [{"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["gpu-1"]}]}]
    required = "requiredDuringSchedulingIgnoredDuringExecution"
    affinity = {"nodeAffinity": {required: {"nodeSelectorTerms": terms}}}
    pod["spec"] = {"containers": pod["spec"]["containers"], "affinity": affinity}
    message = "0/1 nodes are available: 1 Too many pods."
    pod["status"] = {
        "phase": "Pending",
        "conditions": [{"type": "PodScheduled", "status": "False", "message": message}],
    }
    fleet.without_devices()
    funnel = fleet.funnel()

    assert broken(funnel) == {"device-plugin": "gpu/operand-unplaced"}
    assert "Too many pods" in funnel["device-plugin"].why


def test_a_failed_upgrade_is_told_of_the_driver_that_still_runs() -> None:
    fleet = nvidia()
    fleet.labels["nvidia.com/gpu-driver-upgrade-state"] = "upgrade-failed"

    assert broken(fleet.funnel()) == {"driver": "gpu/upgrade-failed"}


def test_a_failed_upgrade_is_told_with_what_ails_the_new_driver() -> None:
    fleet = nvidia()
    fleet.labels["nvidia.com/gpu-driver-upgrade-state"] = "upgrade-failed"
    fleet.ails(DRIVER, restarts=11, last={"exitCode": 1, "reason": "Error"}, **CRASHING)
    driver = fleet.funnel()["driver"]

    assert driver.code == "gpu/upgrade-failed"
    assert driver.why == "its upgrade has failed: main ends with exit code 1"
    assert len(driver.evidence) == 2


def test_a_driver_that_fails_while_it_is_upgraded_is_told_as_such() -> None:
    fleet = nvidia()
    fleet.labels["nvidia.com/gpu-driver-upgrade-state"] = "validation-required"
    fleet.ails(DRIVER, restarts=4, last={"exitCode": 1, "reason": "Error"}, **CRASHING)

    assert broken(fleet.funnel()) == {"driver": "gpu/driver-failed"}


@pytest.mark.parametrize("state", ["cordon-required", "drain-required", "validation-required"])
def test_an_upgrade_that_goes_on_is_work(state: str) -> None:
    fleet = nvidia()
    fleet.labels["nvidia.com/gpu-driver-upgrade-state"] = state
    for one in ("device-plugin", "container-toolkit", "operator-validator"):
        fleet.labels[f"nvidia.com/gpu.deploy.{one}"] = "paused-for-driver-upgrade"
    for one in (TOOLKIT, VALIDATOR, PLUGIN, GFD):
        fleet.drop("Pod", one)
    fleet.without_devices()
    funnel = fleet.funnel()

    assert broken(funnel) == {}
    assert states(funnel, State.SYMPTOM) == []


@pytest.mark.parametrize("state", ["", "upgrade-done", "upgrade-failed"])
def test_operands_paused_for_an_upgrade_that_is_over_are_held_back(state: str) -> None:
    fleet = nvidia()
    if state:
        fleet.labels["nvidia.com/gpu-driver-upgrade-state"] = state
    fleet.labels["nvidia.com/gpu.deploy.device-plugin"] = "paused-for-driver-upgrade"
    fleet.drop("Pod", PLUGIN)
    fleet.without_devices()
    funnel = fleet.funnel()

    assert broken(funnel)["deploy-labels"] == "gpu/stale-pause"
    assert funnel["device-plugin"].state is State.SYMPTOM
    assert "driver" not in broken(funnel) or state == "upgrade-failed"


def test_operands_paused_while_the_driver_starts_are_no_fault() -> None:
    fleet = nvidia()
    fleet.labels["nvidia.com/gpu.deploy.device-plugin"] = "paused-for-driver-upgrade"
    fleet.drop("Pod", PLUGIN)
    fleet.stuck(DRIVER, 0, since=ago(minutes=3))
    fleet.without_devices()

    assert broken(fleet.funnel()) == {}


@pytest.mark.parametrize(
    ("labels", "stage", "code"),
    [
        ({"feature.node.kubernetes.io/pci-10de.present": None}, "pci-label", "gpu/not-discovered"),
        ({"nvidia.com/gpu.present": None}, "present", "gpu/not-present"),
        ({"nvidia.com/gpu.deploy.operands": "false"}, "deploy-labels", "gpu/operands-off"),
        ({"nvidia.com/gpu.deploy.device-plugin": "false"}, "deploy-labels", "gpu/operands-off"),
        ({"nvidia.com/gpu.deploy.container-toolkit": None}, "deploy-labels", "gpu/operands-off"),
    ],
)
def test_labels_keep_operands_from_a_node(
    labels: dict[str, str | None], stage: str, code: str
) -> None:
    fleet = nvidia()
    fleet.drop("Pod", "")
    fleet.without_devices()
    if stage == "pci-label":
        fleet.labels.pop("nvidia.com/gpu.present")
    for key, value in labels.items():
        fleet.labels.pop(key, None)
        if value is not None:
            fleet.labels[key] = value
    funnel = fleet.funnel()

    assert broken(funnel) == {stage: code}
    assert funnel["device-plugin"].state is State.SYMPTOM


def test_operands_that_somebody_keeps_off_are_no_fault_where_devices_come_otherwise() -> None:
    fleet = nvidia()
    fleet.drop("Pod", "")
    fleet.labels["nvidia.com/gpu.deploy.operands"] = "false"
    funnel = fleet.funnel()

    assert "deploy-labels" not in broken(funnel)


def test_a_new_node_is_still_being_looked_after() -> None:
    fleet = nvidia()
    fleet.drop("Pod", "")
    fleet.without_devices()
    ready = {"type": "Ready", "status": "True", "lastTransitionTime": ago(minutes=4)}
    fleet.node["status"]["conditions"] = [ready]
    for key in list(fleet.labels):
        if key.startswith("nvidia.com/"):
            fleet.labels.pop(key)

    assert broken(fleet.funnel()) == {}


def test_a_node_that_is_not_ready_breaks_no_stage_of_its_own() -> None:
    fleet = nvidia()
    fleet.ails(PLUGIN, restarts=4, last={"exitCode": 2, "reason": "Error"}, **CRASHING)
    ready = {"type": "Ready", "status": "Unknown", "lastTransitionTime": ago(hours=1)}
    fleet.node["status"]["conditions"] = [ready]
    funnel = fleet.funnel()

    assert broken(funnel) == {}
    assert funnel["device-plugin"].why.startswith("the node is not ready: ")


def test_a_pod_that_is_replaced_is_judged_by_the_one_that_stays() -> None:
    fleet = nvidia()
    old = pod_of(PLUGIN)
    old["metadata"] |= {"name": "old", "deletionTimestamp": ago(minutes=1)}
    fleet.objects["Pod"].append(old)

    assert broken(fleet.funnel()) == {}


def test_a_pod_that_a_rollout_is_about_to_make_is_work() -> None:
    fleet = nvidia()
    fleet.drop("Pod", PLUGIN)
    fleet.without_devices()
    made = next(one for one in fleet.objects["DaemonSet"] if one["metadata"]["name"] == PLUGIN)
    made["status"] = {"desiredNumberScheduled": 2, "updatedNumberScheduled": 1}
    funnel = fleet.funnel()

    assert broken(funnel) == {}
    assert funnel["device-plugin"].state is State.WORKING

    made["spec"]["updateStrategy"] = {"type": "OnDelete"}
    assert broken(fleet.funnel()) == {"device-plugin": "gpu/plugin-missing"}
