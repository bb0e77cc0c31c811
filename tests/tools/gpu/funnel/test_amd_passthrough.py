"""AMD nodes for virtual machines: devices are bound to vfio-pci, whole or as virtual functions."""

import pytest

from clusterwright.tools.gpu.funnel.stage import State
from tests.tools.gpu.funnel.fleet import CRASHING, Fleet, amd, broken, pod_of, states

_LOADED = "kmm.node.kubernetes.io/gpu-operator.amd.ready"
_BOUND = "gpu.operator.amd.com/gpu-operator.amd.vfio.ready"
_WAYS = pytest.mark.parametrize("way", ["vf-passthrough", "pf-passthrough"])


def _fleet(way: str) -> Fleet:
    fleet = amd(driverType=way)
    fleet.labels[_BOUND] = ""
    fleet.labels["amd.com/gpu.mode"] = way
    if way == "pf-passthrough":  # which needs no module, so that KMM loads none
        fleet.labels.pop(_LOADED)
        fleet.objects["DeviceConfig.amd.com"][0]["status"] = {}
        for one in fleet.objects["DaemonSet"]:
            one["spec"]["template"]["spec"]["nodeSelector"] = {}
    return fleet


def _unbound(way: str) -> Fleet:
    fleet = _fleet(way)
    fleet.labels.pop(_BOUND)
    for which in ("capacity", "allocatable"):
        fleet.node["status"][which]["amd.com/gpu"] = "0"
    return fleet


@_WAYS
def test_a_node_whose_devices_are_bound_is_well(way: str) -> None:
    funnel = _fleet(way).funnel()

    assert broken(funnel) == {}
    assert funnel["vfio"].why == way
    driver = State.NOT_USED if way == "pf-passthrough" else State.OK
    assert funnel["driver"].state is driver


@_WAYS
def test_devices_that_are_not_bound_are_the_first_broken_stage(way: str) -> None:
    funnel = _unbound(way).funnel()

    assert broken(funnel) == {"vfio": "gpu/vfio-failed"}
    assert states(funnel, State.SYMPTOM) == ["capacity", "allocatable", "free"]


def test_a_worker_that_fails_to_bind_them_is_shown() -> None:
    fleet = _unbound("pf-passthrough")
    worker = pod_of("worker-amd")
    worker["metadata"]["ownerReferences"] = []
    fleet.add(worker)
    fleet.ails("worker-amd", restarts=5, last={"exitCode": 1}, **CRASHING)
    stage = fleet.funnel()["vfio"]

    assert stage.code == "gpu/vfio-failed"
    assert stage.why.endswith("main ends with exit code 1")
    assert stage.ref is not None
    assert stage.ref.name == "worker-amd-gpu-1"


def test_virtual_functions_need_the_module_that_makes_them() -> None:
    fleet = _unbound("vf-passthrough")
    fleet.labels.pop(_LOADED)
    fleet.drop("Pod", "")
    config = fleet.objects["DeviceConfig.amd.com"][0]
    config["status"]["nodeModuleStatus"]["gpu-1"] = {"status": "Upgrade-Complete"}

    assert broken(fleet.funnel())["driver"] == "gpu/driver-failed"
    assert "vfio" in states(fleet.funnel(), State.SYMPTOM)


def test_where_the_host_binds_them_the_operator_need_not() -> None:
    fleet = _unbound("pf-passthrough")
    fleet.objects["DeviceConfig.amd.com"][0]["spec"]["driver"]["enable"] = False
    for which in ("capacity", "allocatable"):
        fleet.node["status"][which]["amd.com/gpu"] = "8"
    funnel = fleet.funnel()

    assert broken(funnel) == {}
    assert funnel["vfio"].state is State.NOT_USED


def test_a_node_for_containers_has_no_such_stage() -> None:
    assert "vfio" not in amd().funnel()
