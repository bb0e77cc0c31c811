"""ClusterDeployments that were deleted and stay, though their Cluster is gone."""

from collections.abc import Iterable
from datetime import timedelta

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.cluster_api.analyzers.told import lasting, proof, titled
from clusterwright.tools.cluster_api.condition import condition_of
from clusterwright.tools.cluster_api.k0rdent.kinds import DEPLOYMENT
from clusterwright.tools.cluster_api.k0rdent.made import cluster_of
from clusterwright.tools.finding import Finding, Severity
from clusterwright.tools.manifest import instant
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

CODE = "clusterdeployment/deletion-blocked"
_PATIENCE = timedelta(minutes=10)


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    for one in snapshot.of_kind(DEPLOYMENT):
        since = instant(one, "metadata", "deletionTimestamp")
        found = condition_of(one, "Deleting")
        if found is None or not lasting(since, snapshot.now, _PATIENCE):
            continue
        if cluster_of(snapshot, one) is not None:
            continue  # the Cluster says itself what it waits for
        finding = Finding(
            code=CODE,
            severity=Severity.WARNING,
            subject=Ref.of(one),
            title=titled(f"Deleted, but it stays: {found.reason}", found.message),
            evidence=proof(one, found),
            since=since,
            fixes=("See the object that the reason names: a controller or a finalizer holds it.",),
        )
        yield Suspicion(finding)


DELETION = Analyzer("deletion of a cluster deployment", (CODE,), (DEPLOYMENT,), _detect)
