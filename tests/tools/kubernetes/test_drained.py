"""Which pods a drain moves, and which of them lose data by it."""

import pytest

from clusterwright.tools.kubernetes.drained import is_evicted, keeps_data, moves
from clusterwright.tools.manifest import Json, Manifest


def pod(owner: str = "ReplicaSet", phase: str = "Running", **metadata: Json) -> Manifest:
    reference = {"apiVersion": "apps/v1", "kind": owner, "name": "a", "controller": True}
    found: Manifest = {"namespace": "shop", "name": "cart", "ownerReferences": [reference]}
    return {"kind": "Pod", "metadata": found | metadata, "status": {"phase": phase}}


def test_a_pod_that_runs_moves_whoever_replaces_it() -> None:
    assert moves(pod())
    assert moves(pod(ownerReferences=[]))
    assert is_evicted(pod())


@pytest.mark.parametrize(
    "stays",
    [
        pod("DaemonSet"),
        pod("Node"),
        pod(annotations={"kubernetes.io/config.mirror": "x"}),
        pod(phase="Succeeded"),
        pod(phase="Failed"),
    ],
)
def test_what_belongs_to_its_node_and_what_has_ended_does_not(stays: Manifest) -> None:
    assert not moves(stays)
    assert not is_evicted(stays)


def test_one_that_is_on_its_way_moves_and_is_not_evicted_again() -> None:
    leaving = pod(deletionTimestamp="2026-11-23T12:00:00Z")
    assert moves(leaving)
    assert not is_evicted(leaving)


@pytest.mark.parametrize(
    ("volume", "kept"),
    [
        ({"emptyDir": {}}, True),
        ({"emptyDir": {"medium": "Memory"}}, False),
        ({"secret": {}}, False),
    ],
)
def test_an_empty_directory_on_disk_is_data_of_its_node(volume: Manifest, kept: bool) -> None:
    assert keeps_data(pod() | {"spec": {"volumes": [volume]}}) is kept
