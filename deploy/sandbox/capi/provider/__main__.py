"""Run the provider: `python -m clusterwright.deploy.sandbox.capi.provider SETTINGS`."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from clusterwright.deploy.sandbox.capi.clouds.all import CLOUDS
from clusterwright.deploy.sandbox.capi.definition import Kind
from clusterwright.deploy.sandbox.capi.kinds import CONFIGS, CONTROL_PLANES, KINDS
from clusterwright.deploy.sandbox.capi.provider.api import Api
from clusterwright.deploy.sandbox.capi.provider.bootstrap import bootstrap
from clusterwright.deploy.sandbox.capi.provider.cluster import cluster
from clusterwright.deploy.sandbox.capi.provider.contract import PAUSED
from clusterwright.deploy.sandbox.capi.provider.control_plane import control_plane, sweep
from clusterwright.deploy.sandbox.capi.provider.events import Events
from clusterwright.deploy.sandbox.capi.provider.host import host
from clusterwright.deploy.sandbox.capi.provider.machine import machine
from clusterwright.deploy.sandbox.capi.provider.settings import Settings
from clusterwright.deploy.sandbox.capi.provider.store import Store
from clusterwright.deploy.sandbox.capi.provider.world import CAPI, World
from clusterwright.deploy.sandbox.runtime.log import say
from clusterwright.tools.manifest import Manifest, strings, truth

_WATCHED = (
    (CAPI, "Cluster"),
    (CAPI, "Machine"),
    ("v1", "Namespace"),
    ("v1", "Secret"),
    *((kind.api_version, kind.name) for kind in KINDS),
)
_AT_LEAST, _AT_MOST = 0.1, 1.0
"""Seconds from one round to the next: while things change, and at rest."""


def main(file: str) -> None:
    """Look after the provider's objects until killed."""
    settings = Settings.read(Path(file))
    api = Api(settings.server, settings.authority, settings.certificate, settings.key)
    store = Store(api, _WATCHED, say)
    world = World(api, settings, store, Events(api), say, CLOUDS)
    store.start()
    while True:
        store.changed.clear()
        _round(world)
        time.sleep(_AT_LEAST)
        store.changed.wait(_AT_MOST)


def _round(world: World) -> None:
    for cloud in world.clouds:
        _look_after(world, cloud.cluster, lambda one, of=cloud: cluster(world, of, one))
        if cloud.takes == "hosts":
            _look_after(world, cloud.others[0], lambda one: host(world, one))
    for kind in CONTROL_PLANES:
        _look_after(world, kind, lambda one: control_plane(world, one))
    try:
        sweep(world)
    except (httpx.HTTPError, OSError) as error:  # the next round tries again
        say(f"sweeping: {error}")
    for kind in CONFIGS:
        _look_after(world, kind, lambda one: bootstrap(world, one))
    for cloud in world.clouds:
        _look_after(world, cloud.machine, lambda one, of=cloud: machine(world, of, one))


def _look_after(world: World, kind: Kind, reconcile: Callable[[Manifest], None]) -> None:
    for one in world.store.all(kind.api_version, kind.name):
        paused = PAUSED in strings(one, "metadata", "annotations")
        if paused or truth(world.cluster_of(one), "spec", "paused"):
            continue
        try:
            reconcile(one)
        except (httpx.HTTPError, OSError) as error:  # the next round tries again
            world.say_once(one, str(error).partition("\n")[0])


if __name__ == "__main__":
    main(sys.argv[1])
