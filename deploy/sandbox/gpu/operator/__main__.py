"""Run it: `python -m clusterwright.deploy.sandbox.gpu.operator SETTINGS`."""

import sys
import threading
import time
from pathlib import Path

from clusterwright.deploy.sandbox.capi.provider.api import Api
from clusterwright.deploy.sandbox.gpu.operator.endpoints import tell_kubelets
from clusterwright.deploy.sandbox.gpu.operator.install import install
from clusterwright.deploy.sandbox.gpu.operator.rounds import Rounds
from clusterwright.deploy.sandbox.gpu.operator.serve import Kubelet, listen
from clusterwright.deploy.sandbox.gpu.operator.settled import unsettled
from clusterwright.deploy.sandbox.gpu.operator.world import World
from clusterwright.deploy.sandbox.gpu.settings import Settings

_IDLE, _AGAIN, _GATHERING = 10.0, 1.0, 0.1
"""Seconds until a round where nothing changes, where something failed, and to gather changes."""


def main(file: str) -> None:
    """Install, then look after everything until killed."""
    settings = Settings.read(Path(file))
    api = Api(settings.server, settings.authority, settings.certificate, settings.key)
    port = int(settings.kubelets.rpartition(":")[2])
    install(api, port)
    world = World(api)
    world.follow()
    server = listen(settings, Kubelet(world, settings, lambda: unsettled(world)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    rounds = Rounds(world)
    well = True
    while True:
        world.changed.wait(_IDLE if well else _AGAIN)
        time.sleep(_GATHERING)
        world.changed.clear()
        if world.complete:
            well = rounds.go()
            tell_kubelets(world, port)


if __name__ == "__main__":
    main(sys.argv[1])
