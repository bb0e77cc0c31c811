"""A Cluster whose topology cannot be worked out, so that no change of it takes effect."""

from collections.abc import Iterable

from clusterwright.tools.analyzer import Analyzer, Fulfilled, ReadRequest, Suspicion
from clusterwright.tools.cluster_api.analyzers.told import proof, titled
from clusterwright.tools.cluster_api.condition import condition_of
from clusterwright.tools.cluster_api.estate import CLASS, CLUSTER, class_of
from clusterwright.tools.finding import AbsenceEvidence, Edge, Finding, Relation, Severity
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

FAILED, NO_CLASS = "cluster/topology-failed", "cluster/class-missing"
_REFUSED = frozenset({"ReconcileFailed", "ClusterClassNotReconciled"})


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    for cluster in snapshot.of_kind(CLUSTER):
        found = condition_of(cluster, "TopologyReconciled")
        wanted = class_of(cluster)
        if wanted and CLASS in snapshot.objects and snapshot.get(wanted) is None:
            yield Suspicion(_no_class(cluster, wanted), (ReadRequest(wanted),))
        elif found is not None and found.status == "False" and found.reason in _REFUSED:
            finding = Finding(
                code=FAILED,
                severity=Severity.WARNING,
                subject=Ref.of(cluster),
                title=titled("Its topology cannot be reconciled", found.message or found.reason),
                evidence=proof(cluster, found),
                since=found.since,
                relations=_uses(cluster, wanted),
                fixes=("Correct the variable or class that the message names.",),
            )
            yield Suspicion(finding)


def _no_class(cluster: Manifest, wanted: Ref) -> Finding:
    return Finding(
        code=NO_CLASS,
        severity=Severity.WARNING,
        subject=Ref.of(cluster),
        title=f"Its ClusterClass {wanted.namespace}/{wanted.name} does not exist",
        evidence=(AbsenceEvidence(ref=wanted),),
        relations=_uses(cluster, wanted),
        fixes=("Create the ClusterClass, or name one that exists.",),
    )


def _uses(cluster: Manifest, wanted: Ref | None) -> tuple[Relation, ...]:
    return (Relation(source=Ref.of(cluster), edge=Edge.USES, target=wanted),) if wanted else ()


def _refine(suspicion: Suspicion, fulfilled: Fulfilled) -> Finding | None:
    """Drop a missing class that exists by now, or that was only not read with this namespace."""
    for request in suspicion.requests:
        if isinstance(request, ReadRequest) and fulfilled.objects.get(request, {}) is not None:
            return None
    return suspicion.finding


TOPOLOGY = Analyzer("topology", (FAILED, NO_CLASS), (CLUSTER, CLASS), _detect, _refine)
