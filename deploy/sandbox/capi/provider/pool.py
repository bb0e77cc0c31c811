"""Machines of pools: reserved for RemoteMachines, and given back."""

from clusterwright.deploy.sandbox.capi.clouds.cloud import Asked
from clusterwright.deploy.sandbox.capi.clouds.remote import (
    details,
    free_pooled,
    pooled_of,
    reservation,
)
from clusterwright.deploy.sandbox.capi.provider.contract import tell
from clusterwright.deploy.sandbox.capi.provider.world import World
from clusterwright.tools.manifest import text


def reserve(world: World, asked: Asked) -> None:
    """Reserve a machine of the wanted pool, if one is free, and say which it is."""
    if not text(asked.machine, "spec", "pool") or pooled_of(asked):
        return
    found = free_pooled(asked)
    if found:
        tell(world.api, found, reservation(asked))
        asked.machine["spec"] = world.api.patch(asked.machine, {"spec": details(found)})["spec"]


def give_back(world: World, asked: Asked) -> None:
    """Free the machine that was reserved."""
    found = pooled_of(asked)
    if found:
        tell(world.api, found, {"reserved": False, "machineRef": None})
