"""Run it: `python -m clusterwright.deploy.sandbox.monitoring.exporter SETTINGS`."""

import sys
import threading
from pathlib import Path

from clusterwright.deploy.sandbox.capi.provider.api import Api
from clusterwright.deploy.sandbox.monitoring.exporter.server import Exporter, listen
from clusterwright.deploy.sandbox.monitoring.exporter.world import World
from clusterwright.deploy.sandbox.monitoring.settings import Settings


def main(file: str) -> None:
    """Serve until killed."""
    settings = Settings.read(Path(file))
    world = World(Api(settings.server, settings.authority, settings.certificate, settings.key))
    world.follow()
    exporter = Exporter(world)
    pair = settings.certificate, settings.key  # whoever asks a kubelet does not look at its name
    kubelets = listen(settings.kubelets, exporter, pair)
    threading.Thread(target=kubelets.serve_forever, daemon=True).start()
    listen(settings.exporter, exporter).serve_forever()


main(sys.argv[1])
