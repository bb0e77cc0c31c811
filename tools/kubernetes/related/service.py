"""What a Service routes to, and what routes to the Service."""

from clusterwright.tools.kubernetes.analyzers.ingress import backends
from clusterwright.tools.kubernetes.related.lookup import Lookup
from clusterwright.tools.kubernetes.related.related import Related
from clusterwright.tools.manifest import (
    Manifest,
    dig,
    items,
    name_of,
    namespace_of,
    strings,
    text,
)
from clusterwright.tools.ref import Ref

_NAME = "kubernetes.io/service-name"


async def around_service(lookup: Lookup, service: Manifest) -> list[Related]:
    """Return the pods that a Service selects, its endpoints, and the Ingresses that name it."""
    namespace = namespace_of(service)
    selector = strings(service, "spec", "selector")
    spelled = ",".join(f"{key}={value}" for key, value in selector.items())
    pods = await lookup.listed("Pod", namespace, label_selector=spelled) if spelled else []
    slices = await lookup.listed(
        "EndpointSlice", namespace, label_selector=f"{_NAME}={name_of(service)}"
    )
    ingresses = await lookup.listed(
        "Ingress", namespace, keep=lambda one: _routes_to(one, name_of(service))
    )
    if spelled and not pods:
        lookup.notes.append(f"no pod in {namespace} has the labels that it selects: {spelled}")
    return [
        *lookup.tell("selects", pods),
        *(_endpoints(one) for one in slices),
        *lookup.tell("routed to by", ingresses),
    ]


def _endpoints(endpoint_slice: Manifest) -> Related:
    found = items(endpoint_slice, "endpoints")
    ready = sum(dig(one, "conditions", "ready") is not False for one in found)
    return Related(
        how="routes to",
        ref=Ref.of(endpoint_slice),
        state=f"{ready} of {len(found)} endpoints ready",
        well=ready > 0,
    )


def _routes_to(ingress: Manifest, service: str) -> bool:
    return any(text(one, "name") == service for _, one in backends(ingress))
