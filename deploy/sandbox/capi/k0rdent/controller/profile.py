"""Profiles and ClusterProfiles: a ClusterSummary for each cluster that matches."""

from clusterwright.deploy.sandbox.capi.k0rdent.controller.world import (
    CLUSTER_API,
    World,
    key_of,
    leaving,
    owned_by,
)
from clusterwright.tools.cluster_api.selection import selects
from clusterwright.tools.manifest import (
    Manifest,
    condition,
    items,
    labels_of,
    mapping,
    name_of,
    namespace_of,
    strings,
    text,
    truth,
)

PAUSED = "profile.projectsveltos.io/paused"
SVELTOS = "lib.projectsveltos.io/v1beta1"


def profile(world: World, one: Manifest) -> None:
    """Match clusters, and see that each has its ClusterSummary."""
    if leaving(one):
        return
    if PAUSED in strings(one, "metadata", "annotations"):
        world.tell(one, {"reconciliationSuspended": True, "suspensionReason": _SUSPENDED})
        return
    matching = _matching(world, one)
    kind = text(one, "kind")
    wanted = {summary_name(kind, name_of(one), ref): ref for ref in matching}
    for name, ref in wanted.items():
        _summary(world, one, name, ref)
    for found in world.all("ClusterSummary"):
        if _is_of(found, one) and name_of(found) not in wanted and not leaving(found):
            world.api.delete(found)
    world.tell(
        one,
        {
            "matchingClusters": matching,
            "reconciliationSuspended": False,
            "suspensionReason": None,
        },
    )


_SUSPENDED = "Profile is paused"


def summary_name(kind: str, name: str, cluster: Manifest) -> str:
    """Return the name of a ClusterSummary (lib/clusterops, GetClusterSummaryName)."""
    sort = "capi" if text(cluster, "kind") == "Cluster" else "sveltos"
    made = f"{name}-{sort}-{text(cluster, 'name')}"
    return made if kind == "ClusterProfile" else f"p--{made}"


def _summary(world: World, one: Manifest, name: str, ref: Manifest) -> None:
    kind = text(one, "kind")
    label = "cluster-profile-name" if kind == "ClusterProfile" else "profile-name"
    of_type = "Capi" if text(ref, "kind") == "Cluster" else "Sveltos"
    spec: Manifest = {
        "clusterNamespace": text(ref, "namespace"),
        "clusterName": text(ref, "name"),
        "clusterType": of_type,
        "clusterProfileSpec": mapping(one, "spec"),
    }
    labels = {
        f"projectsveltos.io/{label}": name_of(one),
        "projectsveltos.io/cluster-name": text(ref, "name"),
        "projectsveltos.io/cluster-type": of_type,
    }
    namespace = text(ref, "namespace")
    world.ensure(
        "ClusterSummary", namespace, name, spec, labels=labels, ownerReferences=owned_by(one)
    )


def _is_of(found: Manifest, one: Manifest) -> bool:
    return any(
        text(owner, "uid") == text(one, "metadata", "uid")
        for owner in items(found, "metadata", "ownerReferences")
    )


def _matching(world: World, one: Manifest) -> list[Manifest]:
    namespace = namespace_of(one)
    selector = mapping(one, "spec", "clusterSelector")
    named = {
        (text(ref, "kind"), text(ref, "namespace") or namespace, text(ref, "name"))
        for ref in items(one, "spec", "clusterRefs")
    }
    found: list[Manifest] = []
    for kind, version in (("Cluster", CLUSTER_API), ("SveltosCluster", SVELTOS)):
        for cluster in world.all(kind):
            if namespace and namespace_of(cluster) != namespace:
                continue
            chosen = (kind, *key_of(cluster)) in named or selects(selector, labels_of(cluster))
            if chosen and is_ready(cluster) and not leaving(cluster):
                place = {"namespace": namespace_of(cluster), "name": name_of(cluster)}
                found.append({"kind": kind, "apiVersion": version, **place})
    return found


def is_ready(cluster: Manifest) -> bool:
    """Return whether Sveltos would configure a cluster already (libsveltos lib/clusterproxy)."""
    if text(cluster, "kind") == "SveltosCluster":
        return truth(cluster, "status", "ready")
    return text(condition(cluster, "ControlPlaneInitialized"), "status") == "True"
