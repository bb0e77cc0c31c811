"""Workload clusters that their management cluster cannot reach."""

from collections.abc import Iterable

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.cluster_api.analyzers.told import lasting, proof, titled
from clusterwright.tools.cluster_api.condition import condition_of
from clusterwright.tools.cluster_api.estate import CLUSTER, estate_of, paused
from clusterwright.tools.cluster_api.patience import FLAKE
from clusterwright.tools.finding import FieldEvidence, Finding, Severity
from clusterwright.tools.manifest import mapping, text
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

CODE = "cluster/unreachable"


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    for cluster in estate.clusters:
        found = condition_of(cluster, "RemoteConnectionProbe")
        made = condition_of(cluster, "ControlPlaneInitialized")
        started = made is not None and made.status == "True"
        leaving = text(cluster, "metadata", "deletionTimestamp")
        if found is None or found.status != "False" or not started or leaving or paused(cluster):
            continue
        if not lasting(found.since, snapshot.now, FLAKE):
            continue
        endpoint = mapping(cluster, "spec", "controlPlaneEndpoint")
        address = f"{endpoint.get('host')}:{endpoint.get('port')}"
        ref = Ref.of(cluster)
        field = FieldEvidence(ref=ref, path="$.spec.controlPlaneEndpoint", value=address)
        finding = Finding(
            code=CODE,
            severity=Severity.CRITICAL,
            subject=ref,
            title=titled("Its API server does not answer the management cluster", found.message),
            evidence=(*proof(cluster, found), field),
            since=found.since,
            fixes=("See that the control plane runs, and that its endpoint can be reached.",),
        )
        yield Suspicion(finding)


CONNECTION = Analyzer("connection", (CODE,), (CLUSTER,), _detect)
