"""A Cluster whose infrastructure or control plane a provider cannot make."""

from collections.abc import Iterable

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.cluster_api.analyzers.told import proof_of, titled
from clusterwright.tools.cluster_api.cause import of_layers
from clusterwright.tools.cluster_api.estate import CLUSTER, Estate
from clusterwright.tools.finding import Edge, Finding, Relation, Severity
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

CODE = "cluster/infrastructure-failed"


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = Estate(snapshot)
    for cluster in estate.clusters:
        cause = of_layers(estate, cluster)
        if cause is None or cause.waiting:
            continue
        finding = Finding(
            code=CODE,
            severity=Severity.CRITICAL,
            subject=Ref.of(cluster),
            title=titled(f"{cause.ref.kind} {cause.condition} {cause.reason}", cause.message),
            evidence=proof_of(cause),
            since=cause.since,
            relations=(Relation(source=Ref.of(cluster), edge=Edge.USES, target=cause.ref),),
            fixes=("Change what the provider's message names, in the Cluster's topology.",),
        )
        yield Suspicion(finding)


INFRASTRUCTURE = Analyzer("infrastructure", (CODE,), (CLUSTER,), _detect)
