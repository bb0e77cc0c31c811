"""What a ClusterDeployment made, and which one made something.

Flux leaves its labels on what a chart makes: the release has the ClusterDeployment's name (k0rdent/
kcm, internal/controller/clusterdeployment_controller.go, aggregateCapiConditions).
"""

from collections.abc import Iterator, Sequence

from clusterwright.tools.cluster_api.estate import CLUSTER
from clusterwright.tools.cluster_api.k0rdent.kinds import (
    DEPLOYMENT,
    RELEASE,
    RELEASE_NAME,
    SERVICE_SET,
)
from clusterwright.tools.cluster_api.sveltos.kinds import SVELTOS_CLUSTER
from clusterwright.tools.finding import Edge, Relation
from clusterwright.tools.manifest import Manifest, labels_of, name_of, namespace_of, text
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot


def ref(kind_key: str, namespace: str, name: str) -> Ref:
    """Return the Ref of an object of a kind as a Ref spells it."""
    kind, _, group = kind_key.partition(".")
    return Ref(kind, name, namespace, group)


def deployment_name(cluster: Manifest) -> str:
    """Return the name of the ClusterDeployment that a Cluster may have come of."""
    return labels_of(cluster).get(RELEASE_NAME, "")


def deployment_of(snapshot: Snapshot, cluster: Manifest) -> Manifest | None:
    """Return the ClusterDeployment that a Cluster came of."""
    name = deployment_name(cluster)
    return snapshot.get(ref(DEPLOYMENT, namespace_of(cluster), name)) if name else None


def cluster_of(snapshot: Snapshot, deployment: Manifest) -> Manifest | None:
    """Return the Cluster of a ClusterDeployment; of an adopted one, its SveltosCluster."""
    return next(clusters_of(snapshot, deployment), None)


def clusters_of(snapshot: Snapshot, deployment: Manifest) -> Iterator[Manifest]:
    """Yield the Clusters of a ClusterDeployment, of which a chart may make several."""
    label = {RELEASE_NAME: name_of(deployment)}
    for kind in (CLUSTER, SVELTOS_CLUSTER):
        yield from snapshot.selected(kind, namespace_of(deployment), label)


def ownership(snapshot: Snapshot) -> Iterator[Relation]:
    """Yield that each Cluster which came of a ClusterDeployment is owned by it."""
    for kind in (CLUSTER, SVELTOS_CLUSTER):
        for one in snapshot.of_kind(kind):
            deployment = deployment_of(snapshot, one)
            if deployment is not None:
                target = Ref.of(deployment)
                yield Relation(source=Ref.of(one), edge=Edge.OWNED_BY, target=target)


def release_of(snapshot: Snapshot, deployment: Manifest) -> Manifest | None:
    """Return the HelmRelease of a ClusterDeployment."""
    return snapshot.get(ref(RELEASE, namespace_of(deployment), name_of(deployment)))


def sets_of(snapshot: Snapshot, deployment: Manifest) -> Sequence[Manifest]:
    """Return the ServiceSets of a ClusterDeployment, its own and those of MultiClusterServices."""
    return [
        one
        for one in snapshot.in_namespace(SERVICE_SET, namespace_of(deployment))
        if text(one, "spec", "cluster") == name_of(deployment)
    ]
