"""Where GPUs are shared by MPS, its daemon is a stage: the plugin offers none until it is there."""

from clusterwright.tools.gpu.funnel.stage import State
from tests.tools.gpu.funnel.fleet import (
    CONTAINERS,
    CRASHING,
    MPS,
    PLUGIN,
    VALIDATOR,
    Fleet,
    broken,
    daemonset,
    nvidia,
    states,
)

_PLACES = {"nvidia.com/gpu.deploy.device-plugin": "true", "nvidia.com/mps.capable": "true"}
_SHARED = {
    "nvidia.com/gpu.replicas": "4",
    "nvidia.com/gpu.sharing-strategy": "mps",
    "nvidia.com/mps.capable": "true",
}


def _fleet() -> Fleet:
    fleet = nvidia((*CONTAINERS, MPS))
    fleet.drop("DaemonSet", MPS)
    fleet.add(daemonset(MPS, dict(_PLACES)))
    fleet.labels.update(_SHARED)
    for which in ("capacity", "allocatable"):
        fleet.node["status"][which]["nvidia.com/gpu"] = "32"
    return fleet


def test_with_its_daemon_a_node_that_shares_by_mps_is_well() -> None:
    funnel = _fleet().funnel()

    assert broken(funnel) == {}
    assert funnel["mps-control"].state is State.OK


def test_a_node_that_is_not_shared_so_has_no_such_stage() -> None:
    assert "mps-control" not in nvidia().funnel()


def test_a_daemon_that_does_not_start_leaves_a_plugin_that_runs_without_devices() -> None:
    fleet = _fleet()
    fleet.ails(MPS, restarts=5, last={"exitCode": 1}, **CRASHING)
    fleet.stuck(VALIDATOR, 3)
    fleet.without_devices()
    funnel = fleet.funnel()

    assert broken(funnel) == {"mps-control": "gpu/mps-failed"}
    assert funnel["device-plugin"].state is State.OK
    assert states(funnel, State.SYMPTOM) == ["validator", "capacity", "allocatable", "free"]


def test_a_daemon_that_nobody_places_is_missed_where_no_device_is_offered() -> None:
    fleet = _fleet()
    for kind in ("Pod", "DaemonSet"):
        fleet.drop(kind, MPS)
    fleet.without_devices()

    assert broken(fleet.funnel()) == {"mps-control": "gpu/mps-failed"}


def test_a_daemon_of_another_name_is_not_missed_while_devices_are_offered() -> None:
    fleet = _fleet()
    for kind in ("Pod", "DaemonSet"):
        fleet.drop(kind, MPS)

    assert broken(fleet.funnel()) == {}


def test_a_plugin_that_does_not_run_is_no_fault_of_the_daemon() -> None:
    fleet = _fleet()
    fleet.ails(PLUGIN, restarts=5, last={"exitCode": 1}, **CRASHING)
    fleet.without_devices()

    assert broken(fleet.funnel()) == {"device-plugin": "gpu/plugin-failed"}
