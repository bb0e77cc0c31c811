"""Services as ClusterDeployments and MultiClusterServices ask for them."""

from collections.abc import Iterator, Mapping

from clusterwright.tools.cluster_api.k0rdent.kinds import SERVICE_CHAIN
from clusterwright.tools.cluster_api.k0rdent.made import ref
from clusterwright.tools.manifest import Manifest, items, text
from clusterwright.tools.quotation import word
from clusterwright.tools.snapshot import Snapshot

Name = tuple[str, str]
"""Namespace and name, which name a service on one cluster (internal/serviceset, ServiceKey)."""
_SHOWN = 10


def services_of(manifest: Manifest) -> list[Manifest]:
    """Return the services of a ClusterDeployment or MultiClusterService."""
    return items(manifest, "spec", "serviceSpec", "services")


def named(service: Manifest) -> Name:
    """Return what names a service."""
    return text(service, "namespace") or "default", text(service, "name")


def spelled(name: Name) -> str:
    """Return namespace/name."""
    return "/".join(name)


def dependencies(services: list[Manifest]) -> dict[Name, list[Name]]:
    """Return what each service depends on."""
    return {named(one): [named(on) for on in items(one, "dependsOn")] for one in services}


def dependency_problem(services: list[Manifest]) -> str:
    """Return why services cannot depend on each other so; empty where they can.

    The rules are those of internal/util/validation/services.go.
    """
    graph = dependencies(services)
    for service, needs in graph.items():
        for one in needs:
            if one not in graph:
                needing, needed = word(spelled(service)), word(spelled(one))
                return f"{needing} depends on {needed}, which is no service of it"
    looped = [word(one) for one in loop(graph)]
    if len(looped) > _SHOWN:
        looped[_SHOWN // 2 : -_SHOWN // 2] = [f"{len(looped) - _SHOWN} more"]
    return f"services depend on each other in a circle: {' -> '.join(looped)}" if looped else ""


def loop(graph: Mapping[Name, list[Name]]) -> list[str]:
    """Return a circle of services, its first one again at its end; empty where there is none."""
    done: set[Name] = set()
    for start in graph:
        path: list[Name] = []
        todo: list[Iterator[Name]] = [iter((start,))]
        while todo:
            one = next(todo[-1], None)
            if one is None:
                todo.pop()
                done |= {path.pop()} if path else set()
            elif one in path:
                return [spelled(name) for name in [*path[path.index(one) :], one]]
            elif one not in done:
                path.append(one)
                todo.append(iter(graph.get(one, ())))
    return []


def steps_of(snapshot: Snapshot, namespace: str, service: Manifest, template: str) -> list[str]:
    """Return the templates to which a service's chain lets it go from one."""
    chain = snapshot.get(ref(SERVICE_CHAIN, namespace, text(service, "templateChain"))) or {}
    return [
        text(upgrade, "name")
        for entry in items(chain, "spec", "supportedTemplates")
        if text(entry, "name") == template
        for upgrade in items(entry, "availableUpgrades")
    ]
