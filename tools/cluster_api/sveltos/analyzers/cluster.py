"""Clusters that Sveltos cannot reach with the kubeconfig it was given."""

from collections.abc import Iterable

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.cluster_api.analyzers.told import titled
from clusterwright.tools.cluster_api.k0rdent.kinds import RELEASE_NAME
from clusterwright.tools.cluster_api.sveltos.kinds import SVELTOS_CLUSTER
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.finding import Edge, FieldEvidence, Finding, Relation, Severity
from clusterwright.tools.manifest import Manifest, labels_of, namespace_of, text, truth
from clusterwright.tools.ref import Ref, legal
from clusterwright.tools.snapshot import Snapshot

CODE = "sveltoscluster/down"
_FAILURE = "$.status.failureMessage"


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    for one in snapshot.of_kind(SVELTOS_CLUSTER):
        down = text(one, "status", "connectionStatus") == "Down"
        if down and not truth(one, "spec", "paused") and not leaving(one):
            yield Suspicion(_finding(snapshot, one))


def leaving(one: Manifest) -> bool:
    """Return whether an object is being deleted."""
    return bool(text(one, "metadata", "deletionTimestamp"))


def _finding(snapshot: Snapshot, one: Manifest) -> Finding:
    subject, failure = Ref.of(one), text(one, "status", "failureMessage")
    secret = legal("Secret", secret_of(one), namespace_of(one), "v1")
    uses = (Relation(source=subject, edge=Edge.USES, target=secret),) if secret else ()
    return Finding(
        code=CODE,
        severity=Severity.CRITICAL,
        subject=subject,
        title=titled("Sveltos does not reach the cluster, and deploys nothing there", failure),
        evidence=(
            FieldEvidence(ref=subject, path=_FAILURE, value=one_line(failure, 600)),
            FieldEvidence(ref=subject, path="$.status.connectionStatus", value="Down"),
        ),
        relations=(*uses, *_above(snapshot, one)),
        fixes=(f"Put a kubeconfig that works into {secret or 'its Secret'}.",),
    )


def secret_of(one: Manifest) -> str:
    """Return the name of the Secret with a cluster's kubeconfig (libsveltos, clusterproxy)."""
    return text(one, "spec", "kubeconfigName") or f"{Ref.of(one).name}-sveltos-kubeconfig"


def _above(snapshot: Snapshot, one: Manifest) -> tuple[Relation, ...]:
    """Return that a ClusterDeployment of k0rdent adopted the cluster, where one did."""
    name = labels_of(one).get(RELEASE_NAME, "")
    ref = legal("ClusterDeployment", name, namespace_of(one), "k0rdent.mirantis.com/any")
    if ref is None or snapshot.get(ref) is None:
        return ()
    return (Relation(source=Ref.of(one), edge=Edge.OWNED_BY, target=ref),)


CLUSTER_ANALYZER = Analyzer("sveltos cluster", (CODE,), (SVELTOS_CLUSTER,), _detect)
