import json

import pytest

from clusterwright.tools.finding import Edge, Relation
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.prometheus.metric_queries import BY_NAME
from clusterwright.tools.ref import Ref
from tests.tools.kubernetes.analyzers.cluster import make, pod, running
from tests.tools.prometheus.analyzers.estates import Place, series

CLAIM = Ref("PersistentVolumeClaim", "data", "shop")
LABELS = {"namespace": "shop", "persistentvolumeclaim": "data", "node": "n1"}
MOUNTS = {"volumes": [{"name": "d", "persistentVolumeClaim": {"claimName": "data"}}]}


def claim(mode: str = "ReadWriteOnce", **rest: Json) -> Manifest:
    spec = {
        "accessModes": [mode],
        "storageClassName": "fast",
        "resources": {"requests": {"storage": "10Gi"}},
    }
    return make("PersistentVolumeClaim", "data", spec=spec, **rest)


def storage(*, expands: bool = True) -> Manifest:
    return make(
        "StorageClass",
        "fast",
        api="storage.k8s.io/v1",
        namespace="",
        allowVolumeExpansion=expands,
    )


@pytest.mark.parametrize(
    ("query", "left", "code", "severity", "says"),
    [
        ("volume-bytes-left", 0.001, "pvc/full", "critical", "has nothing of its room left"),
        ("volume-bytes-left", 0.02, "pvc/filling-up", "warning", "has 2 % of its room left"),
        ("volume-bytes-left", 0.1, "pvc/filling-up", "warning", "is full within 4 days"),
        ("volume-inodes-left", 0.001, "pvc/inodes-filling-up", "critical", "none of its inodes"),
        ("volume-inodes-left", 0.1, "pvc/inodes-filling-up", "warning", "10 % of its inodes"),
    ],
)
def test_a_volume_without_room_is_told_with_who_mounts_it(
    query: str, left: float, code: str, severity: str, says: str
) -> None:
    objects = (claim(), storage(), pod(running(), spec=MOUNTS), pod(running(), name="other"))
    finding = Place(objects, {query: [series(left, **LABELS)]}).only()
    assert (finding.code, finding.severity, finding.subject) == (code, severity, CLAIM)
    assert says in finding.title
    cart = Ref("Pod", "cart-1", "shop")
    assert finding.relations == (Relation(source=cart, edge=Edge.MOUNTS, target=CLAIM),)


def test_a_claim_that_can_grow_comes_with_the_change() -> None:
    found = {"volume-bytes-left": [series(0.01, **LABELS)]}
    (fix,) = Place((claim(), storage()), found).only().fixes
    change = json.loads(fix.partition("k8s_plan_change ")[2])
    assert (change["kind"], change["object"]) == ("patch", str(CLAIM))
    (fix,) = Place((claim(), storage(expands=False)), found).only().fixes
    assert "cannot expand it" in fix


@pytest.mark.parametrize("query", ["volume-bytes-left", "volume-inodes-left"])
def test_a_claim_that_is_gone_or_only_read_is_silent(query: str) -> None:
    found = {query: [series(0.001, **LABELS)]}
    assert Place((), found, also_read=("PersistentVolumeClaim",)).codes() == []
    assert Place((claim("ReadOnlyMany"),), found).codes() == []
    going = claim(metadata={"deletionTimestamp": "2026-01-01T11:59:59Z"})
    assert Place((going,), found).codes() == []
    assert Place((claim(),), found, now={CLAIM: None}).codes() == []


def test_a_volume_that_two_nodes_measure_is_told_once_by_the_lower_figure() -> None:
    two = [series(0.02, **LABELS), series(0.001, **LABELS | {"node": "n2"})]
    assert Place((claim(),), {"volume-bytes-left": two}).codes() == ["pvc/full"]


@pytest.mark.parametrize("query", ["volume-bytes-left", "volume-inodes-left"])
def test_of_very_many_volumes_those_with_least_room_are_judged(query: str) -> None:
    assert BY_NAME[query].bounded.startswith("bottomk(50, ")
    assert BY_NAME["memory-near-limit"].bounded.startswith("topk(50, ")
