"""Where an NVIDIA node is stuck on the way to a device: the first broken stage, and no other."""

import pytest

from clusterwright.tools.gpu.funnel.stage import State
from clusterwright.tools.manifest import Json, Manifest
from tests.tools.gpu.funnel.fleet import (
    DRIVER,
    GFD,
    PLUGIN,
    TOOLKIT,
    VALIDATOR,
    Fleet,
    ago,
    broken,
    daemonset,
    nvidia,
    pod_of,
    states,
    user_pod,
)

_CRASH = {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 5m0s"}}
_WAITING_OPERANDS = (TOOLKIT, VALIDATOR, PLUGIN, GFD)


def _no_driver(fleet: Fleet) -> None:
    """Let all operands hang in their first init container, as they do without a driver."""
    for one in _WAITING_OPERANDS:
        fleet.stuck(one, 0)
    _no_devices(fleet)


def _no_devices(fleet: Fleet) -> None:
    for which in ("capacity", "allocatable"):
        fleet.node["status"][which].pop("nvidia.com/gpu")


def test_a_node_of_which_all_is_well_has_no_broken_stage() -> None:
    funnel = nvidia().funnel()

    assert list(funnel) == [
        *("pci-label", "present", "deploy-labels", "driver", "toolkit", "validator"),
        *("device-plugin", "gfd", "mig-manager", "capacity", "allocatable"),
        *("requested", "free", "slices"),
    ]
    assert states(funnel, State.NOT_USED) == ["mig-manager", "slices"]
    assert len(states(funnel, State.OK)) == 12
    assert funnel["free"].why == "8 nvidia.com/gpu"


def test_a_driver_that_keeps_ending_is_the_cause_and_all_in_init_its_symptoms() -> None:
    fleet = nvidia()
    fleet.ails(DRIVER, restarts=7, last={"exitCode": 1, "reason": "Error"}, **_CRASH)
    _no_driver(fleet)
    funnel = fleet.funnel()

    assert broken(funnel) == {"driver": "gpu/driver-failed"}
    assert states(funnel, State.SYMPTOM) == [
        *("toolkit", "validator", "device-plugin", "gfd", "capacity", "allocatable", "free")
    ]
    driver = funnel["driver"]
    assert driver.why == "main ends with exit code 1"
    assert driver.logs == ((driver.ref, "main"),)
    assert funnel["device-plugin"].why == "waits for driver: Init:0/2, in toolkit-validation"


def test_a_driver_image_that_cannot_be_had_is_told_with_the_kernel() -> None:
    fleet = nvidia()
    message = 'Back-off pulling image "driver:1": not found'
    fleet.ails(DRIVER, waiting={"reason": "ImagePullBackOff", "message": message})
    fleet.labels["feature.node.kubernetes.io/kernel-version.full"] = "6.8.0-1030-aws"
    _no_driver(fleet)
    funnel = fleet.funnel()

    assert broken(funnel) == {"driver": "gpu/driver-image"}
    assert "registry.example/operand:1" in funnel["driver"].why
    assert "6.8.0-1030-aws" in funnel["driver"].why


def test_the_init_container_of_the_driver_fails_like_the_driver() -> None:
    fleet = nvidia()
    ended = {"terminated": {"exitCode": 1, "reason": "Error", "message": "cannot unload"}}
    fleet.stuck(DRIVER, 0, state=ended)
    _no_driver(fleet)
    funnel = fleet.funnel()

    assert broken(funnel) == {"driver": "gpu/driver-failed"}
    assert funnel["driver"].why == "k8s-driver-manager ends with exit code 1: “cannot unload”"


def test_a_driver_that_is_still_being_built_is_under_way_and_so_is_the_rest() -> None:
    fleet = nvidia()
    fleet.ails(DRIVER, running={"startedAt": ago(minutes=6)})
    _no_driver(fleet)
    funnel = fleet.funnel()

    assert broken(funnel) == {}
    assert states(funnel, State.WORKING) == [
        *("driver", "toolkit", "validator", "device-plugin", "gfd"),
        *("capacity", "allocatable", "free"),
    ]


def test_a_driver_that_is_not_ready_after_all_its_tries_is_broken() -> None:
    fleet = nvidia()
    fleet.ails(DRIVER, running={"startedAt": ago(minutes=45)})
    _no_driver(fleet)

    assert broken(fleet.funnel()) == {"driver": "gpu/driver-failed"}


@pytest.mark.parametrize("value", ["pre-installed", "false"])
def test_a_driver_of_the_host_is_no_stage_of_its_own(value: str) -> None:
    fleet = nvidia()
    fleet.drop("Pod", DRIVER)
    fleet.labels["nvidia.com/gpu.deploy.driver"] = value
    funnel = fleet.funnel()

    assert broken(funnel) == {}
    assert funnel["driver"].state is State.NOT_USED


def test_a_driver_and_toolkit_that_the_policy_leaves_out_are_the_hosts() -> None:
    fleet = nvidia((VALIDATOR, PLUGIN, GFD), driver={"enabled": False}, toolkit={"enabled": False})
    funnel = fleet.funnel()

    assert broken(funnel) == {}
    assert funnel["driver"].state is funnel["toolkit"].state is State.NOT_USED


def test_a_toolkit_that_fails_holds_up_what_waits_for_it() -> None:
    fleet = nvidia()
    fleet.ails(TOOLKIT, restarts=5, last={"exitCode": 1, "reason": "Error"}, **_CRASH)
    for one, at in ((VALIDATOR, 1), (PLUGIN, 0), (GFD, 0)):
        fleet.stuck(one, at)
    _no_devices(fleet)
    funnel = fleet.funnel()

    assert broken(funnel) == {"toolkit": "gpu/toolkit-failed"}
    assert "device-plugin" in states(funnel, State.SYMPTOM)


def _sandbox_event(pod: Manifest) -> Manifest:
    message = (
        "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to get sandbox"
        ' runtime: no runtime for "nvidia" is configured'
    )
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": "e", "namespace": "gpu-operator"},
        "involvedObject": {
            "apiVersion": "v1",
            "kind": "Pod",
            "name": pod["metadata"]["name"],
            "namespace": "gpu-operator",
        },
        "reason": "FailedCreatePodSandBox",
        "message": message,
        "type": "Warning",
        "count": 12,
        "lastTimestamp": ago(minutes=1),
    }


