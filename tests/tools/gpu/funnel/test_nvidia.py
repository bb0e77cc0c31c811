"""Where an NVIDIA node is stuck on the way to a device: the first broken stage, and no other."""

import pytest

from clusterwright.tools.gpu.funnel.stage import State
from tests.tools.gpu.funnel.fleet import (
    CRASHING,
    DRIVER,
    GFD,
    PLUGIN,
    TOOLKIT,
    VALIDATOR,
    Fleet,
    ago,
    broken,
    daemonset,
    event_of,
    nvidia,
    pod_of,
    policy,
    states,
    user_pod,
)


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
    fleet.ails(DRIVER, restarts=7, last={"exitCode": 1, "reason": "Error"}, **CRASHING)
    fleet.without_driver()
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
    fleet.without_driver()
    funnel = fleet.funnel()

    assert broken(funnel) == {"driver": "gpu/driver-image"}
    assert "registry.example/operand:1" in funnel["driver"].why
    assert "6.8.0-1030-aws" in funnel["driver"].why


def test_the_init_container_of_the_driver_fails_like_the_driver() -> None:
    fleet = nvidia()
    ended = {"terminated": {"exitCode": 1, "reason": "Error", "message": "cannot unload"}}
    fleet.stuck(DRIVER, 0, state=ended)
    fleet.without_driver()
    funnel = fleet.funnel()

    assert broken(funnel) == {"driver": "gpu/driver-failed"}
    assert funnel["driver"].why == "k8s-driver-manager ends with exit code 1: “cannot unload”"


def test_a_driver_that_is_still_being_built_is_under_way_and_so_is_the_rest() -> None:
    fleet = nvidia()
    fleet.ails(DRIVER, running={"startedAt": ago(minutes=6)})
    fleet.without_driver()
    funnel = fleet.funnel()

    assert broken(funnel) == {}
    assert states(funnel, State.WORKING) == [
        *("driver", "toolkit", "validator", "device-plugin", "gfd"),
        *("capacity", "allocatable", "free"),
    ]


def test_a_driver_that_is_not_ready_after_all_its_tries_is_broken() -> None:
    fleet = nvidia()
    fleet.ails(DRIVER, running={"startedAt": ago(minutes=45)})
    fleet.without_driver()

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


@pytest.mark.parametrize(
    ("rest", "block"),
    [("driver", "driver"), ("container-toolkit", "toolkit"), ("device-plugin", "devicePlugin")],
)
def test_a_deploy_label_is_not_asked_of_what_the_policy_leaves_out(rest: str, block: str) -> None:
    fleet = nvidia()
    fleet.labels[f"nvidia.com/gpu.deploy.{rest}"] = "no"
    assert broken(fleet.funnel()) == {"deploy-labels": "gpu/operands-off"}
    fleet.objects["ClusterPolicy.nvidia.com"] = [policy(**{block: {"enabled": False}})]
    assert broken(fleet.funnel()) == {}


def test_a_toolkit_that_fails_holds_up_what_waits_for_it() -> None:
    fleet = nvidia()
    fleet.ails(TOOLKIT, restarts=5, last={"exitCode": 1, "reason": "Error"}, **CRASHING)
    for one, at in ((VALIDATOR, 1), (PLUGIN, 0), (GFD, 0)):
        fleet.stuck(one, at)
    fleet.without_devices()
    funnel = fleet.funnel()

    assert broken(funnel) == {"toolkit": "gpu/toolkit-failed"}
    assert "device-plugin" in states(funnel, State.SYMPTOM)


_NO_RUNTIME = (
    "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to get sandbox"
    ' runtime: no runtime for "nvidia" is configured'
)


def _without_sandbox(fleet: Fleet, name: str) -> None:
    fleet.stuck(name, 0, state={"waiting": {"reason": "PodInitializing"}})
    fleet.add(event_of(fleet.pod(name), "FailedCreatePodSandBox", _NO_RUNTIME))


def test_a_runtime_without_the_handler_is_told_of_the_toolkit_that_seems_well() -> None:
    fleet = nvidia()
    for one in (VALIDATOR, PLUGIN, GFD):
        _without_sandbox(fleet, one)
    fleet.without_devices()
    funnel = fleet.funnel()

    assert broken(funnel) == {"toolkit": "gpu/runtime-handler"}
    assert 'no runtime for "nvidia" is configured' in funnel["toolkit"].why
    assert funnel["toolkit"].evidence[0].type == "event"
    assert funnel["device-plugin"].state is State.SYMPTOM


def test_a_runtime_without_the_handler_is_a_symptom_while_there_is_no_driver() -> None:
    fleet = nvidia()
    fleet.ails(DRIVER, restarts=7, last={"exitCode": 1, "reason": "Error"}, **CRASHING)
    fleet.without_driver()
    for one in (VALIDATOR, PLUGIN):
        _without_sandbox(fleet, one)

    assert broken(fleet.funnel()) == {"driver": "gpu/driver-failed"}


def test_a_check_that_fails_though_driver_and_toolkit_run_is_told_of_the_validator() -> None:
    fleet = nvidia()
    ended = {"terminated": {"exitCode": 127, "reason": "Error"}}
    fleet.stuck(VALIDATOR, 1, state=ended)
    fleet.stuck(PLUGIN, 0, state=ended)
    fleet.stuck(GFD, 0, state=ended)
    fleet.without_devices()
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
    fleet.ails(PLUGIN, restarts=4, last={"exitCode": 2, "reason": "Error"}, **CRASHING)
    fleet.stuck(VALIDATOR, 3)
    fleet.without_devices()
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
    fleet.without_devices()

    assert broken(fleet.funnel()) == {"device-plugin": "gpu/plugin-missing"}


def test_a_plugin_whose_daemonset_made_no_pod_is_missing_with_what_refused_it() -> None:
    fleet = nvidia()
    fleet.drop("Pod", PLUGIN)
    made = next(one for one in fleet.objects["DaemonSet"] if one["metadata"]["name"] == PLUGIN)
    refused = event_of(made, "FailedCreate", "exceeded quota: pods")
    fleet.add(refused)
    fleet.without_devices()
    funnel = fleet.funnel()

    assert broken(funnel) == {"device-plugin": "gpu/plugin-missing"}
    assert "“exceeded quota: pods”" in funnel["device-plugin"].why


def test_a_cluster_without_operator_and_plugin_lacks_the_plugin() -> None:
    fleet = nvidia(())
    fleet.objects.pop("ClusterPolicy.nvidia.com")
    fleet.without_devices()
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


def test_discovery_that_fails_takes_no_device_away() -> None:
    fleet = nvidia()
    fleet.ails(GFD, restarts=9, last={"exitCode": 128, "reason": "StartError"}, **CRASHING)
    funnel = fleet.funnel()

    assert broken(funnel) == {"gfd": "gpu/discovery-failed"}
    assert funnel["capacity"].state is funnel["allocatable"].state is State.OK


def test_two_faults_that_have_nothing_to_do_with_one_another_are_both_told() -> None:
    fleet = nvidia()
    fleet.ails(GFD, restarts=9, last={"exitCode": 128, "reason": "StartError"}, **CRASHING)
    fleet.ails(PLUGIN, waiting={"reason": "ErrImagePull", "message": "unauthorized"})
    fleet.without_devices()

    assert broken(fleet.funnel()) == {
        "device-plugin": "gpu/plugin-failed",
        "gfd": "gpu/discovery-failed",
    }
