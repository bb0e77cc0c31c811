"""ClusterSummaries: charts and policies of one profile on one cluster (addon-controller)."""

import httpx

from clusterwright.deploy.sandbox.capi.k0rdent.controller.drift import watch_drift
from clusterwright.deploy.sandbox.capi.k0rdent.controller.policies import policies
from clusterwright.deploy.sandbox.capi.k0rdent.controller.profile import PAUSED
from clusterwright.deploy.sandbox.capi.k0rdent.controller.releases import (
    DRIFT,
    helm,
    release_of,
    withdraw,
)
from clusterwright.deploy.sandbox.capi.k0rdent.controller.sveltos_cluster import secret_of
from clusterwright.deploy.sandbox.capi.k0rdent.controller.workloads import NoKubeconfigError
from clusterwright.deploy.sandbox.capi.k0rdent.controller.world import (
    World,
    first,
    key_of,
    leaving,
    owned_by,
)
from clusterwright.deploy.sandbox.capi.provider.api import Api
from clusterwright.tools.manifest import (
    Manifest,
    items,
    namespace_of,
    strings,
    text,
    texts,
    truth,
)

FINALIZER = "clustersummaryfinalizer.projectsveltos.io"


def cluster_summary(world: World, one: Manifest) -> None:
    """Put onto a cluster what the profile says."""
    if leaving(one):
        _undeploy(world, one)
        return
    world.hold(one, FINALIZER)
    mode = text(one, "spec", "clusterProfileSpec", "syncMode") or "Continuous"
    try:
        api = _api(world, one)
    except NoKubeconfigError as error:
        world.tell(one, {"failureMessage": str(error)})
        return
    if mode == DRIFT:
        watch_drift(world, one, api)
    if _paused(world, one):
        world.tell(one, {"reconciliationSuspended": True, "suspensionReason": "Cluster is paused"})
        return
    status: Manifest = {"reconciliationSuspended": False, "suspensionReason": None}
    waits, message = _dependencies(world, one)
    status["dependencies"] = message
    if waits or mode == "DryRun":
        world.tell(one, status | {"failureMessage": None})
        if mode == "DryRun":
            _report(world, one)
        return
    if mode == "OneTime" and _is_done(one):
        world.tell(one, status)
        return
    releases, charts = helm(world, one, api)
    resources = policies(world, one, api)
    features = [feature for feature in (charts, resources) if feature is not None]
    status |= {
        "featureSummaries": features,
        "helmReleaseSummaries": releases,
        "failureMessage": None,
    }
    world.tell(one, status)


def _api(world: World, one: Manifest) -> Api:
    namespace, name = text(one, "spec", "clusterNamespace"), text(one, "spec", "clusterName")
    secret = f"{name}-kubeconfig"
    if text(one, "spec", "clusterType") == "Sveltos":
        secret = secret_of(
            world.get("SveltosCluster", namespace, name) or {"metadata": {"name": name}}
        )
    return world.workloads.of(namespace, secret)


def _paused(world: World, one: Manifest) -> bool:
    kind = "Cluster" if text(one, "spec", "clusterType") == "Capi" else "SveltosCluster"
    cluster = world.get(
        kind, text(one, "spec", "clusterNamespace"), text(one, "spec", "clusterName")
    )
    if truth(cluster, "spec", "paused"):
        return True
    owner = first(items(one, "metadata", "ownerReferences"))
    namespace = namespace_of(one) if text(owner, "kind") == "Profile" else ""
    made_by = world.get(text(owner, "kind"), namespace, text(owner, "name"))
    return PAUSED in strings(made_by, "metadata", "annotations")


def _dependencies(world: World, one: Manifest) -> tuple[bool, str]:
    """Return whether it waits for other profiles, in the words of areDependenciesDeployed."""
    owner = first(items(one, "metadata", "ownerReferences"))
    needed = texts(one, "spec", "clusterProfileSpec", "dependsOn")
    for name in needed:
        about = f"{text(owner, 'kind')} {name} is a dependency"
        found = _of_profile(world, one, text(owner, "kind"), name)
        if found is None:
            return True, (
                f"{about}. The ClusterSummary instance for this profile/cluster was not found"
            )
        if not _is_done(found):
            return True, f"{about} and it is not fully deployed yet"
    return False, "All dependencies deployed" if needed else "no dependencies"


def _of_profile(world: World, one: Manifest, kind: str, name: str) -> Manifest | None:
    label = "cluster-profile-name" if kind == "ClusterProfile" else "profile-name"
    for found in world.all("ClusterSummary"):
        same = found["spec"]["clusterName"] == one["spec"]["clusterName"]
        place = namespace_of(found) == namespace_of(one)
        labels = strings(found, "metadata", "labels")
        if same and place and labels.get(f"projectsveltos.io/{label}") == name:
            return found
    return None


def _is_done(one: Manifest) -> bool:
    features = items(one, "status", "featureSummaries")
    return bool(features) and all(text(f, "status") == "Provisioned" for f in features)


def _undeploy(world: World, one: Manifest) -> None:
    kind = "Cluster" if text(one, "spec", "clusterType") == "Capi" else "SveltosCluster"
    cluster = world.get(
        kind, text(one, "spec", "clusterNamespace"), text(one, "spec", "clusterName")
    )
    if cluster is not None and not leaving(cluster):
        try:
            withdraw(_api(world, one), one, set())
        except NoKubeconfigError:
            pass
        except httpx.TransportError:
            return
    world.let_go(one, FINALIZER)


def _report(world: World, one: Manifest) -> None:
    """Tell what would be done, in a ClusterReport (clusterreport_types.go)."""
    reports = [
        {
            "chartName": release_of(chart)[1],
            "releaseNamespace": release_of(chart)[0],
            "chartVersion": text(chart, "chartVersion"),
            "action": "Install",
        }
        for chart in items(one, "spec", "clusterProfileSpec", "helmCharts")
    ]
    spec = {key: one["spec"][key] for key in ("clusterNamespace", "clusterName")}
    found = world.ensure("ClusterReport", *key_of(one), spec, ownerReferences=owned_by(one))
    world.tell(found, {"releaseReports": reports})
