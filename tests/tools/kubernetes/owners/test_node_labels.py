"""Labels of nodes that would be written again: by Cluster API, and by node feature discovery."""

from typing import TYPE_CHECKING

import pytest

from clusterwright.tools.kubernetes.owners import claims
from clusterwright.tools.manifest import Manifest
from tests.tools.kubernetes.analyzers.cluster import snapshot

if TYPE_CHECKING:
    from clusterwright.tools.field_path import Path

MACHINE = {
    "cluster.x-k8s.io/machine": "gpu-abc-1",
    "cluster.x-k8s.io/owner-kind": "MachineSet",
    "cluster.x-k8s.io/owner-name": "gpu-abc",
    "cluster.x-k8s.io/cluster-name": "train",
    "cluster.x-k8s.io/labels-from-machine": "team,nvidia.com/gpu.workload.config",
}
FOUND = {"nfd.node.kubernetes.io/feature-labels": "cpu-model.family,nvidia.com/gpu.count"}


def node(**annotations: str) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": "gpu-1", "annotations": annotations},
    }


def owners(manifest: Manifest, *labels: str) -> list[str]:
    paths: list[Path] = [("metadata", "labels", one) for one in labels]
    return [one.owner for one in claims(manifest, paths, snapshot())]


@pytest.mark.parametrize(
    "label",
    [
        "team",
        "nvidia.com/gpu.workload.config",
        "node-role.kubernetes.io/gpu",
        "node-restriction.kubernetes.io/team",
        "a.node-restriction.kubernetes.io/team",
        "b.node.cluster.x-k8s.io/pool",
    ],
)
def test_a_label_that_cluster_api_takes_from_the_machine_belongs_there(label: str) -> None:
    (found,) = claims(node(**MACHINE), [("metadata", "labels", label)], snapshot())
    assert found.owner == "Machine gpu-abc-1 of Cluster API"
    assert "MachineSet gpu-abc of Cluster train" in found.where
    assert found.server == "cluster_api"


@pytest.mark.parametrize("label", ["nvidia.com/mig.config", "a.node-role.kubernetes.io/x", "x"])
def test_other_labels_of_its_nodes_do_not(label: str) -> None:
    assert owners(node(**MACHINE), label) == []


def test_nor_do_labels_of_nodes_that_no_machine_is_behind() -> None:
    assert owners(node(), "node-role.kubernetes.io/gpu") == []


@pytest.mark.parametrize(
    "label", ["nvidia.com/gpu.count", "feature.node.kubernetes.io/cpu-model.family"]
)
def test_what_discovery_has_found_it_finds_again(label: str) -> None:
    assert owners(node(**FOUND), label) == ["node feature discovery"]


def test_only_nodes_have_such_labels_and_only_labels_count() -> None:
    odd = {**node(**MACHINE), "kind": "ConfigMap"}
    assert owners(odd, "team") == []
    assert claims(node(**MACHINE), [("spec", "unschedulable")], snapshot()) == ()


def test_odd_annotations_break_nothing() -> None:
    odd = node(**{**MACHINE, "cluster.x-k8s.io/owner-name": "a\nb “x”"})
    (found,) = claims(odd, [("metadata", "labels", "team")], snapshot())
    assert "\n" not in found.where
