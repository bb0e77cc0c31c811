"""The kinds of Sveltos, and how its objects name each other (projectsveltos, api/v1beta1)."""

from clusterwright.tools.manifest import Manifest, items, labels_of, text
from clusterwright.tools.ref import Ref, legal

CONFIG, LIB = "config.projectsveltos.io", "lib.projectsveltos.io"
CLUSTER_PROFILE, PROFILE = f"ClusterProfile.{CONFIG}", f"Profile.{CONFIG}"
SUMMARY = f"ClusterSummary.{CONFIG}"
SVELTOS_CLUSTER, RESOURCE_SUMMARY = f"SveltosCluster.{LIB}", f"ResourceSummary.{LIB}"
KINDS = (CLUSTER_PROFILE, PROFILE, SUMMARY, SVELTOS_CLUSTER, RESOURCE_SUMMARY)
PAUSED = "profile.projectsveltos.io/paused"
_VERSION = "any"


def profile_of(summary: Manifest) -> Ref | None:
    """Return the profile that a ClusterSummary is of (GetProfileOwnerReference)."""
    for owner in items(summary, "metadata", "ownerReferences"):
        kind = text(owner, "kind")
        if kind in {"ClusterProfile", "Profile"}:
            namespace = "" if kind == "ClusterProfile" else text(summary, "metadata", "namespace")
            return legal(kind, text(owner, "name"), namespace, f"{CONFIG}/{_VERSION}")
    return None


def cluster_of(summary: Manifest) -> Ref | None:
    """Return the cluster that a ClusterSummary is about."""
    namespace, name = (text(summary, "spec", f"cluster{part}") for part in ("Namespace", "Name"))
    if text(summary, "spec", "clusterType") == "Sveltos":
        return legal("SveltosCluster", name, namespace, f"{LIB}/{_VERSION}")
    return legal("Cluster", name, namespace, f"cluster.x-k8s.io/{_VERSION}")


def release_of(entry: Manifest) -> str:
    """Return the namespace/name of a Helm release, as charts and summaries name it."""
    return f"{text(entry, 'releaseNamespace')}/{text(entry, 'releaseName')}"


def summary_named(manifest: Manifest) -> Ref | None:
    """Return the ClusterSummary that a ResourceSummary watches."""
    labels = labels_of(manifest)
    name = labels.get("projectsveltos.io/cluster-summary-name", "")
    namespace = labels.get("projectsveltos.io/cluster-summary-namespace", "")
    return legal("ClusterSummary", name, namespace, f"{CONFIG}/{_VERSION}")
