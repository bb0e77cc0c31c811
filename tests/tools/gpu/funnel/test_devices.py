"""From what a node advertises to what is free: sick devices, shared ones, DRA's, and all given."""

import pytest

from clusterwright.tools.gpu.funnel.stage import State
from clusterwright.tools.gpu.vendor import Vendor
from clusterwright.tools.manifest import Json, Manifest
from tests.tools.gpu.analyzers.estates import found as findings
from tests.tools.gpu.funnel.fleet import (
    PLUGIN,
    Fleet,
    ago,
    broken,
    daemonset,
    node,
    nvidia,
    pod_of,
    policy,
    user_pod,
)

_DRA = "nvidia-dra-driver-gpu-kubelet-plugin"


def _devices(fleet: Fleet, capacity: Json, allocatable: Json = None) -> None:
    status = fleet.node["status"]
    status["capacity"] = {"cpu": "64", **capacity}
    status["allocatable"] = {"cpu": "64", **(capacity if allocatable is None else allocatable)}


def test_a_device_that_the_plugin_takes_for_sick_is_not_allocatable() -> None:
    fleet = nvidia()
    _devices(fleet, {"nvidia.com/gpu": "8"}, {"nvidia.com/gpu": "7"})
    funnel = fleet.funnel()

    assert broken(funnel) == {"allocatable": "gpu/unhealthy-device"}
    assert funnel["allocatable"].why == "1 of 8 nvidia.com/gpu not healthy"
    assert [getattr(one, "value", "") for one in funnel["allocatable"].evidence] == ["8", "7"]
    assert funnel["free"].why == "7 nvidia.com/gpu"


def test_devices_of_a_second_vendor_are_not_passed_over() -> None:
    fleet = nvidia()
    _devices(
        fleet,
        {"amd.com/gpu": "8", "nvidia.com/gpu": "8"},
        {"amd.com/gpu": "0", "nvidia.com/gpu": "8"},
    )
    funnel = fleet.funnel()

    assert broken(funnel) == {"allocatable": "gpu/unhealthy-device"}
    assert funnel["allocatable"].why == "0 of 8 amd.com/gpu"
    assert funnel["allocatable"].logs == ()


def test_of_thousands_of_resources_a_few_are_named() -> None:
    fleet = nvidia()
    many = {f"nvidia.com/mig-{i}g.1gb": "2" for i in range(5_000)}
    _devices(fleet, many, dict.fromkeys(many, "1"))
    stage = fleet.funnel()["allocatable"]

    assert stage.why.endswith(" and 4992 more")
    assert len(stage.why) < 500
    assert len(stage.evidence) == 16
    assert fleet.funnel()["capacity"].why.endswith(" and 4992 more")


def test_a_device_that_is_gone_since_discovery_counted_is_missed() -> None:
    fleet = nvidia()
    _devices(fleet, {"nvidia.com/gpu": "7"})
    funnel = fleet.funnel()

    assert broken(funnel) == {"allocatable": "gpu/unhealthy-device"}
    assert funnel["allocatable"].why.startswith("7 of 8 devices that discovery counted")


def test_a_plugin_that_has_just_started_may_yet_find_them() -> None:
    fleet = nvidia()
    _devices(fleet, {"nvidia.com/gpu": "8"}, {"nvidia.com/gpu": "0"})
    plugin = fleet.pod(PLUGIN)["status"]["containerStatuses"][0]
    plugin["state"] = {"running": {"startedAt": ago(seconds=10)}}

    assert broken(fleet.funnel()) == {}


def test_nothing_is_advertised_though_all_runs() -> None:
    fleet = nvidia()
    _devices(fleet, {"nvidia.com/gpu": "0"})
    funnel = fleet.funnel()

    assert broken(funnel) == {"capacity": "gpu/not-advertised"}
    assert funnel["allocatable"].state is funnel["free"].state is State.SYMPTOM


@pytest.mark.parametrize(
    ("labels", "devices"),
    [
        ({"gpu.replicas": "4", "gpu.sharing-strategy": "time-slicing"}, {"nvidia.com/gpu": "32"}),
        (
            {"gpu.replicas": "10", "gpu.sharing-strategy": "mps"},
            {"nvidia.com/gpu": "0", "nvidia.com/gpu.shared": "80"},
        ),
        ({"gpu.replicas": "1"}, {"nvidia.com/gpu": "80"}),
        ({"gpu.count": "many"}, {"nvidia.com/gpu": "3"}),
    ],
)
def test_shared_devices_are_counted_by_their_replicas(labels: Json, devices: Json) -> None:
    fleet = nvidia()
    fleet.labels.update({f"nvidia.com/{key}": value for key, value in labels.items()})
    _devices(fleet, devices)

    assert broken(fleet.funnel()) == {}


def test_a_node_whose_devices_are_all_requested_is_not_broken() -> None:
    fleet = nvidia()
    fleet.add(user_pod("a", nvidia_gpu="6"), user_pod("b", nvidia_gpu="2"))
    funnel = fleet.funnel()

    assert broken(funnel) == {}
    assert funnel["requested"].why == "8 nvidia.com/gpu by 2 pods"
    assert funnel["free"].why == "none"


