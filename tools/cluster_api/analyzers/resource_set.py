"""ClusterResourceSets that do not get onto the clusters that they select."""

from collections.abc import Iterable

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.cluster_api.analyzers.told import lasting, proof, titled
from clusterwright.tools.cluster_api.condition import condition_of
from clusterwright.tools.cluster_api.estate import CLUSTER, RESOURCE_SET, Estate, estate_of, paused
from clusterwright.tools.cluster_api.patience import FLAKE
from clusterwright.tools.finding import Edge, Finding, Relation, Severity
from clusterwright.tools.manifest import Manifest, namespace_of, strings, text
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

CODE = "resourceset/not-applied"
_CANNOT_BE_REACHED = frozenset({"RemoteClusterClientFailed"})


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    for one in snapshot.of_kind(RESOURCE_SET):
        found = condition_of(one, "ResourcesApplied")
        if found is None or found.status != "False" or paused(one):
            continue
        leaves = text(one, "metadata", "deletionTimestamp")
        if leaves or not lasting(found.since, snapshot.now, FLAKE):
            continue
        clusters = _selected(estate, one)
        reachable = [each for each in clusters if _serves(each)]
        if not reachable or (
            found.reason in _CANNOT_BE_REACHED and len(reachable) == len(clusters)
        ):
            continue  # it waits for their control planes, or that is told on the Cluster
        selects = (
            Relation(source=Ref.of(one), edge=Edge.SELECTS, target=Ref.of(each))
            for each in reachable
        )
        finding = Finding(
            code=CODE,
            severity=Severity.WARNING,
            subject=Ref.of(one),
            title=titled("Its resources are not applied", found.message or found.reason),
            evidence=proof(one, found),
            since=found.since,
            members=tuple(Ref.of(each) for each in reachable),
            relations=tuple(selects),
            fixes=(
                "See that each ConfigMap and Secret that it names exists and holds valid objects; a"
                " Secret must be of type addons.cluster.x-k8s.io/resource-set.",
            ),
        )
        yield Suspicion(finding)


def _selected(estate: Estate, one: Manifest) -> list[Manifest]:
    labels = strings(one, "spec", "clusterSelector", "matchLabels")
    if labels:
        return estate.snapshot.selected(CLUSTER, namespace_of(one), labels)
    return list(estate.snapshot.in_namespace(CLUSTER, namespace_of(one)))


def _serves(cluster: Manifest) -> bool:
    """Return whether a Cluster has an API server that answers, as far as is known."""
    made = condition_of(cluster, "ControlPlaneInitialized")
    probe = condition_of(cluster, "RemoteConnectionProbe")
    return (made is None or made.status == "True") and (probe is None or probe.status != "False")


RESOURCE_SET_ANALYZER = Analyzer("resource set", (CODE,), (RESOURCE_SET, CLUSTER), _detect)
