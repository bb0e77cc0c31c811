"""Templates and their chains (k0rdent/kcm template_controller.go, templatechain_controller.go)."""

import json

from clusterwright.deploy.sandbox.capi.k0rdent.controller.charts import chart_of, not_found
from clusterwright.deploy.sandbox.capi.k0rdent.controller.charts.chart import Chart
from clusterwright.deploy.sandbox.capi.k0rdent.controller.told import ill, well
from clusterwright.deploy.sandbox.capi.k0rdent.controller.world import SYSTEM, World, owned_by
from clusterwright.tools.manifest import (
    Manifest,
    items,
    mapping,
    name_of,
    namespace_of,
    number,
    strings,
    text,
    texts,
)

_PREFIX = {"ClusterTemplate": "ct", "ServiceTemplate": "st", "ProviderTemplate": "pt"}
_PROVIDER = "cluster.x-k8s.io/provider"
_CONTRACT = "cluster.x-k8s.io/"
_KUBERNETES = "k0rdent.mirantis.com/k8s-version"


def template(world: World, one: Manifest) -> None:
    """See that a template's chart is there, and say what it takes."""
    spec = mapping(one, "spec", "helm", "chartSpec")
    if not spec:
        _of_source(world, one)
        return
    name, version = text(spec, "chart"), text(spec, "version")
    namespace = namespace_of(one) or SYSTEM
    found = chart_of(name, version)
    source = {"kind": "HelmRepository", "name": "kcm-templates"}
    helm_chart = world.ensure("HelmChart", namespace, name_of(one), {"sourceRef": source, **spec})
    if found is None:
        reference = "invalid chart reference: failed to get chart version for remote reference: "
        said = reference + not_found(name, version)
        world.tell(helm_chart, {}, [ill("Ready", said, "InvalidChartReference")])
        _tell(world, one, said, {})
        return
    artifact = {"revision": version}
    said = f"pulled '{name}' chart with version '{version}'"
    world.tell(helm_chart, {"artifact": artifact}, [well("Ready", said)])
    status: Manifest = {
        "chartRef": {"kind": "HelmChart", "name": name_of(one), "namespace": namespace},
        "chartVersion": version,
        "description": found.description,
        "config": dict(found.values),
        **_providers(one, found),
    }
    if found.schema:
        status["schemaConfigMapName"] = _publish_schema(world, one, namespace, found)
    _tell(world, one, "", status)


def chain(world: World, one: Manifest) -> None:
    """Say whether a chain holds together (templatechain_common.go, IsValid)."""
    supported = items(one, "spec", "supportedTemplates")
    names = {text(entry, "name") for entry in supported}
    offered = {
        text(upgrade, "name")
        for entry in supported
        for upgrade in items(entry, "availableUpgrades")
    }
    warnings = [
        f"template {name} is allowed for upgrade but is not present in the list of"
        " '.spec.supportedTemplates'"
        for name in sorted(offered - names)
    ]
    world.tell(one, {"valid": not warnings, "validationError": ", ".join(warnings) or None})


def _of_source(world: World, one: Manifest) -> None:
    """Look after a template of resources or a Kustomization, whose source is a ConfigMap."""
    kind = "resources" if mapping(one, "spec", "resources") else "kustomize"
    source = mapping(one, "spec", kind, "localSourceRef")
    name, of_kind = text(source, "name"), text(source, "kind")
    there = world.read("v1", of_kind, namespace_of(one), name) if name else None
    said = "" if there else f"failed to get referred {of_kind} {namespace_of(one)}/{name}"
    _tell(world, one, said, {})


def _providers(one: Manifest, found: Chart) -> Manifest:
    """Return what a template requires of its management cluster, or a provider's gives to it."""
    listed = [name.strip() for name in found.annotations.get(_PROVIDER, "").split(",")]
    status: Manifest = {}
    if one.get("kind") != "ServiceTemplate":
        named = texts(one, "spec", "providers") or [name for name in listed if name]
        status["providers"] = sorted(named)
    if one.get("kind") == "ClusterTemplate":
        contracts = {
            key.removeprefix(_CONTRACT): value
            for key, value in found.annotations.items()
            if key.startswith(_CONTRACT) and key != _PROVIDER
        }
        status["providerContracts"] = contracts | strings(one, "spec", "providerContracts")
        status["k8sVersion"] = text(one, "spec", "k8sVersion") or found.annotations.get(_KUBERNETES)
    if one.get("kind") == "ProviderTemplate":
        status["capiContracts"] = strings(one, "spec", "capiContracts")
    return status


def _publish_schema(world: World, one: Manifest, namespace: str, found: Chart) -> str:
    name = f"schema-{_PREFIX[text(one, 'kind')]}-{name_of(one)}"
    if world.read("v1", "ConfigMap", namespace, name) is None:
        world.api.create(
            {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {
                    "name": name,
                    "namespace": namespace,
                    "ownerReferences": owned_by(one),
                },
                "data": {"schema": json.dumps(dict(found.schema))},
            }
        )
    return name


def _tell(world: World, one: Manifest, error: str, status: Manifest) -> None:
    generation = number(one, "metadata", "generation")
    valid = {"valid": not error, "validationError": error or None}
    world.tell(one, status | valid | {"observedGeneration": generation})
