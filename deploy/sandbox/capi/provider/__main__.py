"""Run the provider: `python -m clusterwright.deploy.sandbox.capi.provider SETTINGS`."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from clusterwright.deploy.sandbox.capi.kinds import INFRASTRUCTURES
from clusterwright.deploy.sandbox.capi.provider.api import Api
from clusterwright.deploy.sandbox.capi.provider.contract import PAUSED
from clusterwright.deploy.sandbox.capi.provider.reconcile import OWN, World, cluster, machine
from clusterwright.deploy.sandbox.capi.provider.settings import Settings
from clusterwright.tools.manifest import Manifest, name_of, namespace_of, strings, truth

_CAPI = "cluster.x-k8s.io/v1beta2"
_ROUND = 1.0
"""Seconds from one round to the next; in this small a world looking again beats watching."""


def main(file: str) -> None:
    """Look after the provider's objects until killed."""
    settings = Settings.read(Path(file))
    api = Api(settings.server, settings.authority, settings.certificate, settings.key)
    world = World(api, settings)
    while True:
        started = time.monotonic()
        try:
            _round(world)
        except httpx.HTTPError as error:
            _say(f"the management cluster: {error}")
        time.sleep(max(0.2, _ROUND - (time.monotonic() - started)))


def _round(world: World) -> None:
    world.clusters = _by_key(world.api.list(_CAPI, "Cluster"))
    world.machines = _by_key(world.api.list(_CAPI, "Machine"))
    for kind in INFRASTRUCTURES:
        for one in world.api.list(kind.api_version, kind.cluster):
            _look_after(world, one, lambda one, kind=kind: cluster(world, kind, one))
    for api_version, name, reconcile in OWN:
        for one in world.api.list(api_version, name):
            _look_after(world, one, lambda one, do=reconcile: do(world, one))
    for kind in INFRASTRUCTURES:
        for one in world.api.list(kind.api_version, kind.machine):
            _look_after(world, one, lambda one, kind=kind: machine(world, kind, one))


def _look_after(world: World, one: Manifest, reconcile: Callable[[Manifest], None]) -> None:
    paused = PAUSED in strings(one, "metadata", "annotations")
    if paused or truth(world.cluster_of(one), "spec", "paused"):
        return
    try:
        reconcile(one)
    except (httpx.HTTPError, OSError) as error:  # the next round tries again
        _say(f"{one.get('kind')} {namespace_of(one)}/{name_of(one)}: {error}")


def _by_key(found: list[Manifest]) -> dict[tuple[str, str], Manifest]:
    return {(namespace_of(one), name_of(one)): one for one in found}


def _say(line: str) -> None:
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main(sys.argv[1])
