"""Our charts as others serve theirs: a classic repository and an OCI registry, on loopback."""

import json
import socket
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from urllib.parse import urlsplit

from clusterwright.deploy.sandbox.charts.pack import helm, pack
from clusterwright.deploy.sandbox.parts.binaries import ensure_binaries
from clusterwright.deploy.sandbox.parts.errors import PartError
from clusterwright.deploy.sandbox.parts.report import SilentReport

_LOOPBACK = "127.0.0.1"
_SECONDS = 20.0
_PAUSE = 0.05


class _Quiet(SimpleHTTPRequestHandler):
    """Serves files and writes no log."""

    def log_message(self, *_words: object, **_named: object) -> None:
        """Write nothing."""


@contextmanager
def chart_repository(folder: Path) -> Generator[str]:
    """Package the charts into an empty folder, and yield the URL at which it is a repository."""
    with ThreadingHTTPServer((_LOOPBACK, 0), partial(_Quiet, directory=str(folder))) as server:
        url = f"http://{_LOOPBACK}:{server.server_port}"
        pack(folder)
        helm("repo", "index", str(folder), f"--url={url}")
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield url
        finally:
            server.shutdown()


@contextmanager
def chart_registry(registry_url: str = "") -> Generator[str]:
    """Yield the address of a registry that holds the charts: `oci://127.0.0.1:41233/charts`.

    It speaks plain HTTP, on loopback. `registry_url` is that of a running one, such as a sandbox's
    own; without it one is started, which goes again.
    """
    if registry_url:
        yield _pushed(urlsplit(registry_url).netloc)
        return
    with TemporaryDirectory(prefix="clusterwright-") as place, _registry(Path(place)) as address:
        yield _pushed(address)


def _pushed(address: str) -> str:
    url = f"oci://{address}/charts"
    with TemporaryDirectory(prefix="clusterwright-") as place:
        for archive in pack(Path(place)):
            helm("push", str(archive), url, "--plain-http")
    return url


@contextmanager
def _registry(place: Path) -> Generator[str]:
    """Run the registry of the distribution project, with everything in memory."""
    program = ensure_binaries(["registry"], SilentReport())["registry"]
    with socket.create_server((_LOOPBACK, 0)) as found:
        address = f"{_LOOPBACK}:{found.getsockname()[1]}"
    config = {
        "version": 0.1,
        "log": {"level": "warn"},
        "storage": {"inmemory": {}, "delete": {"enabled": True}},
        "http": {"addr": address},
    }
    file, log = place / "registry.json", place / "registry.log"
    file.write_text(json.dumps(config), encoding="utf-8")
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [program, "serve", str(file)],
            env={"OTEL_TRACES_EXPORTER": "none"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        try:
            _await(address, process, log)
            yield address
        finally:
            process.kill()


def _await(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    host, _, port = address.partition(":")
    deadline = time.monotonic() + _SECONDS
    while True:
        with socket.socket() as probe:
            if probe.connect_ex((host, int(port))) == 0:
                return
        if process.poll() is not None or time.monotonic() > deadline:
            said = log.read_text("utf-8", errors="replace").strip()[-600:]
            raise PartError(f"no registry at {address}: {said}", hint="the port may be taken now")
        time.sleep(_PAUSE)
