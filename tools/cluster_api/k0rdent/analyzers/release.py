"""HelmReleases of ClusterDeployments that Flux cannot install or upgrade."""

from collections.abc import Iterable
from datetime import timedelta

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.cluster_api.analyzers.told import lasting, proof, titled
from clusterwright.tools.cluster_api.condition import condition_of
from clusterwright.tools.cluster_api.k0rdent.kinds import DEPLOYMENT, RELEASE
from clusterwright.tools.cluster_api.k0rdent.made import release_of
from clusterwright.tools.finding import Edge, Finding, Relation, Severity
from clusterwright.tools.manifest import text, truth
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

CODE = "clusterdeployment/release-failed"
_PATIENCE = timedelta(minutes=10)
"""What is not a failure may still be under way; Helm's own timeout is five minutes."""


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    for one in snapshot.of_kind(DEPLOYMENT):
        release = release_of(snapshot, one)
        found = condition_of(release, "Ready") if release is not None else None
        if release is None or found is None or found.status != "False":
            continue
        suspended = truth(release, "spec", "suspend")
        leaving = text(one, "metadata", "deletionTimestamp")
        stuck = found.reason.endswith("Failed") or lasting(found.since, snapshot.now, _PATIENCE)
        if suspended or leaving or not stuck:
            continue
        owned = Relation(source=Ref.of(release), edge=Edge.OWNED_BY, target=Ref.of(one))
        finding = Finding(
            code=CODE,
            severity=Severity.WARNING,
            subject=Ref.of(release),
            title=titled(f"The chart of the cluster is not applied, {found.reason}", found.message),
            evidence=proof(release, found),
            since=found.since,
            members=(Ref.of(one),),
            relations=(owned,),
            fixes=("Correct what the message names in spec.config of the ClusterDeployment.",),
        )
        yield Suspicion(finding)


RELEASE_ANALYZER = Analyzer("release of a cluster", (CODE,), (DEPLOYMENT, RELEASE), _detect)
