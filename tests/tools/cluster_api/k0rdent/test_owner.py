"""Who would take back a change of a Cluster that comes of a ClusterDeployment."""

from clusterwright.tools.kubernetes.owners import claims
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.ref import Ref
from tests.tools.cluster_api.k0rdent.captured import get, healthy, snapshot

TOPOLOGY = (("spec", "topology", "version"),)
OWNER = Ref("ClusterDeployment", "train", "kcm-system", "k0rdent.mirantis.com")


def cluster(**labels: str) -> Manifest:
    found = get(healthy(), "Cluster", "train")
    found["metadata"]["labels"] |= labels
    return found


def test_a_cluster_of_a_deployment_names_it_first() -> None:
    first, second = claims(cluster(), TOPOLOGY, snapshot(healthy()))
    assert (first.owner, first.ref) == (f"k0rdent {OWNER}", OWNER)
    assert first.where.startswith(str(OWNER))
    assert second.owner.startswith("Flux HelmRelease train")


def test_the_label_of_k0rdent_tells_it_where_the_deployment_was_not_read() -> None:
    labelled = cluster(**{"k0rdent.mirantis.com/component": "kcm"})
    assert claims(labelled, TOPOLOGY, snapshot([]))[0].ref == OWNER
    assert claims(cluster(), TOPOLOGY, snapshot([]))[0].owner.startswith("Flux")


def test_a_label_of_somebody_else_is_free() -> None:
    labelled = cluster(**{"k0rdent.mirantis.com/component": "kcm"})
    assert claims(labelled, (("metadata", "labels", "mine"),), snapshot([])) == ()
