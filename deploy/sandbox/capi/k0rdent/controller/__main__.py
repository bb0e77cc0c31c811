"""Run it: `python -m clusterwright.deploy.sandbox.capi.k0rdent.controller SETTINGS`."""

import sys
import time
from pathlib import Path

import httpx

from clusterwright.deploy.sandbox.capi.k0rdent.controller import (
    cluster_deployment,
    cluster_summary,
    credential,
    helm_release,
    management,
    multi_cluster_service,
    profile,
    service_set,
    sveltos_cluster,
    templates,
)
from clusterwright.deploy.sandbox.capi.k0rdent.controller.counting import CountingApi
from clusterwright.deploy.sandbox.capi.k0rdent.controller.world import World, said
from clusterwright.deploy.sandbox.capi.provider.settings import Settings
from clusterwright.deploy.sandbox.runtime.log import say
from clusterwright.tools.manifest import Manifest, name_of, namespace_of

_ROUND, _IDLE, _SLOWER = 1.0, 4.0, 1.5
"""Seconds from one round to the next, the most while nothing is written, and how fast it slows."""
_DUTIES = (
    ("ProviderTemplate", templates.template),
    ("ClusterTemplate", templates.template),
    ("ServiceTemplate", templates.template),
    ("ClusterTemplateChain", templates.chain),
    ("ServiceTemplateChain", templates.chain),
    ("Release", management.release),
    ("Management", management.management),
    ("Credential", credential.credential),
    ("ClusterDeployment", cluster_deployment.cluster_deployment),
    ("MultiClusterService", multi_cluster_service.multi_cluster_service),
    ("HelmRelease", helm_release.helm_release),
    ("SveltosCluster", sveltos_cluster.sveltos_cluster),
    ("ServiceSet", service_set.service_set),
    ("ClusterProfile", profile.profile),
    ("Profile", profile.profile),
    ("ClusterSummary", cluster_summary.cluster_summary),
)
"""What is looked after, in the order in which one thing follows from another."""


def main(file: str) -> None:
    """Look after the objects until killed."""
    settings = Settings.read(Path(file))
    api = CountingApi(settings.server, settings.authority, settings.certificate, settings.key)
    directory = Path(settings.directory)
    directory.mkdir(exist_ok=True)
    world = World(api, directory)
    pause = _ROUND
    while True:
        started, before = time.monotonic(), api.writes
        try:
            _round(world)
        except httpx.HTTPError as error:
            say(f"the management cluster: {error}")
        pause = _ROUND if api.writes > before else min(pause * _SLOWER, _IDLE)
        time.sleep(max(0.2, pause - (time.monotonic() - started)))


def _round(world: World) -> None:
    world.load()
    for kind, duty in _DUTIES:
        for one in world.all(kind):
            try:
                duty(world, one)
            except httpx.HTTPError as error:  # the next round tries again
                say(f"{_named(kind, one)}: {said(error)}")


def _named(kind: str, one: Manifest) -> str:
    return f"{kind} {namespace_of(one)}/{name_of(one)}"


if __name__ == "__main__":
    main(sys.argv[1])
