"""The machine behind a node, as Cluster API's annotations tell it."""

import pytest

from clusterwright.tools.gpu.changes.machine_of import more_machines
from clusterwright.tools.gpu.node import GpuNode
from tests.tools.gpu.changes.cluster import node

MARKS = {
    "cluster.x-k8s.io/cluster-name": "train",
    "cluster.x-k8s.io/cluster-namespace": "ml",
    "cluster.x-k8s.io/owner-kind": "MachineSet",
    "cluster.x-k8s.io/owner-name": "train-gpu-x7k2p",
}


def told(**different: str) -> str:
    manifest = node()
    marks = {**MARKS, **{f"cluster.x-k8s.io/{key}": value for key, value in different.items()}}
    manifest["metadata"]["annotations"] = marks
    return more_machines(GpuNode(manifest, {}, {}, {}))


def test_more_of_them_come_from_the_deployment() -> None:
    change = '{"kind": "scale", "name": "ml/train", "pool": "train-gpu", "replicas": <one more>}'
    assert told() == (
        f"more nodes like it come from MachineDeployment train-gpu: capi_plan_change {change}"
    )


@pytest.mark.parametrize(
    "different",
    [
        {"owner-kind": "KubeadmControlPlane"},
        {"owner-name": "alone"},
        {"cluster-namespace": ""},
        {"cluster-name": 'x", "kind": "delete'},
        {"owner-name": "a\nb-c"},
    ],
)
def test_what_does_not_tell_it_tells_nothing(different: dict[str, str]) -> None:
    assert told(**different) == ""


def test_nor_does_a_node_that_is_unknown() -> None:
    assert more_machines(None) == ""
