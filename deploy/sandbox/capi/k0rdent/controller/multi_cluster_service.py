"""MultiClusterServices: a ServiceSet for each cluster that matches (k0rdent/kcm)."""

import hashlib

from clusterwright.deploy.sandbox.capi.k0rdent.controller import services, summary
from clusterwright.deploy.sandbox.capi.k0rdent.controller.told import Told, ill, well
from clusterwright.deploy.sandbox.capi.k0rdent.controller.world import SYSTEM, World, leaving
from clusterwright.tools.cluster_api.selection import selects
from clusterwright.tools.manifest import (
    Manifest,
    items,
    labels_of,
    mapping,
    name_of,
    namespace_of,
    number,
    text,
    texts,
    truth,
)

FINALIZER = "k0rdent.mirantis.com/multicluster-service"


def multi_cluster_service(world: World, one: Manifest) -> None:
    """See that every matching ClusterDeployment has the services."""
    if leaving(one):
        _clean(world, one, set())
        world.let_go(one, FINALIZER)
        return
    world.hold(one, FINALIZER)
    wanted = items(one, "spec", "serviceSpec", "services")
    told: list[Told] = []
    status: Manifest = {"observedGeneration": number(one, "metadata", "generation")}
    checks = (
        ("ServicesReferencesValidation", services.template_error(world, wanted, SYSTEM)),
        ("ServicesDependencyValidation", services.dependency_error(wanted)),
        ("MultiClusterServiceDependencyValidation", _dependency_error(world, one)),
    )
    for kind, error in checks:
        told.append(ill(kind, error) if error else well(kind))
        if error:
            world.tell(one, status, told)
            return
    selector = mapping(one, "spec", "clusterSelector")
    matching = [
        found
        for found in world.all("ClusterDeployment")
        if not leaving(found) and selects(selector, labels_of(found))
    ]
    if not truth(one, "spec", "keepServicesOnSelectorMismatch"):
        _clean(world, one, {set_name(name_of(found), name_of(one)) for found in matching})
    entries, blocked = _clusters(world, one, matching, wanted)
    deployed = sum(truth(entry, "deployed") for entry in entries)
    told.append(summary.services("ClusterInReadyState", deployed, len(matching)))
    waits = (
        f"waiting for MultiClusterService dependencies to be ready on {blocked} matching cluster(s)"
    )
    kind = "MultiClusterServiceDependencyReady"
    reason = "MultiClusterServiceDependencyNotReady"
    told.append(ill(kind, waits, reason) if blocked else well(kind))
    status["matchingClusters"] = entries
    status["servicesUpgradePaths"] = services.upgrade_paths(world, wanted, SYSTEM)
    world.tell(one, status, told)


def set_name(cluster: str, service: str) -> str:
    """Return the name of the ServiceSet of a cluster (internal/serviceset/util.go, ObjectKey)."""
    return f"{cluster}-{hashlib.sha256(service.encode()).hexdigest()[:8]}"


def _clusters(
    world: World, one: Manifest, matching: list[Manifest], wanted: list[Manifest]
) -> tuple[list[Manifest], int]:
    entries: list[Manifest] = []
    blocked = 0
    for found in matching:
        name = set_name(name_of(found), name_of(one))
        entry: Manifest = {
            "apiVersion": "k0rdent.mirantis.com/v1beta1",
            "kind": "ClusterDeployment",
            "namespace": namespace_of(found),
            "name": name_of(found),
            "regional": False,
            "deployed": False,
        }
        waits = _waits(world, one, found)
        if waits:
            blocked += 1
            entry |= {"reason": "MultiClusterServiceDependencyNotReady", "message": waits}
        else:
            services.sync(world, found, wanted, one, name, name_of(one))
            made = world.get("ServiceSet", namespace_of(found), name) or {}
            entry["deployed"] = truth(made, "status", "deployed")
        entries.append(entry)
    return entries, blocked


def _clean(world: World, one: Manifest, wanted: set[str]) -> None:
    """Delete the ServiceSets of clusters that match no longer."""
    for found in world.all("ServiceSet"):
        ours = text(found, "spec", "multiClusterService") == name_of(one)
        if ours and name_of(found) not in wanted:
            world.api.delete(found)


def _waits(world: World, one: Manifest, cluster: Manifest) -> str:
    for needed in texts(one, "spec", "dependsOn"):
        name = set_name(name_of(cluster), needed)
        made = world.get("ServiceSet", namespace_of(cluster), name) or {}
        if not truth(made, "status", "deployed"):
            return f"waiting for MultiClusterService {needed} to deploy its services"
    return ""


def _dependency_error(world: World, one: Manifest) -> str:
    for needed in texts(one, "spec", "dependsOn"):
        if world.get("MultiClusterService", "", needed) is None:
            said = f"dependency /{needed} of /{name_of(one)} is not defined"
            return f"failed MCS dependency validation: {said}"
    seen: set[str] = set()
    todo = [name_of(one)]
    while todo:
        name = todo.pop()
        found = world.get("MultiClusterService", "", name)
        needs = texts(found, "spec", "dependsOn")
        if name_of(one) in needs:
            said = f"dependency cycle detected at /{name_of(one)}"
            return f"failed MCS dependency cycle validation: {said}"
        todo += [needed for needed in needs if needed not in seen]
        seen |= set(needs)
    return ""
