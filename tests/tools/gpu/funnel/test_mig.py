"""Layouts of MIG: in force, under way, failed, stuck; and nodes that have none."""

import pytest

from clusterwright.tools.gpu.funnel.stage import State
from tests.tools.gpu.funnel.fleet import (
    CRASHING,
    MIG,
    PLUGIN,
    VALIDATOR,
    Fleet,
    ago,
    broken,
    nvidia,
    user_pod,
)


def _with_mig(config: str = "all-1g.10gb", state: str = "success") -> Fleet:
    fleet = nvidia()
    fleet.labels.update({"nvidia.com/mig.config": config, "nvidia.com/mig.strategy": "mixed"})
    if state:
        fleet.labels["nvidia.com/mig.config.state"] = state
    return fleet


def _mixed(fleet: Fleet) -> None:
    for which in ("capacity", "allocatable"):
        fleet.node["status"][which] |= {"nvidia.com/gpu": "0", "nvidia.com/mig-1g.10gb": "56"}


def test_a_mixed_node_has_no_whole_device_and_is_well() -> None:
    fleet = _with_mig()
    _mixed(fleet)
    funnel = fleet.funnel()

    assert broken(funnel) == {}
    assert funnel["capacity"].why == "56 nvidia.com/mig-1g.10gb"
    assert funnel["mig-manager"].why == "nvidia.com/mig.config=all-1g.10gb"


def test_devices_of_the_single_strategy_are_more_than_were_counted_and_well() -> None:
    fleet = _with_mig()
    fleet.labels.update({"nvidia.com/gpu.product": "NVIDIA-H100-80GB-HBM3-MIG-1g.10gb"})
    for which in ("capacity", "allocatable"):
        fleet.node["status"][which]["nvidia.com/gpu"] = "56"

    assert broken(fleet.funnel()) == {}


def test_a_failed_layout_leaves_the_devices_as_they_were() -> None:
    fleet = _with_mig("all-1g.5gb", "failed")
    fleet.add(user_pod("train", nvidia_gpu="4"))
    funnel = fleet.funnel()

    assert broken(funnel) == {"mig-manager": "gpu/mig-failed"}
    assert funnel["allocatable"].state is State.OK
    assert funnel["mig-manager"].why.endswith("its devices are in use by Pod/research/train")
    assert funnel["mig-manager"].logs[0][1] == "main"


@pytest.mark.parametrize("state", ["pending", "rebooting", ""])
def test_a_layout_that_is_being_made_is_work(state: str) -> None:
    fleet = _with_mig(state=state)
    fleet.labels["nvidia.com/gpu.deploy.device-plugin"] = "paused-for-mig-change"
    fleet.drop("Pod", PLUGIN)
    for which in ("capacity", "allocatable"):
        fleet.node["status"][which]["nvidia.com/gpu"] = "0"
    funnel = fleet.funnel()

    assert broken(funnel) == {}
    assert funnel["mig-manager"].state is State.WORKING


def test_a_layout_that_waits_for_a_pod_to_let_go_is_stuck() -> None:
    fleet = _with_mig(state="pending")
    fleet.add(user_pod("train", nvidia_gpu="8"))
    funnel = fleet.funnel()

    assert broken(funnel) == {"mig-manager": "gpu/mig-stuck"}
    assert "Pod/research/train" in funnel["mig-manager"].why


def test_a_pod_that_only_just_started_holds_no_layout_up() -> None:
    fleet = _with_mig(state="pending")
    fleet.add(user_pod("train", started=ago(minutes=2), nvidia_gpu="8"))

    assert broken(fleet.funnel()) == {}


def test_a_layout_that_nobody_makes_is_stuck() -> None:
    fleet = _with_mig(state="pending")
    fleet.ails(MIG, restarts=6, last={"exitCode": 1, "reason": "Error"}, **CRASHING)
    funnel = fleet.funnel()

    assert broken(funnel) == {"mig-manager": "gpu/mig-stuck"}
    assert "main ends with exit code 1" in funnel["mig-manager"].why


def test_a_pause_for_a_layout_that_is_done_is_stale() -> None:
    fleet = _with_mig()
    fleet.labels["nvidia.com/gpu.deploy.device-plugin"] = "paused-for-mig-change"
    fleet.drop("Pod", PLUGIN)
    fleet.node["status"]["allocatable"]["nvidia.com/gpu"] = "0"

    assert broken(fleet.funnel()) == {"deploy-labels": "gpu/stale-pause"}


def test_a_node_without_mig_does_without_its_manager() -> None:
    fleet = nvidia()
    fleet.drop("Pod", MIG)

    assert broken(fleet.funnel()) == {}


def test_an_idle_manager_that_hangs_in_a_check_hangs_on_the_validator() -> None:
    fleet = _with_mig("all-disabled")
    ended = {"terminated": {"exitCode": 127, "reason": "Error"}}
    for name, at in ((VALIDATOR, 1), (MIG, 0)):
        fleet.stuck(name, at, state=ended)
    funnel = fleet.funnel()

    assert broken(funnel) == {"validator": "gpu/validation-failed"}
    assert funnel["mig-manager"].state is State.SYMPTOM


def test_an_idle_manager_that_fails_is_told_before_it_is_needed() -> None:
    fleet = _with_mig("all-disabled")
    fleet.ails(MIG, restarts=6, last={"exitCode": 1, "reason": "Error"}, **CRASHING)

    assert broken(fleet.funnel()) == {"mig-manager": "gpu/mig-failed"}
