"""What the analyzers of Ingresses read: which are settled, and where each of their paths leads."""

from collections.abc import Iterator
from datetime import timedelta

from clusterwright.tools.kubernetes.analyzers.pod import age
from clusterwright.tools.manifest import Manifest, items, mapping, text
from clusterwright.tools.snapshot import Snapshot

_APPLYING = timedelta(seconds=10)
"""An Ingress may be created a moment before what it needs."""


def settled(snapshot: Snapshot) -> Iterator[Manifest]:
    """Yield the Ingresses that are to stay and have been there for a moment."""
    for ingress in snapshot.of_kind("Ingress"):
        leaving = text(ingress, "metadata", "deletionTimestamp")
        if not leaving and age(snapshot, ingress) >= _APPLYING:
            yield ingress


def backends(ingress: Manifest) -> Iterator[tuple[str, Manifest]]:
    """Yield each Service backend with its JSONPath."""
    default = mapping(ingress, "spec", "defaultBackend", "service")
    if default:
        yield "$.spec.defaultBackend.service", default
    for i, rule in enumerate(items(ingress, "spec", "rules")):
        for j, path in enumerate(items(rule, "http", "paths")):
            service = mapping(path, "backend", "service")
            if service:
                yield f"$.spec.rules[{i}].http.paths[{j}].backend.service", service


def is_served(ingress: Manifest) -> bool:
    """Return whether a controller has given it an address, whatever its class is called."""
    return bool(items(ingress, "status", "loadBalancer", "ingress"))
