"""Carry what the operator generates to the processes, as its config-reloader does inside a pod.

Run as `python -m clusterwright.deploy.sandbox.monitoring.config_reloader SETTINGS`. Whenever a
Secret or ConfigMap of the namespace changes, configuration and rules are written anew, and
whoever is concerned is told to reload. A configuration that is refused is offered again.
"""

import sys
import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path

import httpx

from clusterwright.deploy.sandbox.capi.provider.api import Api
from clusterwright.deploy.sandbox.monitoring.generated import NAMESPACE, alertmanager, prometheus
from clusterwright.deploy.sandbox.monitoring.settings import Settings
from clusterwright.deploy.sandbox.runtime.log import say
from clusterwright.tools.manifest import namespace_of

_AGAIN = 10.0
"""Seconds until everything is looked at again, changed or not."""
_PAUSE = 0.2
"""Seconds in which changes gather."""
_SECONDS = 30.0


class Reloader:
    """Keeps the files of both programs as the cluster has them."""

    def __init__(self, settings: Settings) -> None:
        """Take where everything is."""
        self._settings = settings
        self._api = Api(settings.server, settings.authority, settings.certificate, settings.key)
        self._http = httpx.Client(timeout=_SECONDS, trust_env=False)
        self._changed = threading.Event()
        self._written: dict[str, dict[Path, bytes]] = {}

    def run(self) -> None:
        """Follow the cluster until killed."""
        for kind in ("Secret", "ConfigMap"):
            threading.Thread(target=self._follow, args=(kind,), daemon=True).start()
        while True:
            self._changed.wait(_AGAIN)
            time.sleep(_PAUSE)
            self._changed.clear()
            self._offer("prometheus", self._settings.prometheus, prometheus)
            self._offer("alertmanager", self._settings.alertmanager, alertmanager)

    def _follow(self, kind: str) -> None:
        """Notice changes in the namespace; a watch that ends or fails begins anew."""
        while True:
            try:
                _, version = self._api.list_at("v1", kind)
                self._changed.set()
                for event in self._api.watch("v1", kind, version):
                    if event["type"] == "ERROR":
                        break
                    if namespace_of(event["object"]) == NAMESPACE:
                        self._changed.set()
            except (httpx.HTTPError, ValueError) as error:
                say(f"{kind}: {error}")
                time.sleep(1)

    def _offer(
        self, name: str, address: str, generate: Callable[[Api, Settings], dict[Path, bytes]]
    ) -> None:
        """Write what is generated for a program and have it reload, if anything is new."""
        try:
            files = generate(self._api, self._settings)
        except (httpx.HTTPError, ValueError) as error:
            say(f"{name}: {error}")
            return
        before = self._written.get(name, {})
        if not files or files == before:
            return
        _write(files, before)
        try:
            answer = self._http.post(f"http://{address}/-/reload")
        except httpx.HTTPError as error:
            say(f"{name} does not answer: {error}")
            return
        if answer.status_code == HTTPStatus.OK:
            self._written[name] = files
            say(f"{name}: reloaded, {len(files)} files")
        else:
            say(f"{name} refuses its configuration: {answer.text.strip()}")


def _write(files: dict[Path, bytes], before: dict[Path, bytes]) -> None:
    for path in before.keys() - files.keys():
        path.unlink(missing_ok=True)
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(content)


if __name__ == "__main__":
    Reloader(Settings.read(Path(sys.argv[1]))).run()
