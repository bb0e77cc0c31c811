"""Pods with GPUs to be had are told of the network devices that they lack."""

import pytest

from clusterwright.tools.manifest import Json, Manifest
from tests.tools.gpu.analyzers.estates import codes, found, only, thing, waiting
from tests.tools.gpu.funnel.fleet import Fleet, nvidia, user_pod

_RDMA = "rdma/rdma_shared_device_a"
_CODE = "gpu/network-device-missing"


def _fleet(**has: str) -> Fleet:
    fleet = nvidia()
    for which in ("capacity", "allocatable"):
        offers = {f"rdma/{key}": amount for key, amount in has.items()}
        fleet.node["status"][which].update(offers)
    return fleet


def _pod(name: str = "train-0", gpus: str = "1", resource: str = _RDMA) -> Manifest:
    said = f"0/1 nodes are available: 1 Insufficient {resource}."
    return waiting(name, said=said, asks={"nvidia.com/gpu": gpus, resource: "1"})


def test_a_resource_that_no_gpu_node_offers_is_told_with_the_nearest() -> None:
    fleet = _fleet(rdma_shared_device_b="63")
    fleet.add(_pod())
    finding = only(found(fleet))

    assert finding.code == _CODE
    assert finding.title == (
        f"GPUs are free on gpu-1, and none offers {_RDMA}: it offers rdma/rdma_shared_device_b"
        " (gpu-1)"
    )
    assert "SriovNetworkNodePolicy" in finding.fixes[0]


@pytest.mark.parametrize("resource", ["nvidia.com/resibp24s0", "openshift.io/mlxnics"])
def test_devices_of_any_network_operator_count(resource: str) -> None:
    fleet = _fleet()
    fleet.add(_pod(resource=resource))

    assert only(found(fleet)).title.endswith(f"and none offers {resource}")


def test_devices_that_others_have_are_told_as_that() -> None:
    fleet = _fleet(rdma_shared_device_a="1")
    holder = user_pod("other")
    holder["spec"]["containers"][0]["resources"]["limits"] = {_RDMA: "1"}
    fleet.add(holder, _pod())
    finding = only(found(fleet))

    assert finding.title.endswith(f"and 0 of 1 {_RDMA} there (gpu-1), of which a pod asks 1")
    assert finding.fixes[0].startswith("Wait until one ends")


def test_what_the_network_operators_say_of_the_node_is_shown() -> None:
    state = thing(
        *("SriovNetworkNodeState", "gpu-1", "sriovnetwork.openshift.io/v1"),
        namespace="sriov",
        status={"syncStatus": "Failed", "lastSyncError": "SR-IOV is off in the firmware"},
    )
    policy = thing("NicClusterPolicy", "n", "mellanox.com/v1alpha1", status={"state": "notReady"})
    fleet = _fleet()
    fleet.objects["SriovNetworkNodeState.sriovnetwork.openshift.io"] = [state]
    fleet.objects["NicClusterPolicy.mellanox.com"] = [policy]
    fleet.add(_pod())
    finding = only(found(fleet))

    said = [str(getattr(one, "value", "")) for one in finding.evidence]
    assert "Failed: SR-IOV is off in the firmware" in said
    assert "notReady" in said
    assert "SR-IOV is off in the firmware" in finding.fixes[0]


@pytest.mark.parametrize("state", [{"syncStatus": "Succeeded"}, {}, {"syncStatus": 7}])
def test_a_network_operator_that_is_well_is_not_named(state: Json) -> None:
    fleet = _fleet()
    fleet.objects["SriovNetworkNodeState.sriovnetwork.openshift.io"] = [
        thing("SriovNetworkNodeState", "gpu-1", "sriovnetwork.openshift.io/v1", status=state)
    ]
    fleet.add(_pod())

    assert "SriovNetworkNodePolicy" in only(found(fleet)).fixes[0]


def test_where_gpus_are_lacking_the_network_is_not_the_matter() -> None:
    fleet = _fleet()
    fleet.add(user_pod("other", nvidia_gpu="8"), _pod())

    assert _CODE not in codes(found(fleet)).values()


def test_pods_that_ask_for_the_same_gpus_without_a_network_are_told_apart() -> None:
    fleet = _fleet()
    fleet.add(user_pod("other", nvidia_gpu="7"))
    fleet.add(waiting("a", asks={"nvidia.com/gpu": "1"}), _pod("b"))

    assert codes(found(fleet)) == {"Pod/research/b": _CODE}
