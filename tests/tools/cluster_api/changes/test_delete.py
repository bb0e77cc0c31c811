"""Deletion: what goes with a cluster, and has to be accepted."""

import pytest

from clusterwright.tools.cluster_api.changes.delete import Delete
from clusterwright.tools.errors import RefusedError
from clusterwright.tools.kubernetes.changes.step import Elsewhere
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.trust.risk import Risk
from tests.tools.cluster_api.changes.estate import (
    LOST,
    MACHINES,
    NAME,
    classy,
    pod,
    pool,
    running,
    scene,
    worst,
)

service: Manifest = {
    "kind": "Service",
    "metadata": {"name": "web", "namespace": "shop"},
    "spec": {"type": "LoadBalancer"},
}
claim: Manifest = {
    "kind": "PersistentVolumeClaim",
    "metadata": {"name": "data", "namespace": "shop"},
    "spec": {"volumeName": "v"},
}


def test_what_depends_on_it_has_to_be_accepted_by_name() -> None:
    around = scene(classy(), pool(), *MACHINES, runs=running(service, claim, pod("a", "n")))
    with pytest.raises(RefusedError) as raised:
        Delete(name=NAME).steps(around)
    said = str(raised.value)
    assert "load-balancers (left in the cloud, and paid for): shop/web" in said
    assert "volumes (data that cannot be reached any more, disks left behind): shop/data" in said
    assert "pods (they end): ml/a" in said
    assert raised.value.hint.endswith('accept=["load-balancers", "volumes", "pods"]')
    with pytest.raises(RefusedError, match="volumes"):
        Delete(name=NAME, accept=("load-balancers", "pods")).steps(around)
    accepted = Delete(name=NAME, accept=("load-balancers", "volumes", "pods"))
    (step,) = accepted.steps(around)
    assert step.rests_on == [["load-balancers", "shop/web"], ["volumes", "shop/data"]]
    assert worst(step) is Risk.HIGH


def test_a_volume_that_is_retained_is_told_apart() -> None:
    volume = {
        "kind": "PersistentVolume",
        "metadata": {"name": "v"},
        "spec": {"persistentVolumeReclaimPolicy": "Retain"},
    }
    with pytest.raises(RefusedError, match="retained-volumes"):
        Delete(name=NAME).steps(scene(classy(), runs=running(claim, volume)))


def test_what_could_not_be_read_has_to_be_accepted_too() -> None:
    with pytest.raises(RefusedError, match="could not be read: it did not answer"):
        Delete(name=NAME).steps(scene(classy(), runs=LOST))
    assert Delete(name=NAME, accept=("unread",)).steps(scene(classy(), runs=LOST))


def test_a_cluster_with_nothing_on_it_just_goes() -> None:
    (step,) = Delete(name=NAME).steps(scene(classy(), pool(), *MACHINES))
    assert step.say.endswith("with its control plane, pool gpu (2)")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"deletionTimestamp": "2026-01-01T00:00:00Z"}, "is being deleted already"),
        ({"annotations": {"cluster.x-k8s.io/paused": ""}}, "is paused"),
    ],
)
def test_one_that_is_paused_or_goes_already_is_refused(more: Json, said: str) -> None:
    found = classy()
    found["metadata"] |= more
    with pytest.raises(RefusedError, match=said):
        Delete(name=NAME).steps(scene(found))


def test_the_management_cluster_does_not_delete_itself() -> None:
    itself = Elsewhere(running().snapshot, "uid-management")
    with pytest.raises(RefusedError, match="this management cluster itself"):
        Delete(name=NAME).steps(scene(classy(), runs=itself))
