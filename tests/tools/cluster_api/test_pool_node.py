"""The Node that a pool would bring, and which Pods would be placed on it."""

from typing import cast

import pytest

from clusterwright.tools.cluster_api.pool_node import awaits, node_of
from clusterwright.tools.manifest import Json, Manifest
from tests.tools.cluster_api.test_across import DEVICE, pending, pool
from tests.tools.kubernetes.analyzers.cluster import make

TAINTED: Json = {"taints": [{"key": "gpu", "value": "yes", "effect": "NoSchedule"}]}


def test_a_pool_without_nodes_is_known_by_its_annotations_and_its_template() -> None:
    told = pool(
        "gpu",
        cpu="8",
        memory="32Gi",
        maxPods="110",
        labels="zone=a, odd",
        taints="gpu=yes:NoSchedule,odd",
        **{"ephemeral-disk": "100Gi", "gpu-type": "nvidia.com/gpu", "gpu-count": "2"},
    )
    labels = {"node-role.kubernetes.io/gpu": "", "team": "ml"}
    own = {"key": "dedicated", "effect": "NoExecute", "propagation": "Always"}
    told["spec"] = {"template": {"metadata": {"labels": labels}, "spec": {"taints": [own]}}}
    assert node_of(told, []) == {
        "metadata": {
            "labels": {
                "kubernetes.io/os": "linux",
                "zone": "a",
                "node-role.kubernetes.io/gpu": "",
            }
        },
        "spec": {"taints": [own, {"key": "gpu", "value": "yes", "effect": "NoSchedule"}]},
        "status": {
            "allocatable": {
                "cpu": "8",
                "memory": "32Gi",
                "ephemeral-storage": "100Gi",
                "pods": "110",
                "nvidia.com/gpu": "2",
            }
        },
    }


def test_a_node_that_is_there_tells_what_the_next_one_is_like_but_for_its_name_and_state() -> None:
    lasting = {"key": "gpu", "effect": "NoSchedule"}
    node = make(
        "Node",
        "n1",
        metadata={"labels": {"kubernetes.io/hostname": "n1", "zone": "a"}},
        spec={
            "unschedulable": True,
            "taints": [lasting, {"key": "node.kubernetes.io/not-ready", "effect": "NoExecute"}],
        },
        status={"allocatable": {"cpu": "4"}},
    )
    assert node_of(pool("gpu", cpu="64"), [node]) == {
        "metadata": {"labels": {"zone": "a"}},
        "spec": {"taints": [lasting]},
        "status": {"allocatable": {"cpu": "4"}},
    }


def node(labels: Manifest | None = None, has: Manifest | None = None, **spec: Json) -> Manifest:
    return {"metadata": {"labels": labels or {}}, "spec": spec, "status": {"allocatable": has}}


CORES: Json = {"resources": {"requests": {"cpu": "2"}}}


@pytest.mark.parametrize(
    ("would_be", "pod", "waits"),
    [
        (node(), {}, True),
        (node(), CORES, True),
        (node(has={"cpu": "2"}), CORES, True),
        (node(has={"cpu": "1"}), CORES, False),
        (node(), DEVICE, False),
        (node(has={"nvidia.com/gpu": "1"}), DEVICE, True),
        (node(**cast("Manifest", TAINTED)), {}, False),
    ],
)
def test_a_pod_waits_for_a_node_that_has_room_for_it(
    would_be: Manifest, pod: Manifest, waits: bool
) -> None:
    assert awaits(pending("a", containers=[{"name": "main", **pod}]), would_be) is waits


def test_a_pod_waits_for_a_node_that_it_selects() -> None:
    pod = pending("a", nodeSelector={"zone": "a"})
    assert [awaits(pod, node(labels)) for labels in ({"zone": "a"}, {"zone": "b"}, {})] == [
        *(True, False, False)
    ]


def test_a_pod_waits_for_no_node_that_the_scheduler_has_placed_or_has_not_looked_at() -> None:
    looked_at = pending("a")
    placed = pending("a", nodeName="n1")
    assert awaits(looked_at, node())
    assert not awaits(placed, node())
    assert not awaits({**looked_at, "status": {"phase": "Pending"}}, node())
