"""Credentials: ready where the identity exists (k0rdent/kcm credential_controller.go)."""

from clusterwright.deploy.sandbox.capi.k0rdent.controller.told import ill, well
from clusterwright.deploy.sandbox.capi.k0rdent.controller.world import World
from clusterwright.tools.manifest import Manifest, mapping, text


def credential(world: World, one: Manifest) -> None:
    """Tell whether the identity that a Credential names is there."""
    identity = mapping(one, "spec", "identityRef")
    kind, namespace, name = (text(identity, part) for part in ("kind", "namespace", "name"))
    there = world.read(text(identity, "apiVersion"), kind, namespace, name)
    if there is None:
        said = f"ClusterIdentity object of Kind={kind} {namespace}/{name} not found"
        world.tell(one, {"ready": False}, [ill("CredentialReady", said)])
        return
    world.tell(one, {"ready": True}, [well("CredentialReady", "Credential is ready")])