def test_a_runtime_without_the_handler_is_told_of_the_toolkit_that_seems_well() -> None:
    fleet = nvidia()
    for one in (VALIDATOR, PLUGIN, GFD):
        fleet.stuck(one, 0, state={"waiting": {"reason": "PodInitializing"}})
        fleet.add(_sandbox_event(fleet.pod(one)))
    _no_devices(fleet)
    funnel = fleet.funnel()

    assert broken(funnel) == {"toolkit": "gpu/runtime-handler"}
    assert 'no runtime for "nvidia" is configured' in funnel["toolkit"].why
    assert funnel["toolkit"].evidence[0].type == "event"
    assert funnel["device-plugin"].state is State.SYMPTOM


def test_a_runtime_without_the_handler_is_a_symptom_while_there_is_no_driver() -> None:
    fleet = nvidia()
    fleet.ails(DRIVER, restarts=7, last={"exitCode": 1, "reason": "Error"}, **_CRASH)
    _no_driver(fleet)
    for one in (VALIDATOR, PLUGIN):
        fleet.stuck(one, 0, state={"waiting": {"reason": "PodInitializing"}})
        fleet.add(_sandbox_event(fleet.pod(one)))

    assert broken(fleet.funnel()) == {"driver": "gpu/driver-failed"}


def test_a_check_that_fails_though_driver_and_toolkit_run_is_told_of_the_validator() -> None:
    fleet = nvidia()
    ended = {"terminated": {"exitCode": 127, "reason": "Error"}}
    fleet.stuck(VALIDATOR, 1, state=ended)
    fleet.stuck(PLUGIN, 0, state=ended)
    fleet.stuck(GFD, 0, state=ended)
    _no_devices(fleet)
    funnel = fleet.funnel()

    assert broken(funnel) == {"validator": "gpu/validation-failed"}
    assert funnel["device-plugin"].state is funnel["gfd"].state is State.SYMPTOM


def test_a_corrupt_inforom_is_told_in_the_words_of_nvidia_smi() -> None:
    fleet = nvidia()
    fleet.stuck(VALIDATOR, 0, state={"terminated": {"exitCode": 14, "reason": "Error"}})

    assert fleet.funnel()["validator"].why.endswith(
        "(nvidia-smi 14: the infoROM of a GPU is corrupted)"
    )


