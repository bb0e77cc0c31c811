"""ClusterDeployments (k0rdent/kcm clusterdeployment_controller.go, validation webhooks off)."""

from clusterwright.deploy.sandbox.capi.k0rdent.controller import services, summary
from clusterwright.deploy.sandbox.capi.k0rdent.controller.charts import chart_of
from clusterwright.deploy.sandbox.capi.k0rdent.controller.told import (
    PROGRESSING,
    Told,
    ill,
    merged,
    well,
)
from clusterwright.deploy.sandbox.capi.k0rdent.controller.world import (
    World,
    key_of,
    leaving,
    owned_by,
)
from clusterwright.tools.manifest import (
    Manifest,
    condition,
    items,
    labels_of,
    mapping,
    name_of,
    namespace_of,
    number,
    strings,
    text,
    texts,
    truth,
)

FINALIZER = "k0rdent.mirantis.com/cluster-deployment"
_COMPONENT = "k0rdent.mirantis.com/component"
RELEASE = "helm.toolkit.fluxcd.io/name"
_FIRST = ("CredentialReady", "HelmReleaseReady", "HelmChartReady", "TemplateReady", "Ready")
_PROVIDER = "cluster.x-k8s.io/provider"
_INFRASTRUCTURE, _INTERNAL = "infrastructure-", "infrastructure-internal"


def cluster_deployment(world: World, one: Manifest) -> None:
    """Take a ClusterDeployment as far as its template, credential and config allow."""
    if leaving(one):
        _delete(world, one)
        return
    world.hold(one, FINALIZER)
    if _COMPONENT not in labels_of(one):
        labelled = world.api.patch(one, {"metadata": {"labels": {_COMPONENT: "kcm"}}})
        one["metadata"] = labelled["metadata"]
    told: list[Told] = []
    status: Manifest = {"observedGeneration": number(one, "metadata", "generation")}
    _work(world, one, told, status)
    _finish(world, one, told, status)


def cluster_of(world: World, one: Manifest) -> Manifest | None:
    """Return the CAPI Cluster that came of a ClusterDeployment."""
    for cluster in world.all("Cluster"):
        same = namespace_of(cluster) == namespace_of(one)
        if same and labels_of(cluster).get(RELEASE) == name_of(one):
            return cluster
    return None


def _work(world: World, one: Manifest, told: list[Told], status: Manifest) -> None:
    namespace = namespace_of(one)
    credential = world.get("Credential", namespace, text(one, "spec", "credential"))
    if credential is None:
        told.append(ill("CredentialReady", _absent(one, "Credential", "credential")))
        return
    template = world.get("ClusterTemplate", namespace, text(one, "spec", "template"))
    if template is None:
        told.append(ill("TemplateReady", _absent(one, "ClusterTemplate", "template")))
        return
    status["availableUpgrades"] = _upgrades(world, template)
    told += [
        Told(kind, "Unknown", PROGRESSING)
        for kind in _FIRST
        if not summary.has(one, kind)
        and not (kind == "HelmReleaseReady" and truth(one, "spec", "dryRun"))
    ]
    _cluster(world, one, template, credential, told, status)
    services.of_deployment(world, one, told, status)


def _cluster(
    world: World,
    one: Manifest,
    template: Manifest,
    credential: Manifest,
    told: list[Told],
    status: Manifest,
) -> None:
    if not truth(template, "status", "valid"):
        error = text(template, "status", "validationError")
        said = f"ClusterTemplate {'/'.join(key_of(template))} is not marked as valid"
        told.append(ill("TemplateReady", f"{said}: {error}" if error else said))
        return
    told.append(well("TemplateReady"))
    status["k8sVersion"] = text(template, "status", "k8sVersion")
    refused = _credential(world, template, credential)
    told.append(ill("CredentialReady", refused) if refused else well("CredentialReady"))
    if refused or _missing_providers(world, template):
        return  # the latter is told in its log alone
    chart = chart_of(
        text(template, "spec", "helm", "chartSpec", "chart"),
        text(template, "status", "chartVersion"),
    )
    complaint = chart.complaint(mapping(one, "spec", "config")) if chart else "no chart"
    if complaint:
        said = f"failed to validate template with provided configuration: {complaint}"
        told.append(ill("HelmChartReady", said))
        return
    told.append(well("HelmChartReady"))
    if truth(one, "spec", "dryRun"):
        return
    _release(world, one, template, credential, told)


