"""The policies of a ClusterSummary: what ConfigMaps and Secrets hold (handlers_utils.go)."""

import base64

import httpx
import yaml

from clusterwright.deploy.sandbox.capi.k0rdent.controller import deploy
from clusterwright.deploy.sandbox.capi.k0rdent.controller.feature import feature
from clusterwright.deploy.sandbox.capi.k0rdent.controller.world import World, said
from clusterwright.deploy.sandbox.capi.provider.api import Api
from clusterwright.tools.manifest import Json, Manifest, items, namespace_of, strings, text, truth


def policies(world: World, one: Manifest, api: Api) -> Manifest | None:
    """Put what ConfigMaps and Secrets hold onto the cluster ."""
    references = items(one, "spec", "clusterProfileSpec", "policyRefs")
    if not references:
        return None
    failure, wanted = "", list[Manifest]()
    for reference in references:
        kind, name = text(reference, "kind"), text(reference, "name")
        namespace = text(reference, "namespace") or namespace_of(one)
        found = world.read("v1", kind, namespace, name)
        if found is None and not truth(reference, "optional"):
            failure = f"Referenced resource: {kind} {namespace}/{name} does not exist"
            return feature(one, "Resources", references, "", failure)
        wanted += _held(found or {})
    try:
        if deploy.drifted(api, wanted):
            deploy.put(api, wanted)
    except httpx.HTTPError as error:
        failure = said(error)
    return feature(one, "Resources", references, failure, "")


def _held(found: Manifest) -> list[Manifest]:
    made: list[Manifest] = []
    for value in strings(found, "data").values():
        spelled = value
        if found.get("kind") == "Secret":
            spelled = base64.b64decode(value).decode()
        loaded: list[Json] = list(yaml.safe_load_all(spelled))
        made += [one for one in loaded if isinstance(one, dict)]
    return made