def test_a_validator_that_waits_for_the_plugin_is_its_symptom() -> None:
    fleet = nvidia()
    fleet.ails(PLUGIN, restarts=4, last={"exitCode": 2, "reason": "Error"}, **_CRASH)
    fleet.stuck(VALIDATOR, 3)
    _no_devices(fleet)
    funnel = fleet.funnel()

    assert broken(funnel) == {"device-plugin": "gpu/plugin-failed"}
    assert funnel["validator"].state is State.SYMPTOM
    assert funnel["capacity"].state is State.SYMPTOM


def test_a_validator_without_a_free_device_only_waits() -> None:
    fleet = nvidia()
    fleet.stuck(VALIDATOR, 3)
    fleet.add(user_pod("train", nvidia_gpu="8"))
    funnel = fleet.funnel()

    assert broken(funnel) == {}
    assert funnel["validator"].state is State.WORKING
    assert funnel["free"].why == "none"


def test_a_plugin_that_nobody_made_is_missing() -> None:
    fleet = nvidia()
    fleet.drop("Pod", PLUGIN)
    fleet.drop("DaemonSet", PLUGIN)
    _no_devices(fleet)

    assert broken(fleet.funnel()) == {"device-plugin": "gpu/plugin-missing"}


def test_a_plugin_whose_daemonset_made_no_pod_is_missing_with_what_refused_it() -> None:
    fleet = nvidia()
    fleet.drop("Pod", PLUGIN)
    made = next(one for one in fleet.objects["DaemonSet"] if one["metadata"]["name"] == PLUGIN)
    refused = _sandbox_event(made) | {
        "reason": "FailedCreate",
        "message": "exceeded quota: pods",
        "involvedObject": {
            "apiVersion": "apps/v1",
            "kind": "DaemonSet",
            "name": PLUGIN,
            "namespace": "gpu-operator",
        },
    }
    fleet.add(refused)
    _no_devices(fleet)
    funnel = fleet.funnel()

    assert broken(funnel) == {"device-plugin": "gpu/plugin-missing"}
    assert "“exceeded quota: pods”" in funnel["device-plugin"].why


def test_a_cluster_without_operator_and_plugin_lacks_the_plugin() -> None:
    fleet = nvidia(())
    fleet.objects.pop("ClusterPolicy.nvidia.com")
    _no_devices(fleet)
    funnel = fleet.funnel()

    assert broken(funnel) == {"device-plugin": "gpu/plugin-missing"}
    assert funnel["driver"].state is State.NOT_USED


def test_a_plugin_of_its_own_chart_needs_no_operator() -> None:
    fleet = nvidia(())
    fleet.objects.pop("ClusterPolicy.nvidia.com")
    name = "nvdp-nvidia-device-plugin"
    chart = daemonset(name, {})
    chart["metadata"]["labels"] = {"app.kubernetes.io/name": "nvidia-device-plugin"}
    fleet.add(chart, pod_of(name))
    fleet.labels.pop("nvidia.com/gpu.present")
    funnel = fleet.funnel()

    assert broken(funnel) == {}
    assert funnel["device-plugin"].state is State.OK
    assert funnel["present"].state is State.NOT_USED


def test_a_taint_that_operands_do_not_tolerate_keeps_the_first_one_off() -> None:
    fleet = nvidia()
    fleet.drop("Pod", "")
    fleet.node["spec"]["taints"] = [{"key": "team", "value": "a", "effect": "NoSchedule"}]
    _no_devices(fleet)
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
    _no_devices(fleet)
    funnel = fleet.funnel()

    assert broken(funnel) == {"device-plugin": "gpu/operand-unplaced"}
    assert "Too many pods" in funnel["device-plugin"].why


def test_discovery_that_fails_takes_no_device_away() -> None:
    fleet = nvidia()
    fleet.ails(GFD, restarts=9, last={"exitCode": 128, "reason": "StartError"}, **_CRASH)
    funnel = fleet.funnel()

    assert broken(funnel) == {"gfd": "gpu/discovery-failed"}
    assert funnel["capacity"].state is funnel["allocatable"].state is State.OK


