"""A simulated API server that never answers about a pod, and knows who still waits for it.

It imitates a kube-apiserver behind a network that swallows answers: discovery is quick, as from a
cache, and everything else takes for ever.
"""

import json
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from clusterwright.tools.manifest import Manifest
from tests.servers.simulated_api import kubeconfig_of

DISCOVERY: Manifest = {
    "kind": "APIGroupDiscoveryList",
    "items": [
        {
            "metadata": {"name": ""},
            "versions": [
                {
                    "version": "v1",
                    "resources": [
                        {
                            "resource": "pods",
                            "responseKind": {"group": "", "version": "v1", "kind": "Pod"},
                            "scope": "Namespaced",
                            "singularResource": "pod",
                            "verbs": ["get", "list"],
                        }
                    ],
                }
            ],
        }
    ],
}
NONE: Manifest = {**DISCOVERY, "items": []}
_SECONDS = 30.0


class SlowApi:
    """Counts the requests that wait for an answer."""

    def __init__(self, place: Path) -> None:
        self.kubeconfig = place / "kubeconfig"
        self._waiting = 0
        self._changed = threading.Condition()

    def until(self, waiting: int) -> None:
        """Return once so many requests wait; fail if that does not come about."""
        deadline = time.monotonic() + _SECONDS
        with self._changed:
            while self._waiting != waiting:
                left = deadline - time.monotonic()
                assert self._changed.wait(max(left, 0)), f"{self._waiting} wait, not {waiting}"

    def count(self, by: int) -> None:
        """Note that a request began or ended."""
        with self._changed:
            self._waiting += by
            self._changed.notify_all()


@contextmanager
def slow_api(place: Path) -> Generator[SlowApi]:
    """Serve until the block ends."""
    api = SlowApi(place)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path in {"/api", "/apis"}:
                content = json.dumps(DISCOVERY if path == "/api" else NONE).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
                return
            api.count(+1)
            self.close_connection = True
            try:
                self.connection.recv(1)  # nothing comes but the end
            except OSError:
                pass
            finally:
                api.count(-1)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing: the tests' output is not an access log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    kubeconfig_of(f"http://127.0.0.1:{server.server_port}", api.kubeconfig)
    try:
        yield api
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
