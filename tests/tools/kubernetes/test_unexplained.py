"""What no finding explains is told: "no problems" must not cover pods that are not well."""

import pytest

from clusterwright.tools.kubernetes.unexplained import unexplained
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
    """Return the gaps of what is not well, once all analyzers have spoken."""
    gaps = unexplained(snapshot(*objects), conclude(*objects))
    return [f"{one.what}: {one.reason}" for one in gaps]


def deployment(name: str = "cart", ready: int = 0) -> Manifest:
    return make(
        "Deployment",
        name,
        api="apps/v1",
        spec={"replicas": 1},
        status={"readyReplicas": ready, "availableReplicas": ready},
    )


def test_a_pod_whose_state_nobody_understands_is_told() -> None:
    stuck = pod(waiting("CreateContainerError", "no such device"), phase="Pending")
    assert told(stuck) == [
        "Pod/shop/cart-1: CreateContainerError, here nothing knows why;"
        " the cluster says: no such device"
    ]


def test_the_last_warning_is_told_where_no_container_says_more() -> None:
    stuck = pod(waiting("ContainerCreating"), phase="Pending")
    lines = told(
        stuck,
        event(stuck, "FailedMount", "timed out", age=90),
        event(stuck, "FailedMount", "no such share", age=30),
    )
    assert lines == [
        "Pod/shop/cart-1: ContainerCreating, here nothing knows why;"
        " the cluster says: no such share"
    ]


def test_alike_pods_are_counted() -> None:
    pods = [pod(waiting("ContainerCreating"), phase="Pending", name=f"p-{i}") for i in range(9)]
    assert told(*pods) == [
        "Pod/shop/p-0, Pod/shop/p-1, Pod/shop/p-2 and 6 more:"
        " ContainerCreating, and nothing here says why"
    ]


def test_what_is_young_may_still_start() -> None:
    assert told(pod(waiting("ContainerCreating"), phase="Pending", age=20)) == [
        "Pod/shop/cart-1: still starting"
    ]


@pytest.mark.parametrize(
    "well",
    [
        pod(running(), ready=True),
        pod(ended(0, "Completed"), phase="Succeeded"),
        pod(ended(1), phase="Failed"),
        pod(running(), metadata={"deletionTimestamp": ago(-20)}),
        pod(
            phase="Pending",
            status={
                "conditions": [
                    {"type": "PodScheduled", "status": "False", "reason": "SchedulingGated"}
                ]
            },
        ),
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
        "Deployment/shop/cart: Unavailable, and nothing here says why",
    ]
    stuck = owned(pod(waiting("ContainerCreating"), phase="Pending"), deployment())
    assert told(deployment(), stuck) == [
        "Pod/shop/cart-1: ContainerCreating, and nothing here says why"
    ]


def test_a_node_that_is_not_ready_is_told() -> None:
    conditions: list[Json] = [{"type": "Ready", "status": "Unknown"}]
    node = make("Node", "gpu-1", namespace="", status={"conditions": conditions})
    assert told(node) == ["Node/gpu-1: NotReady, and nothing here says why"]


def test_the_same_input_gives_the_same_gaps() -> None:
    objects = [pod(waiting(word), phase="Pending", name=word.lower()) for word in ("B", "A", "C")]
    first = list(unexplained(snapshot(*objects), []))
    assert [one.reason[0] for one in first] == ["A", "B", "C"]


def test_a_cluster_where_everything_is_unwell_in_its_own_way_is_counted() -> None:
    objects = [pod(waiting(f"Odd{i}"), phase="Pending", name=f"p-{i}") for i in range(40)]
    lines = told(*objects)
    assert len(lines) == 13
    assert lines[-1].endswith("and 25 more: in other states, and nothing here says why")
