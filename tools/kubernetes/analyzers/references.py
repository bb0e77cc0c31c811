"""The ConfigMaps and Secrets that a pod names, and the keys that it takes from them."""

from collections.abc import Iterator
from dataclasses import dataclass

from clusterwright.tools.manifest import Json, Manifest, items, mapping, text, truth


@dataclass(frozen=True, slots=True)
class Reference:
    """One mention of a ConfigMap or Secret that must exist for the pod to start."""

    kind: str
    name: str
    path: str
    """The JSONPath of the mention."""
    key: str = ""
    container: str = ""
    """The container that takes it; empty for a volume."""
    named: str = "name"
    """The field below `path` that holds the name."""
    keyed: str = "key"
    """The field below `path` that holds the key."""


def required(pod: Manifest) -> list[Reference]:
    """Return what a pod cannot start without; references marked optional are left out."""
    return [*_of_containers(pod), *_of_volumes(pod)]


def _of_containers(pod: Manifest) -> Iterator[Reference]:
    for group in ("initContainers", "containers"):
        for container in items(pod, "spec", group):
            name = text(container, "name")
            base = f"$.spec.{group}[?(@.name=='{name}')]"
            for variable in items(container, "env"):
                path = f"{base}.env[?(@.name=='{text(variable, 'name')}')].valueFrom"
                source = mapping(variable, "valueFrom")
                yield from _one(source, "configMapKeyRef", "secretKeyRef", path, name)
            for position, source in enumerate(items(container, "envFrom")):
                path = f"{base}.envFrom[{position}]"
                yield from _one(source, "configMapRef", "secretRef", path, name)


def _of_volumes(pod: Manifest) -> Iterator[Reference]:
    for volume in items(pod, "spec", "volumes"):
        base = f"$.spec.volumes[?(@.name=='{text(volume, 'name')}')]"
        yield from _volume(volume, base)
        for position, source in enumerate(items(volume, "projected", "sources")):
            yield from _volume(source, f"{base}.projected.sources[{position}]")


def _volume(source: Manifest, base: str) -> Iterator[Reference]:
    for field, kind in (("configMap", "ConfigMap"), ("secret", "Secret")):
        asked = mapping(source, field)
        name = text(asked, "name") or text(asked, "secretName")
        if not name or truth(asked, "optional"):
            continue
        path, named = f"{base}.{field}", "name" if text(asked, "name") else "secretName"
        yield Reference(kind, name, path, named=named)
        for one in items(asked, "items"):
            key = text(one, "key")
            yield Reference(kind, name, path, key, named=named, keyed="items[*].key")


def _one(
    source: Json, config_map: str, secret: str, path: str, container: str
) -> Iterator[Reference]:
    for field, kind in ((config_map, "ConfigMap"), (secret, "Secret")):
        asked = mapping(source, field)
        if text(asked, "name") and not truth(asked, "optional"):
            yield Reference(
                kind, text(asked, "name"), f"{path}.{field}", text(asked, "key"), container
            )