def _slice(count: int, taints: Json = ()) -> Manifest:
    devices = [{"name": f"gpu-{i}", "taints": list(taints) if not i else []} for i in range(count)]
    return {
        "apiVersion": "resource.k8s.io/v1",
        "kind": "ResourceSlice",
        "metadata": {"name": "gpu-1-slice"},
        "spec": {
            "driver": "gpu.nvidia.com",
            "nodeName": "gpu-1",
            "pool": {"name": "gpu-1", "generation": 1},
            "devices": devices,
        },
    }


def test_a_node_of_dra_only_needs_no_plugin_and_no_capacity() -> None:
    fleet = nvidia(())
    fleet.objects.pop("ClusterPolicy.nvidia.com")
    fleet.add(_slice(8, [{"key": "gpu.nvidia.com/xid", "effect": "NoSchedule"}]))
    _devices(fleet, {})
    funnel = fleet.funnel()

    assert broken(funnel) == {}
    assert funnel["device-plugin"].state is funnel["capacity"].state is State.NOT_USED
    assert funnel["slices"].why == "8 devices in 1 slice, 1 of them tainted"


def test_a_cluster_whose_policy_leaves_the_plugin_to_dra_is_well() -> None:
    fleet = nvidia(())
    fleet.objects["ClusterPolicy.nvidia.com"] = [
        policy(
            driver={"enabled": False},
            toolkit={"enabled": False},
            devicePlugin={"enabled": False},
            gfd={"enabled": False},
        )
    ]
    fleet.labels.update({"nvidia.com/gpu.deploy.operator-validator": "true"})
    fleet.add(daemonset("nvidia-operator-validator"), pod_of("nvidia-operator-validator"))
    fleet.add(_slice(8))
    _devices(fleet, {})

    assert broken(fleet.funnel()) == {}


def test_a_gpu_cluster_brings_devices_by_dra_and_no_operands_by_labels() -> None:
    fleet = nvidia(())
    fleet.objects["ClusterPolicy.nvidia.com"] = []
    fleet.add(
        {"apiVersion": "nvidia.com/v1alpha1", "kind": "GPUCluster", "metadata": {"name": "c"}}
    )
    fleet.add(_slice(8))
    _devices(fleet, {})
    for key in [key for key in fleet.labels if "deploy" in key]:
        fleet.labels.pop(key)
    funnel = fleet.funnel()

    assert broken(funnel) == {}
    assert funnel["present"].state is State.OK


def test_slices_without_a_device_are_told() -> None:
    fleet = nvidia(())
    fleet.objects.pop("ClusterPolicy.nvidia.com")
    fleet.add(_slice(0))
    _devices(fleet, {})
    funnel = fleet.funnel()
    assert broken(funnel) == {"slices": "gpu/not-advertised"}
    assert funnel["slices"].why == "its slices hold no device"


def _of_two(**metadata: Json) -> Manifest:
    one = _slice(8)
    one["spec"]["pool"]["resourceSliceCount"] = 2
    one["metadata"].update(metadata)
    return one


def test_a_pool_of_which_a_slice_is_not_there_is_left_out_by_the_scheduler() -> None:
    fleet = nvidia()
    fleet.add(_of_two())
    assert broken(fleet.funnel()) == {"slices": "gpu/not-advertised"}
    assert fleet.funnel()["slices"].why == "pool gpu-1 has 1 of 2 slices, and is left out till then"
    (finding,) = (one for one in findings(fleet) if one.code == "gpu/not-advertised")
    assert finding.fixes == (
        "Start the DRA driver's pod on the node again, which publishes the slices.",
    )
    fleet.add(_of_two(name="gpu-1-more"))
    assert broken(fleet.funnel()) == {}


def test_a_pool_that_is_published_just_now_may_yet_be_whole() -> None:
    fleet = nvidia()
    fleet.add(_of_two(creationTimestamp=ago(seconds=2)))
    assert fleet.funnel()["slices"].state is State.WORKING


@pytest.mark.parametrize("operated", [True, False])
def test_a_node_that_only_its_slices_tell_of_is_one_with_gpus(*, operated: bool) -> None:
    fleet = nvidia()
    if not operated:
        fleet = nvidia(())
        fleet.objects.pop("ClusterPolicy.nvidia.com")
    one = _slice(4)
    one["spec"].update(nodeName="bare", pool={"name": "bare", "generation": 1})
    fleet.add(node("bare", devices={}), one)
    funnel = fleet.funnel("bare")
    assert broken(funnel) == {}
    assert funnel["capacity"].why == "DRA brings the devices"


def test_slices_tell_whose_devices_they_are() -> None:
    fleet = Fleet()
    one = _slice(4)
    one["spec"]["driver"] = "gpu.amd.com"
    fleet.add(node(devices={}), one)
    assert [found.vendor for found in fleet.estate().nodes] == [Vendor.AMD]
    assert broken(fleet.funnel()) == {}


def test_a_dra_driver_that_publishes_nothing_is_told() -> None:
    fleet = nvidia()
    fleet.objects["ResourceSlice"] = []
    fleet.add(daemonset(_DRA, {}), pod_of(_DRA))

    assert broken(fleet.funnel()) == {"slices": "gpu/not-advertised"}


def test_a_dra_driver_that_fails_is_told_of_the_slices() -> None:
    fleet = nvidia()
    fleet.add(daemonset(_DRA, {}), pod_of(_DRA))
    fleet.ails(_DRA, restarts=3, last={"exitCode": 1}, waiting={"reason": "CrashLoopBackOff"})

    assert broken(fleet.funnel()) == {"slices": "gpu/plugin-failed"}
