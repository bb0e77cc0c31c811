"""Pods that wait for GPUs for a reason that is no problem of GPUs are told of all the same."""

import pytest

from clusterwright.tools.gpu.unexplained import unexplained
from clusterwright.tools.manifest import Json
from tests.tools.gpu.analyzers.estates import beside, found, waiting
from tests.tools.gpu.funnel.fleet import Fleet, nvidia, user_pod

WHY = (
    "Pod/research/train-0 (waiting for GPUs, for none of these problems: gpu_explain_fit"
    " pod=research/train-0)"
)


def gaps(fleet: Fleet) -> list[str]:
    estate = fleet.estate()
    return [f"{one.what} ({one.reason})" for one in unexplained(estate, found(estate))]


def shut(fleet: Fleet, **spec: Json) -> Fleet:
    """Let no pod be placed on the node."""
    fleet.node["spec"].update(spec)
    return fleet


def test_nobody_waits_and_nothing_is_said() -> None:
    assert gaps(nvidia()) == []
    assert gaps(shut(nvidia(), unschedulable=True)) == []


def test_pods_that_a_taint_keeps_off_are_counted_with_the_tool_that_tells() -> None:
    taint = {"key": "team", "value": "other", "effect": "NoSchedule"}
    fleet = shut(nvidia(), taints=[taint])
    fleet.add(waiting("train-0"))
    assert gaps(fleet) == [WHY]
    fleet.add(waiting("train-1"))
    assert gaps(fleet) == [WHY.replace("train-0 (", "train-0 and 1 more (")]


def test_a_cordoned_node_is_told_while_something_waits() -> None:
    fleet = shut(nvidia(), unschedulable=True)
    fleet.add(waiting())
    assert gaps(fleet) == [
        WHY,
        "Node/gpu-1 (Cordoned, and pods wait for GPUs: see k8s_find_problems)",
    ]


def test_nodes_that_do_not_report_are_told_while_something_waits() -> None:
    fleet = nvidia()
    gone = beside(fleet, "gpu-2")
    for one in (fleet.node, gone):
        one["status"]["conditions"][0]["status"] = "Unknown"
        one["spec"]["taints"] = [{"key": "node.kubernetes.io/unreachable", "effect": "NoSchedule"}]
    fleet.add(waiting())
    assert gaps(fleet)[1:] == [
        "Node/gpu-1, Node/gpu-2 (NotReady, and pods wait for GPUs: see k8s_find_problems)"
    ]


@pytest.mark.parametrize("left", ["8", "0"], ids=["taken", "broken"])
def test_pods_of_a_problem_are_explained(left: str) -> None:
    fleet = nvidia()
    fleet.node["status"]["allocatable"]["nvidia.com/gpu"] = left
    if left != "0":
        fleet.add(user_pod("busy", nvidia_gpu="8"))
    fleet.add(*(waiting(f"train-{i}") for i in range(60)))
    assert gaps(fleet) == []


def test_a_claim_of_a_gpu_that_waits_for_another_reason_is_told() -> None:
    fleet = nvidia()
    api = "resource.k8s.io/v1"
    selector = {"cel": {"expression": "device.driver == 'gpu.nvidia.com'"}}
    fleet.add(
        waiting(asks={}, resourceClaims=[{"name": "g", "resourceClaimName": "mine"}]),
        {
            "apiVersion": api,
            "kind": "DeviceClass",
            "metadata": {"name": "gpu"},
            "spec": {"selectors": [selector]},
        },
        {
            "apiVersion": api,
            "kind": "ResourceClaim",
            "metadata": {"name": "mine", "namespace": "research"},
            "spec": {
                "devices": {"requests": [{"name": "g", "exactly": {"deviceClassName": "gpu"}}]}
            },
            "status": {"allocation": {"devices": {"results": []}}},
        },
    )
    assert gaps(fleet) == [WHY]
