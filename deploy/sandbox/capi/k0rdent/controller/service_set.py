"""ServiceSets become Profiles (k0rdent/kcm internal/controller/adapters/sveltos)."""

from clusterwright.deploy.sandbox.capi.k0rdent.controller import summary
from clusterwright.deploy.sandbox.capi.k0rdent.controller.profile import summary_name
from clusterwright.deploy.sandbox.capi.k0rdent.controller.services import Name, named
from clusterwright.deploy.sandbox.capi.k0rdent.controller.told import Told, ill, now
from clusterwright.deploy.sandbox.capi.k0rdent.controller.world import (
    CLUSTER_API,
    World,
    key_of,
    leaving,
    owned_by,
)
from clusterwright.tools.manifest import (
    Json,
    Manifest,
    items,
    mapping,
    name_of,
    namespace_of,
    text,
    truth,
)

REPOSITORY = "https://charts.sandbox.internal"
"""Where charts are said to come from; nothing is fetched."""
_FROM_CONFIG = (
    "syncMode",
    "continueOnError",
    "templateResourceRefs",
    "policyRefs",
    "driftExclusions",
    "stopMatchingBehavior",
)


def service_set(world: World, one: Manifest) -> None:
    """See that a ServiceSet has its Profile, and collect how its services do."""
    if leaving(one):
        return
    reference = _cluster(world, namespace_of(one), text(one, "spec", "cluster"))
    charts, policies, error = _features(world, one)
    status: Manifest = {
        "cluster": {
            "apiVersion": "k0rdent.mirantis.com/v1beta1",
            "kind": "ClusterDeployment",
            "namespace": namespace_of(one),
            "name": text(one, "spec", "cluster"),
        },
        "provider": {"ready": True},
    }
    if error:
        reason = "ServiceSetHelmChartsBuildFailed"
        built = f"Failed to build Helm Charts from ServiceSet {name_of(one)} configuration: {error}"
        world.tell(one, status | {"deployed": False}, [ill("ServiceSetProfile", built, reason)])
        return
    if reference is None:
        waits = ill("ServiceSetProfile", "Profile is not ready", "ServiceSetProfileNotReady")
        world.tell(one, status | {"deployed": False}, [waits])
        return
    made = world.ensure(
        "Profile",
        *key_of(one),
        _spec(one, reference, charts, policies),
        ownerReferences=owned_by(one),
        labels={"k0rdent.mirantis.com/managed": "true"},
    )
    states = _states(world, one, made)
    deployed = sum(text(state, "state") == "Deployed" for state in states)
    total = len(items(one, "spec", "services"))
    told = [
        Told("ServiceSetProfile", "True", "ServiceSetProfileReady", "Profile is ready"),
        Told(
            "ServiceSetStatusesCollected",
            "True",
            "ServiceSetStatusesCollected",
            "Statuses collected",
        ),
        summary.services("ServicesInReadyState", deployed, total),
    ]
    world.tell(one, status | {"services": states, "deployed": deployed >= total}, told)


def _spec(
    one: Manifest, reference: Manifest, charts: list[Manifest], policies: list[Manifest]
) -> Manifest:
    config = mapping(one, "spec", "provider", "config")
    spec: Manifest = {
        "syncMode": "Continuous",
        "tier": 100,
        "stopMatchingBehavior": "WithdrawPolicies",
    }
    spec |= {key: config[key] for key in _FROM_CONFIG if key in config}
    if "priority" in config:
        spec["tier"] = config["priority"]
    spec["continueOnConflict"] = not truth(config, "stopOnConflict")
    refs = [*items(config, "policyRefs"), *policies]
    return spec | {"clusterRefs": [reference], "helmCharts": charts, "policyRefs": refs}


