"""Where an AMD node is stuck: no DeviceConfig, no module, no plugin, no labels."""

import pytest

from clusterwright.tools.gpu.funnel.stage import State
from tests.tools.gpu.funnel.fleet import CRASHING, Fleet, ago, amd, broken, node, pod_of, states

_PLUGIN, _LABELLER = "amd-device-plugin", "amd-node-labeller"
_LOADED = "kmm.node.kubernetes.io/gpu-operator.amd.ready"


def _unloaded(fleet: Fleet, state: str) -> None:
    fleet.labels.pop(_LOADED)
    fleet.drop("Pod", "")
    fleet.node["status"]["allocatable"]["amd.com/gpu"] = "0"
    config = fleet.objects["DeviceConfig.amd.com"][0]
    config["status"]["nodeModuleStatus"]["gpu-1"] = {"status": state}


def test_a_node_of_which_all_is_well_has_no_broken_stage() -> None:
    funnel = amd().funnel()

    assert states(funnel, State.OK) == [
        *("pci-label", "device-config", "driver", "device-plugin", "node-labeller"),
        *("capacity", "allocatable", "requested", "free"),
    ]


def test_a_module_that_is_not_loaded_holds_all_up() -> None:
    fleet = amd()
    _unloaded(fleet, "Upgrade-In-Progress")
    funnel = fleet.funnel()

    assert broken(funnel) == {"driver": "gpu/driver-failed"}
    assert states(funnel, State.SYMPTOM) == [
        *("device-plugin", "node-labeller", "allocatable", "free")
    ]


def test_a_cordoned_node_in_an_upgrade_may_lack_its_module() -> None:
    fleet = amd()
    _unloaded(fleet, "Upgrade-In-Progress")
    fleet.node["spec"]["unschedulable"] = True

    assert broken(fleet.funnel()) == {}

    module = fleet.objects["DeviceConfig.amd.com"][0]["status"]["nodeModuleStatus"]["gpu-1"]
    module["lastTransitionTime"] = ago(hours=2)
    assert broken(fleet.funnel()) == {"driver": "gpu/driver-failed"}


@pytest.mark.parametrize("state", ["Upgrade-Failed", "Drain-Failed", "Upgrade-Timed-Out"])
def test_an_upgrade_that_ended_badly_is_told(state: str) -> None:
    fleet = amd()
    _unloaded(fleet, state)

    assert broken(fleet.funnel()) == {"driver": "gpu/upgrade-failed"}


def test_a_module_that_is_said_to_be_loaded_and_that_nobody_sees_is_the_drivers_fault() -> None:
    fleet = amd()
    fleet.stuck(_PLUGIN, 0)
    fleet.stuck(_LABELLER, 0)
    fleet.node["status"]["allocatable"]["amd.com/gpu"] = "0"
    funnel = fleet.funnel()

    assert broken(funnel) == {"driver": "gpu/driver-failed"}
    assert funnel["device-plugin"].state is State.SYMPTOM


def test_a_driver_of_the_host_is_no_stage_of_its_own() -> None:
    fleet = amd(enable=False)
    fleet.labels.pop(_LOADED)
    for one in fleet.objects["DaemonSet"]:
        one["spec"]["template"]["spec"]["nodeSelector"] = {}

    assert broken(fleet.funnel()) == {}


def test_a_worker_of_kmm_that_cannot_have_its_image_is_told() -> None:
    fleet = amd()
    _unloaded(fleet, "Install-In-Progress")
    worker = pod_of("kmm-worker")
    fleet.add(worker)
    fleet.ails("kmm-worker", waiting={"reason": "ImagePullBackOff", "message": "not found"})

    assert broken(fleet.funnel()) == {"driver": "gpu/driver-image"}


@pytest.mark.parametrize(
    ("operand", "found"),
    [
        (_PLUGIN, {"device-plugin": "gpu/plugin-failed"}),
        (_LABELLER, {"node-labeller": "gpu/labeller-failed"}),
    ],
)
def test_an_operand_that_fails_is_told_by_its_name(operand: str, found: dict[str, str]) -> None:
    fleet = amd()
    fleet.ails(operand, restarts=5, last={"exitCode": 1, "reason": "Error"}, **CRASHING)

    assert broken(fleet.funnel()) == found


def test_a_node_that_no_device_config_selects_is_nobodys() -> None:
    fleet = amd()
    fleet.objects["DeviceConfig.amd.com"][0]["spec"]["selector"] = {"pool": "other"}
    fleet.drop("Pod", "")
    fleet.labels.pop(_LOADED)
    fleet.node["status"]["allocatable"]["amd.com/gpu"] = "0"
    funnel = fleet.funnel()

    assert broken(funnel) == {"device-config": "gpu/not-present"}
    assert "pool=other" in funnel["device-config"].why


def test_a_node_without_the_label_of_discovery_is_not_discovered() -> None:
    fleet = amd()
    _unloaded(fleet, "")
    fleet.labels.pop("feature.node.kubernetes.io/amd-gpu")

    assert broken(fleet.funnel()) == {"pci-label": "gpu/not-discovered"}


def test_a_cluster_of_a_plugin_alone_has_no_operator_to_be_broken() -> None:
    fleet = Fleet()
    fleet.add(node(labels={}, devices={"amd.com/gpu": "8"}))

    assert broken(fleet.funnel()) == {}


def test_an_intel_node_has_a_plugin_and_no_more() -> None:
    fleet = Fleet()
    labels = {"intel.feature.node.kubernetes.io/gpu": "true"}
    fleet.add(node(labels=labels, devices={"gpu.intel.com/i915": "0"}))
    funnel = fleet.funnel()

    assert broken(funnel) == {"device-plugin": "gpu/plugin-missing"}
    assert list(funnel)[:2] == ["pci-label", "device-plugin"]
