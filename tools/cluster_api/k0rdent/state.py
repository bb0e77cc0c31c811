"""How a ClusterDeployment does, in a word, where no Cluster tells it."""

from collections.abc import Iterator

from clusterwright.tools.cluster_api.estate import CLUSTER
from clusterwright.tools.cluster_api.k0rdent.kinds import DEPLOYMENT
from clusterwright.tools.cluster_api.k0rdent.made import cluster_of
from clusterwright.tools.cluster_api.k0rdent.trace import first_cause
from clusterwright.tools.cluster_api.sveltos.kinds import SVELTOS_CLUSTER
from clusterwright.tools.manifest import Manifest, text, truth
from clusterwright.tools.snapshot import Snapshot


def without_cluster(snapshot: Snapshot) -> Iterator[Manifest]:
    """Yield the ClusterDeployments of which no Cluster has come; an adopted one never has one."""
    for one in snapshot.of_kind(DEPLOYMENT):
        made = cluster_of(snapshot, one)
        if made is None or text(made, "kind") != CLUSTER.partition(".")[0]:
            yield one


def state_of(snapshot: Snapshot, deployment: Manifest) -> tuple[str, bool, str]:
    """Return a word, whether that is well, and what the ClusterDeployment says is wrong."""
    cause = first_cause(deployment)
    said = f"{cause.type}: {cause.message}" if cause else ""
    if text(deployment, "metadata", "deletionTimestamp"):
        return "Deleting", True, ""
    if cause is not None:
        return "Failing", False, said
    if truth(deployment, "spec", "dryRun"):
        return "DryRun", True, ""
    adopted = cluster_of(snapshot, deployment)
    if adopted is not None and f"{adopted.get('kind')}" == SVELTOS_CLUSTER.partition(".")[0]:
        down = text(adopted, "status", "connectionStatus") == "Down"
        failure = text(adopted, "status", "failureMessage")
        return ("Unreachable", False, failure) if down else ("Adopted", True, "")
    return "Provisioning", True, ""
