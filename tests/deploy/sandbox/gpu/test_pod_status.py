"""Statuses as kubelets write them, for each way in which a container fails."""

from datetime import UTC, datetime

import pytest

from clusterwright.deploy.sandbox.gpu.operator.logs import log_of
from clusterwright.deploy.sandbox.gpu.operator.mig import said_of
from clusterwright.deploy.sandbox.gpu.operator.pod_status import Lasting, pod_status
from clusterwright.deploy.sandbox.gpu.operator.situation import Situation
from clusterwright.tools.gpu.analyzers.driver_logs import match
from clusterwright.tools.kubernetes.analyzers.log_line import complains
from clusterwright.tools.manifest import Json, Manifest

_POD: Manifest = {
    "metadata": {
        "name": "p",
        "namespace": "gpu-operator",
        "uid": "u",
        "labels": {"app": "nvidia-device-plugin-daemonset"},
    },
    "spec": {
        "initContainers": [
            {"name": "toolkit-validation", "image": "v:1"},
            {"name": "config-manager-init", "image": "v:1"},
        ],
        "containers": [
            {"name": "nvidia-device-plugin", "image": "p:1"},
            {"name": "config-manager", "image": "p:1"},
        ],
    },
}
_AT = datetime(2026, 1, 1, tzinfo=UTC)


def _status(at: int, name: str, mode: str, code: int = 1, restarts: int = 0) -> Json:
    where = Situation(at, name, mode, code)
    return pod_status(_POD, Lasting(where, _AT, restarts, "10.91.200.2", "10.90.0.2"))


def _states(status: Json) -> list[str]:
    found = [*status["initContainerStatuses"], *status["containerStatuses"]]
    return [
        state.get("waiting", {}).get("reason") or next(iter(state))
        for state in (one["state"] for one in found)
    ]


def _condition(status: Json, kind: str) -> str:
    return next(one["status"] for one in status["conditions"] if one["type"] == kind)


@pytest.mark.parametrize(
    ("at", "name", "mode", "phase", "states"),
    [
        (2, "", "", "Running", ["terminated", "terminated", "running", "running"]),
        (
            0,
            "toolkit-validation",
            "wait",
            "Pending",
            ["running", "PodInitializing", "PodInitializing", "PodInitializing"],
        ),
        (
            1,
            "config-manager-init",
            "crash",
            "Pending",
            ["terminated", "CrashLoopBackOff", "PodInitializing", "PodInitializing"],
        ),
        (
            2,
            "nvidia-device-plugin",
            "crash",
            "Running",
            ["terminated", "terminated", "CrashLoopBackOff", "running"],
        ),
        (
            2,
            "nvidia-device-plugin",
            "image-pull",
            "Pending",
            ["terminated", "terminated", "ImagePullBackOff", "running"],
        ),
        (
            0,
            "toolkit-validation",
            "sandbox",
            "Pending",
            ["PodInitializing", "PodInitializing", "PodInitializing", "PodInitializing"],
        ),
    ],
)
def test_each_container_is_where_the_pod_has_come_to(
    at: int, name: str, mode: str, phase: str, states: list[str]
) -> None:
    found = _status(at, name, mode)
    assert (found["phase"], _states(found)) == (phase, states)
    assert _condition(found, "Ready") == ("True" if not mode else "False")
    assert _condition(found, "Initialized") == ("True" if at == 2 else "False")


def test_a_crash_tells_restarts_and_how_it_ended() -> None:
    found = _status(2, "nvidia-device-plugin", "oom", 137, 5)["containerStatuses"][0]
    ended = found["lastState"]["terminated"]
    assert (found["restartCount"], found["ready"]) == (5, False)
    assert (ended["exitCode"], ended["reason"]) == (137, "OOMKilled")
    assert found["state"]["waiting"]["message"] == (
        "back-off 5m0s restarting failed container=nvidia-device-plugin pod=p_gpu-operator(u)"
    )


def test_a_container_that_cannot_be_created_tells_what_the_runtime_said() -> None:
    found = _status(0, "toolkit-validation", "create-error")["initContainerStatuses"][0]
    assert found["state"]["waiting"]["reason"] == "RunContainerError"
    assert "libnvidia-ml.so.1" in found["state"]["waiting"]["message"]
    assert found["lastState"]["terminated"]["reason"] == "StartError"


def test_logs_tell_why_it_crashed_or_what_it_waits_for() -> None:
    crashed = {**_POD, "status": _status(2, "nvidia-device-plugin", "crash", 1, 4)}
    assert "failed to initialize NVML" in log_of(crashed, {}, "nvidia-device-plugin")
    waiting = {**_POD, "status": _status(0, "toolkit-validation", "wait")}
    assert log_of(waiting, {}, "toolkit-validation").startswith("waiting for nvidia container")
    assert log_of(waiting, {}, "nvidia-device-plugin") == ""
    said = {"gpu.sandbox.clusterwright.io/device-plugin-log": "anything"}
    node = {"metadata": {"annotations": said}}
    assert log_of(crashed, node, "nvidia-device-plugin") == "anything\n"
    well = {**_POD, "status": _status(2, "", "")}
    assert log_of(well, {}, "nvidia-device-plugin").endswith("simulated, all is well\n")
    assert log_of(well, {}, "nvidia-device-plugin", "busy") == "busy\n"


@pytest.mark.parametrize(
    ("why", "means"),
    [
        ("busy", "programs use the GPUs whose layout is to change"),
        ("unfit", "the MIG devices of the layout could not be made"),
        ("absent", "the layout is not one that these GPUs can have"),
    ],
)
def test_a_mig_manager_logs_what_its_readers_know(why: str, means: str) -> None:
    lines = said_of("all-1g.5gb", why).splitlines()
    found = match(lines)
    assert found is not None
    assert found.means == means
    assert any("level=fatal" in one for one in lines)
    assert "to 'failed'" in lines[-2]


def test_a_mig_manager_that_made_a_layout_complains_of_nothing() -> None:
    lines = said_of("all-1g.10gb", "").splitlines()
    assert "MIG configuration applied successfully" in lines
    assert not any(map(complains, lines))