def _cluster(world: World, namespace: str, name: str) -> Manifest | None:
    kinds = (("Cluster", CLUSTER_API), ("SveltosCluster", "lib.projectsveltos.io/v1beta1"))
    for kind, version in kinds:
        if world.get(kind, namespace, name):
            named_so = {"namespace": namespace, "name": name}
            return {"kind": kind, "apiVersion": version, **named_so}
    return None


def _features(world: World, one: Manifest) -> tuple[list[Manifest], list[Manifest], str]:
    """Return the charts and policies of the services, and what is wrong with their templates."""
    charts: list[Manifest] = []
    policies: list[Manifest] = []
    for service in items(one, "spec", "services"):
        name = text(service, "template")
        template = world.get("ServiceTemplate", namespace_of(one), name) or {}
        if not truth(template, "status", "valid"):
            return [], [], f"ServiceTemplate {namespace_of(one)}/{name} is invalid"
        chart = mapping(template, "spec", "helm", "chartSpec")
        if chart:
            charts.append(_chart(service, chart))
        else:
            source = mapping(template, "spec", "resources", "localSourceRef")
            policies.append(
                {"kind": text(source, "kind"), "name": text(source, "name")}
                | {"namespace": namespace_of(one)}
            )
    return charts, policies, ""


def _chart(service: Manifest, chart: Manifest) -> Manifest:
    name = text(chart, "chart")
    found: Manifest = {
        "repositoryURL": REPOSITORY,
        "repositoryName": name,
        "chartName": f"{name}/{name}",
        "chartVersion": text(chart, "version"),
        "releaseName": text(service, "name"),
        "releaseNamespace": text(service, "namespace"),
        "helmChartAction": text(service, "helmAction") or "Install",
    }
    values = text(service, "values")
    return found | ({"values": values} if values else {})


def _states(world: World, one: Manifest, made: Manifest) -> list[Manifest]:
    """Return how each service does, from the ClusterSummary (state.go)."""
    matching = items(made, "status", "matchingClusters")
    found: Manifest | None = None
    if matching:
        name = summary_name("Profile", name_of(made), matching[0])
        found = world.get("ClusterSummary", namespace_of(made), name)
    before = {named(state): state for state in items(one, "status", "services")}
    return [_state(service, found or {}, before) for service in items(one, "spec", "services")]


def _state(service: Manifest, found: Manifest, before: dict[Name, Manifest]) -> Manifest:
    key = named(service)
    state, message = _how(key, found)
    old = before.get(key, {})
    since = text(old, "lastStateTransitionTime") if text(old, "state") == state else now()
    made: Json = {
        "name": key[1],
        "namespace": key[0],
        "template": text(service, "template"),
        "type": "Helm",
        "state": state,
        "lastStateTransitionTime": since,
    }
    if state == "Deployed":
        made["version"] = text(service, "version")
    elif text(old, "version"):
        made["version"] = text(old, "version")
    return made | ({"failureMessage": message} if message else {})


def _of_release(release: Manifest, *, settled: bool) -> tuple[str, str]:
    if text(release, "status") == "Conflict":
        return "Failed", text(release, "conflictMessage")
    failure = text(release, "failureMessage")
    if failure:
        return "Failed", failure
    done = settled and bool(text(release, "valuesHash"))
    return "Deployed" if done else "Provisioning", ""


def _how(key: Name, found: Manifest) -> tuple[str, str]:
    features = {text(f, "featureID"): f for f in items(found, "status", "featureSummaries")}
    helm = text(features.get("Helm"), "status")
    for release in items(found, "status", "helmReleaseSummaries"):
        if (text(release, "releaseNamespace"), text(release, "releaseName")) == key:
            return _of_release(release, settled=helm not in {"", "Provisioning"})
    resources = features.get("Resources", {})
    if text(resources, "failureMessage") and not helm:
        failed = text(resources, "failureMessage")
        return "Failed", f"One or more Resources failed to deploy: {failed}"
    if text(resources, "status") == "Provisioned" and not helm:
        return "Deployed", ""
    return "Pending", ""
