"""What charts and policies make on a workload cluster: put there, compared, taken away."""

import httpx

from clusterwright.deploy.sandbox.capi.k0rdent.controller.told import differs
from clusterwright.deploy.sandbox.capi.provider.api import Api
from clusterwright.tools.manifest import Json, Manifest, items, mapping, name_of, namespace_of, text


def put(api: Api, wanted: list[Manifest]) -> None:
    """Make a cluster hold these objects, and the namespaces that they are in."""
    for one in wanted:
        namespace = namespace_of(one)
        if namespace and api.read("v1", "Namespace", "", namespace) is None:
            made = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
            api.create(made)
        if _read(api, one) is None:
            api.create(one)
        else:
            change = {key: one[key] for key in ("spec", "data") if key in one}
            api.patch(one, change | {"metadata": _marks(one)})


def drifted(api: Api, wanted: list[Manifest]) -> list[Manifest]:
    """Return the objects that are gone, or are not as they were put there."""
    found: list[Manifest] = []
    for one in wanted:
        there = _read(api, one)
        if there is None or _changed(mapping(one, "spec"), mapping(there, "spec")):
            found.append(one)
    return found


def take_away(api: Api, made: list[Manifest]) -> None:
    """Delete objects."""
    for one in made:
        try:
            api.delete(one)
        except httpx.HTTPStatusError:
            continue


def _read(api: Api, one: Manifest) -> Manifest | None:
    return api.read(text(one, "apiVersion"), text(one, "kind"), namespace_of(one), name_of(one))


def _marks(one: Manifest) -> Manifest:
    metadata = mapping(one, "metadata")
    return {key: metadata[key] for key in ("labels", "annotations") if key in metadata}


def _changed(wanted: Json, found: Json) -> bool:
    """Return whether something that was put there is different; what defaults add is not."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        there = mapping(found)
        return any(
            key not in there or _changed(value, there[key])
            for key, value in mapping(wanted).items()
        )
    containers = items({"found": wanted}, "found")
    if containers and len(containers) == len(items({"found": found}, "found")):
        pairs = zip(containers, items({"found": found}, "found"), strict=True)
        return any(_changed(one, other) for one, other in pairs)
    return differs(wanted, found)