def test_two_faults_that_have_nothing_to_do_with_one_another_are_both_told() -> None:
    fleet = nvidia()
    fleet.ails(GFD, restarts=9, last={"exitCode": 128, "reason": "StartError"}, **_CRASH)
    fleet.ails(PLUGIN, waiting={"reason": "ErrImagePull", "message": "unauthorized"})
    _no_devices(fleet)

    assert broken(fleet.funnel()) == {
        "device-plugin": "gpu/plugin-failed",
        "gfd": "gpu/discovery-failed",
    }


def test_a_failed_upgrade_is_told_of_the_driver_that_still_runs() -> None:
    fleet = nvidia()
    fleet.labels["nvidia.com/gpu-driver-upgrade-state"] = "upgrade-failed"

    assert broken(fleet.funnel()) == {"driver": "gpu/upgrade-failed"}


def test_a_failed_upgrade_is_told_with_what_ails_the_new_driver() -> None:
    fleet = nvidia()
    fleet.labels["nvidia.com/gpu-driver-upgrade-state"] = "upgrade-failed"
    fleet.ails(DRIVER, restarts=11, last={"exitCode": 1, "reason": "Error"}, **_CRASH)
    driver = fleet.funnel()["driver"]

    assert driver.code == "gpu/upgrade-failed"
    assert driver.why == "its upgrade has failed: main ends with exit code 1"
    assert len(driver.evidence) == 2


def test_a_driver_that_fails_while_it_is_upgraded_is_told_as_such() -> None:
    fleet = nvidia()
    fleet.labels["nvidia.com/gpu-driver-upgrade-state"] = "validation-required"
    fleet.ails(DRIVER, restarts=4, last={"exitCode": 1, "reason": "Error"}, **_CRASH)

    assert broken(fleet.funnel()) == {"driver": "gpu/driver-failed"}


@pytest.mark.parametrize("state", ["cordon-required", "drain-required", "validation-required"])
def test_an_upgrade_that_goes_on_is_work(state: str) -> None:
    fleet = nvidia()
    fleet.labels["nvidia.com/gpu-driver-upgrade-state"] = state
    for one in ("device-plugin", "container-toolkit", "operator-validator"):
        fleet.labels[f"nvidia.com/gpu.deploy.{one}"] = "paused-for-driver-upgrade"
    for one in _WAITING_OPERANDS:
        fleet.drop("Pod", one)
    _no_devices(fleet)
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
    _no_devices(fleet)
    funnel = fleet.funnel()

    assert broken(funnel)["deploy-labels"] == "gpu/stale-pause"
    assert funnel["device-plugin"].state is State.SYMPTOM
    assert "driver" not in broken(funnel) or state == "upgrade-failed"


def test_operands_paused_while_the_driver_starts_are_no_fault() -> None:
    fleet = nvidia()
    fleet.labels["nvidia.com/gpu.deploy.device-plugin"] = "paused-for-driver-upgrade"
    fleet.drop("Pod", PLUGIN)
    fleet.stuck(DRIVER, 0, since=ago(minutes=3))
    _no_devices(fleet)

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
    _no_devices(fleet)
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
    _no_devices(fleet)
    ready = {"type": "Ready", "status": "True", "lastTransitionTime": ago(minutes=4)}
    fleet.node["status"]["conditions"] = [ready]
    for key in list(fleet.labels):
        if key.startswith("nvidia.com/"):
            fleet.labels.pop(key)

    assert broken(fleet.funnel()) == {}


def test_a_node_that_is_not_ready_breaks_no_stage_of_its_own() -> None:
    fleet = nvidia()
    fleet.ails(PLUGIN, restarts=4, last={"exitCode": 2, "reason": "Error"}, **_CRASH)
    ready = {"type": "Ready", "status": "Unknown", "lastTransitionTime": ago(hours=1)}
    fleet.node["status"]["conditions"] = [ready]
    funnel = fleet.funnel()

    assert broken(funnel) == {}
    assert funnel["device-plugin"].why.startswith("the node is not ready: ")


def test_a_pod_that_is_replaced_is_judged_by_the_one_that_stays() -> None:
    fleet = nvidia()
    old: Json = pod_of(PLUGIN)
    old["metadata"] |= {"name": "old", "deletionTimestamp": ago(minutes=1)}
    fleet.objects["Pod"].append(old)

    assert broken(fleet.funnel()) == {}
