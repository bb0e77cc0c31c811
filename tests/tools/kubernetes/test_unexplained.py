"""What no finding explains is told: "no problems" must not cover pods that are not well."""

import pytest

from clusterwright.tools.finding import Severity
from clusterwright.tools.kubernetes.unexplained import CODE, unexplained
from clusterwright.tools.manifest import Json, Manifest
from tests.tools.kubernetes.analyzers.cluster import (
    ago,
    conclude,
    ended,
    event,
    make,
    owned,
    pod,
    running,
    snapshot,
    waiting,
)


def told(*objects: Manifest) -> list[str]:
    """Return what is not well, once all analyzers have spoken: findings, then gaps."""
    left = unexplained(snapshot(*objects), conclude(*objects))
    found = [f"{', '.join(map(str, one.members))} ! {one.title}" for one in left.findings]
    return [*found, *(f"{one.what}: {one.reason}" for one in left.gaps)]


def deployment(name: str = "cart", ready: int = 0) -> Manifest:
    return make(
        "Deployment",
        name,
        api="apps/v1",
        spec={"replicas": 1},
        status={"readyReplicas": ready, "availableReplicas": ready},
    )


def creating(word: str = "ContainerCreating", **rest: Json) -> Manifest:
    return pod(waiting(word), phase="Pending", **rest)


def test_a_pod_whose_state_nobody_understands_is_a_finding() -> None:
    stuck = pod(waiting("CreateContainerError", "no such device"), phase="Pending")
    (finding,) = unexplained(snapshot(stuck), []).findings
    assert (finding.code, finding.severity) == (CODE, Severity.CRITICAL)
    assert finding.title == "A pod is CreateContainerError: no such device"


def test_the_last_warning_is_told_where_no_container_says_more() -> None:
    stuck = creating()
    lines = told(
        stuck,
        event(stuck, "Odd", "timed out", age=90),
        event(stuck, "Odd", "no such share", age=30),
    )
    assert lines == ["Pod/shop/cart-1 ! A pod is ContainerCreating: no such share"]


def test_alike_pods_are_one_finding() -> None:
    pods = [creating(name=f"p-{i}") for i in range(3)]
    assert told(*pods) == [
        "Pod/shop/p-0, Pod/shop/p-1, Pod/shop/p-2 ! A pod is ContainerCreating, cause unknown"
    ]


@pytest.mark.parametrize(("since", "is_told"), [(100, False), (130, True)])
def test_a_pod_that_was_ready_a_moment_ago_may_be_so_again(since: float, is_told: bool) -> None:
    unready: Json = {"type": "Ready", "status": "False", "lastTransitionTime": ago(since)}
    one = pod(running(), status={"conditions": [unready]})
    assert bool(unexplained(snapshot(one), []).findings) is is_told


@pytest.mark.parametrize(("over", "is_told"), [(-20, False), (60, False), (300, True)])
def test_a_pod_that_does_not_end_is_told(over: float, is_told: bool) -> None:
    leaving = pod(running(), ready=True, metadata={"deletionTimestamp": ago(over)})
    assert bool(unexplained(snapshot(leaving), []).findings) is is_told


def test_pods_on_a_node_that_is_lost_are_its_symptoms() -> None:
    conditions: list[Json] = [
        {"type": "Ready", "status": "Unknown", "lastTransitionTime": ago(600)}
    ]
    node = make("Node", "gpu-1", namespace="", status={"conditions": conditions})
    cut_off = pod(
        running(),
        spec={"nodeName": "gpu-1"},
        status={"conditions": [{"type": "Ready", "status": "False"}]},
    )
    assert [one.code for one in conclude(node, cut_off)] == ["node/not-ready"]
    assert told(node, cut_off) == []


def test_what_is_young_may_still_start() -> None:
    assert told(creating(age=20)) == ["Pod/shop/cart-1: still starting"]
    assert told(creating(age=90)) == ["Pod/shop/cart-1: ContainerCreating, cause unknown"]


@pytest.mark.parametrize(
    "well",
    [
        pod(running(), ready=True),
        pod(ended(0, "Completed"), phase="Succeeded"),
        pod(ended(1), phase="Failed"),
        pod(running(), metadata={"deletionTimestamp": ago(-20)}),
        deployment(ready=1),
    ],
)
def test_what_is_as_it_should_be_is_not_told(well: Manifest) -> None:
    assert told(well) == []


def test_what_a_finding_explains_is_not_told_again() -> None:
    owner = deployment()
    crashing = pod(waiting("CrashLoopBackOff"), last=ended(1), restarts=5)
    assert conclude(owner, owned(crashing, owner))
    assert told(owner, owned(crashing, owner)) == []


def test_a_workload_without_its_pods_is_told_once_its_pods_are_not_to_blame() -> None:
    assert told(deployment()) == [
        "Deployment/shop/cart: Unavailable, cause unknown",
    ]
    stuck = owned(creating(), deployment())
    assert told(deployment(), stuck) == [
        "Pod/shop/cart-1 ! A pod is ContainerCreating, cause unknown"
    ]


def test_a_node_that_may_still_join_is_told_as_such() -> None:
    node = make("Node", "gpu-1", namespace="", age=600, status={"conditions": []})
    assert told(node) == ["Node/gpu-1: NotReady, cause unknown"]
    leaving = make("Node", "gpu-1", namespace="", metadata={"deletionTimestamp": ago(600)})
    assert told(leaving) == []


def test_the_same_input_gives_the_same_gaps() -> None:
    objects = [creating(word, name=word.lower(), age=90) for word in ("B", "A", "C")]
    assert [one.partition(": ")[2][0] for one in told(*objects)] == ["A", "B", "C"]


def test_a_cluster_where_everything_is_unwell_in_its_own_way_is_counted() -> None:
    lines = told(*(creating(f"Odd{i}", name=f"p-{i}", age=90) for i in range(40)))
    assert len(lines) == 13
    assert lines[-1].endswith("and 25 more: in other states, cause unknown")


def test_a_claim_whose_volume_is_gone_is_told() -> None:
    lost = make("PersistentVolumeClaim", "data", age=600, status={"phase": "Lost"})
    waits = make("PersistentVolumeClaim", "next", age=600, status={"phase": "Pending"})
    assert told(lost, waits) == ["PersistentVolumeClaim/shop/data: Lost, cause unknown"]


def test_what_is_held_back_on_purpose_is_told_as_that() -> None:
    gate: Json = {"type": "PodScheduled", "status": "False", "reason": "SchedulingGated"}
    assert told(pod(phase="Pending", status={"conditions": [gate]})) == [
        "Pod/shop/cart-1: SchedulingGated, held back on purpose, by a scheduling gate"
    ]


def test_what_is_said_of_one_object_is_not_told_of_another() -> None:
    paused = deployment("paused")
    conditions: Json = [{"type": "Progressing", "status": "Unknown", "message": "is paused"}]
    paused["status"]["conditions"] = conditions
    assert told(paused, deployment("other")) == [
        "Deployment/shop/other: Unavailable, cause unknown",
        "Deployment/shop/paused: Unavailable, cause unknown: is paused",
    ]