def _release(
    world: World, one: Manifest, template: Manifest, credential: Manifest, told: list[Told]
) -> None:
    values = mapping(one, "spec", "config")
    values = values | {"clusterIdentity": mapping(credential, "spec", "identityRef")}
    values.setdefault("clusterLabels", labels_of(one))
    spec: Manifest = {
        "chartRef": mapping(template, "status", "chartRef"),
        "interval": "10m",
        "releaseName": name_of(one),
        "values": values,
    }
    release = world.ensure("HelmRelease", *key_of(one), spec, ownerReferences=owned_by(one))
    found = condition(release, "Ready")
    if found:
        status = text(found, "status")
        kept = Told(
            "HelmReleaseReady",
            "True" if status == "True" else "False" if status == "False" else "Unknown",
            text(found, "reason"),
            text(found, "message"),
        )
        told.append(kept)
    cluster = cluster_of(world, one)
    if cluster is not None:
        told.append(summary.of_cluster(cluster))
    elif summary.has(one, "CAPIClusterSummary"):
        said = "Underlying CAPI Cluster object is missing"
        told.append(ill("CAPIClusterSummary", said, "CAPIClusterMissing"))


def _credential(world: World, template: Manifest, credential: Manifest) -> str:
    """Return why a credential does not do (internal/util/validation/cd.go)."""
    name = "/".join(key_of(credential))
    if not truth(credential, "status", "ready"):
        return f"the Credential {name} is not Ready"
    kind = text(credential, "spec", "identityRef", "kind")
    for provider in texts(template, "status", "providers"):
        if not provider.startswith(_INFRASTRUCTURE):
            continue
        known = {"Secret"} if provider == _INTERNAL else _identities(world, provider)
        if not known:
            return f"unsupported infrastructure provider {provider}"
        if kind not in known:
            return (
                f"provider {provider} does not support ClusterIdentity Kind {kind} from the"
                f" Credential {name}"
            )
    return ""


def _identities(world: World, provider: str) -> set[str]:
    return {
        text(identity, "kind")
        for interface in world.all("ProviderInterface")
        if strings(interface, "metadata", "labels").get(_PROVIDER) == provider
        for identity in items(interface, "spec", "clusterIdentities")
    }


def _missing_providers(world: World, template: Manifest) -> list[str]:
    management = world.get("Management", "", "kcm") or {}
    there = texts(management, "status", "availableProviders")
    return [one for one in texts(template, "status", "providers") if one not in there]


def _upgrades(world: World, template: Manifest) -> list[str]:
    found = {
        text(upgrade, "name")
        for chain in world.all("ClusterTemplateChain")
        if namespace_of(chain) == namespace_of(template)
        for entry in items(chain, "spec", "supportedTemplates")
        if text(entry, "name") == name_of(template)
        for upgrade in items(entry, "availableUpgrades")
    }
    return sorted(found)


def _delete(world: World, one: Manifest) -> None:
    """Delete what was made, the services first, then the Cluster through its release."""
    sets = [
        found
        for found in world.all("ServiceSet")
        if namespace_of(found) == namespace_of(one)
        and text(found, "spec", "cluster") == name_of(one)
    ]
    release = world.get("HelmRelease", *key_of(one))
    cluster = cluster_of(world, one)
    if sets:
        for found in sets:
            world.api.delete(found)
        reason, said = "WaitingForServiceSetsDeletion", "Waiting for ServiceSets to be deleted"
    elif release is not None or cluster is not None:
        if release is not None and not leaving(release):
            world.api.delete(release)
        reason, said = "WaitingForClusterDeletion", "Waiting for Cluster to be deleted"
        if cluster is None:
            reason = "WaitingForHelmReleaseDeletion"
            said = "Waiting for HelmRelease to be deleted"
    else:
        world.let_go(one, FINALIZER)
        return
    told = [Told("Deleting", "True", reason, said)]
    if cluster is not None:
        told.append(summary.of_cluster(cluster))
    _finish(world, one, told, {})


def _finish(world: World, one: Manifest, told: list[Told], status: Manifest) -> None:
    told.append(summary.ready(merged(one, told)))
    world.tell(one, status, told)


def _absent(one: Manifest, kind: str, field: str) -> str:
    name = text(one, "spec", field)
    plural = f"{kind.lower()}s.k0rdent.mirantis.com"
    return f'failed to get {kind} {namespace_of(one)}/{name}: {plural} "{name}" not found'
