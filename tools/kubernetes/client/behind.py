"""Which pods listen behind a port of a Service, as its EndpointSlices tell."""

from collections.abc import Sequence
from dataclasses import dataclass

from clusterwright.tools.errors import NotFoundError, UnreachableError
from clusterwright.tools.manifest import Manifest, dig, items, name_of, number, text
from clusterwright.tools.ref import Ref

_LAST_PORT = 65_535


@dataclass(frozen=True, slots=True)
class Listening:
    """A pod, and the port that it listens on."""

    pod: Ref
    port: int


def listening(
    service: str, services: Sequence[Manifest], slices: Sequence[Manifest], port: int
) -> list[Listening]:
    """Return the ready pods behind a port of `namespace/name`, at least one, by their names.

    Raises NotFoundError where there is no such Service or port, UnreachableError where no pod is.
    """
    namespace, _, name = service.partition("/")
    ports = [
        one
        for found in services
        if name_of(found) == name
        for one in items(found, "spec", "ports")
        if number(one, "port") == port and text(one, "protocol") in {"", "TCP"}
    ]
    if not ports:
        raise NotFoundError(
            f"there is no Service/{service} with TCP port {port}", hint="look again"
        )
    called = text(ports[0], "name")
    found = {
        Listening(
            Ref("Pod", text(endpoint, "targetRef", "name"), namespace), number(opened, "port")
        )
        for one in slices
        for opened in items(one, "ports")
        if text(opened, "name") == called and text(opened, "protocol") in {"", "TCP"}
        if 0 < number(opened, "port") <= _LAST_PORT
        for endpoint in items(one, "endpoints")
        if _leads_to_a_pod(endpoint, namespace)
    }
    if not found:
        raise UnreachableError(
            f"no pod behind port {port} of Service/{service} is ready",
            hint="see why (k8s_describe); a port-forward leads to pods only, not to addresses"
            " elsewhere",
        )
    return sorted(found, key=lambda one: (one.pod.name, one.port))


def _leads_to_a_pod(endpoint: Manifest, namespace: str) -> bool:
    """Return whether an endpoint is a pod of the Service's own namespace that is ready.

    Whoever may write slices could name any other pod there is; one without `ready` is.
    """
    return (
        dig(endpoint, "conditions", "ready") is not False
        and text(endpoint, "targetRef", "kind") == "Pod"
        and bool(text(endpoint, "targetRef", "name"))
        and text(endpoint, "targetRef", "namespace") in {"", namespace}
    )
