"""The services of ClusterDeployments and MultiClusterServices: dependencies, upgrades, ServiceSets.

After k0rdent/kcm internal/serviceset and internal/util/validation/services.go.
"""

from collections.abc import Mapping

from clusterwright.deploy.sandbox.capi.k0rdent.controller import summary
from clusterwright.deploy.sandbox.capi.k0rdent.controller.told import Told, ill, well
from clusterwright.deploy.sandbox.capi.k0rdent.controller.world import World, key_of, owned_by
from clusterwright.tools.manifest import (
    Manifest,
    items,
    mapping,
    name_of,
    namespace_of,
    text,
)

Name = tuple[str, str]
"""Namespace and name of a service."""
_KEPT = ("name", "template", "values", "valuesFrom", "helmOptions", "helmAction")
_INVALID = "some services have invalid dependencies\nfailed service dependency "


def named(service: Manifest) -> Name:
    """Return what names a service within one cluster."""
    return text(service, "namespace") or "default", text(service, "name")


def of_deployment(world: World, one: Manifest, told: list[Told], status: Manifest) -> None:
    """See that a ClusterDeployment's services have their ServiceSet, and say how they do."""
    wanted = items(one, "spec", "serviceSpec", "services")
    error = dependency_error(wanted)
    if error:
        told.append(ill("ServicesDependencyValidation", error))
        return
    told.append(well("ServicesDependencyValidation"))
    if wanted or world.get("ServiceSet", *key_of(one)):
        sync(world, one, wanted, one, name_of(one), "")
    sets = [
        found
        for found in world.all("ServiceSet")
        if namespace_of(found) == namespace_of(one)
        and text(found, "spec", "cluster") == name_of(one)
    ]
    states = [state for found in sets for state in items(found, "status", "services")]
    if states or items(one, "status", "services"):
        status["services"] = states
    status["servicesUpgradePaths"] = upgrade_paths(world, wanted, namespace_of(one))
    best: dict[Name, bool] = {}
    for state in states:
        deployed = text(state, "state") == "Deployed"
        best[named(state)] = best.get(named(state), False) or deployed
    told.append(summary.services("ServicesInReadyState", sum(best.values()), len(best)))


def sync(
    world: World,
    deployment: Manifest,
    wanted: list[Manifest],
    owner: Manifest,
    name: str,
    multi_cluster_service: str,
) -> None:
    """Make a ServiceSet hold the services whose dependencies are met."""
    namespace = namespace_of(deployment)
    own = world.get("ServiceSet", namespace, name) or {}
    there = {named(one): one for one in items(own, "spec", "services")}
    states = {named(one): text(one, "state") for one in items(own, "status", "services")}
    resolved: list[Manifest] = []
    for service in wanted:
        key = named(service)
        if service.get("disable") is True:
            continue
        template = world.get("ServiceTemplate", namespace, text(service, "template"))
        if template is None:
            return  # "failed to fetch template" is told in its log alone
        waits = any(states.get(named(on)) != "Deployed" for on in items(service, "dependsOn"))
        version = text(service, "version") or text(template, "spec", "version")
        version = version or name_of(template)
        before = there.get(key)
        back = version < text(before, "version")
        if waits or not (back or _offered(world, namespace, service, before)):
            resolved += [there[key]] if key in there else []
            continue
        kept = {part: service[part] for part in _KEPT if part in service}
        resolved.append(kept | {"namespace": key[0], "version": version})
    config = {
        key: value
        for key, value in mapping(owner, "spec", "serviceSpec").items()
        if key not in {"services", "provider"}
    } | mapping(owner, "spec", "serviceSpec", "provider", "config")
    spec: Manifest = {
        "cluster": name_of(deployment),
        "provider": {"name": "ksm-projectsveltos", "config": config},
        "services": resolved,
    }
    if multi_cluster_service:
        spec["multiClusterService"] = multi_cluster_service
    world.ensure("ServiceSet", namespace, name, spec, ownerReferences=owned_by(deployment))


def upgrade_paths(world: World, wanted: list[Manifest], namespace: str) -> list[Manifest]:
    """Return to what each service can go from its template."""
    found: list[Manifest] = []
    for service in wanted:
        template = text(service, "template")
        steps = _steps(world, namespace, service, template)
        paths = [{"versions": [{"name": one, "version": one}]} for one in steps]
        found.append(
            {
                "name": text(service, "name"),
                "namespace": named(service)[0],
                "template": template,
                "availableUpgrades": paths,
            }
        )
    return found


def dependency_error(wanted: list[Manifest]) -> str:
    """Return why services cannot depend on each other so; empty where they can."""
    graph = {named(one): [named(on) for on in items(one, "dependsOn")] for one in wanted}
    for service, needs in graph.items():
        for one in needs:
            if one not in graph:
                said = f"dependency {_spelled(one)} of service {_spelled(service)}"
                return f"{_INVALID}validation: {said} is not defined as a service"
    looped = _loop(graph)
    said = f"cycle validation: dependency cycle detected at {_spelled(looped)}" if looped else ""
    return f"{_INVALID}{said}" if said else ""


def template_error(world: World, wanted: list[Manifest], namespace: str) -> str:
    """Return what is wrong with the templates that services name (services.go)."""
    said: list[str] = []
    for service in wanted:
        name = text(service, "template")
        found = world.get("ServiceTemplate", namespace, name)
        if found is None:
            said.append(
                f"failed to get ServiceTemplate {namespace}/{name}:"
                f' servicetemplates.k0rdent.mirantis.com "{name}" not found'
            )
        elif mapping(found, "status").get("valid") is not True:
            error = text(found, "status", "validationError")
            said.append(
                f"the ServiceTemplate {namespace}/{name} is invalid with the error: {error}"
            )
    return "\n".join(["some services have invalid templates", *said]) if said else ""


def _offered(world: World, namespace: str, service: Manifest, now: Manifest | None) -> bool:
    """Return whether a service may go from what it is now to what is wanted."""
    before, after = text(now, "template"), text(service, "template")
    if not before or before == after or not text(service, "templateChain"):
        return True
    return after in _steps(world, namespace, service, before)


def _steps(world: World, namespace: str, service: Manifest, template: str) -> list[str]:
    chain = text(service, "templateChain")
    if not chain:
        return [template]
    found = world.get("ServiceTemplateChain", namespace, chain) or {}
    return [
        text(upgrade, "name")
        for entry in items(found, "spec", "supportedTemplates")
        if text(entry, "name") == template
        for upgrade in items(entry, "availableUpgrades")
    ]


def _loop(graph: Mapping[Name, list[Name]]) -> Name | None:
    done: set[Name] = set()

    def visit(one: Name, above: tuple[Name, ...]) -> Name | None:
        if one in above:
            return one
        if one in done:
            return None
        for needed in graph[one]:
            found = visit(needed, (*above, one))
            if found:
                return found
        done.add(one)
        return None

    return next((found for one in graph if (found := visit(one, ()))), None)


def _spelled(name: Name) -> str:
    return "/".join(name)
