"""A simulated API server on loopback, with a pod that has logged more than any kubelet keeps.

It imitates kube-apiserver 1.36 on the wire: aggregated discovery, one Pod, its log subresource. A
real kubelet rotates at 10 MiB (containerLogMaxSize); a log of 50 MB comes from other runtimes.
"""

import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from clusterwright.tools.manifest import Manifest

LINES = 600_000
_SYLLABLES = ("ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu")
_CORE: Manifest = {
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
_POD: Manifest = {
    "metadata": {"name": "chatty", "namespace": "default"},
    "spec": {"containers": [{"name": "app", "image": "x"}]},
}


def line(number: int) -> str:
    """Return a line like no other, in letters: lines that differ in digits only are folded."""
    name = "".join(_SYLLABLES[int(digit)] for digit in f"{number:06d}")
    return f"order {name} was served in a dozen milliseconds and nothing was wrong with it at all"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path.endswith("/log"):
            self._log()
        elif path == "/api":
            self._json({"kind": "APIGroupDiscoveryList", "items": [_CORE]})
        elif path == "/apis":
            self._json({"kind": "APIGroupDiscoveryList", "items": []})
        else:
            self._json(_POD)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing: the tests' output is not an access log."""

    def _json(self, body: Manifest) -> None:
        content = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _log(self) -> None:
        """Send all of it, whatever limit was asked for."""
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(LINES * (len(line(0)) + 1)))
        self.end_headers()
        for start in range(0, LINES, 10_000):
            block = "".join(f"{line(i)}\n" for i in range(start, start + 10_000))
            self.wfile.write(block.encode())


def kubeconfig_of(address: str, path: Path) -> None:
    """Write a kubeconfig for an API server that asks nobody who they are."""
    content: Manifest = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "simulated",
        "contexts": [{"name": "simulated", "context": {"cluster": "c", "user": "u"}}],
        "clusters": [{"name": "c", "cluster": {"server": address}}],
        "users": [{"name": "u", "user": {}}],
    }
    path.write_text(json.dumps(content), encoding="utf-8")


@contextmanager
def simulated_api(place: Path) -> Generator[Path]:
    """Serve until the block ends; yield a kubeconfig."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    path = place / "kubeconfig"
    kubeconfig_of(f"http://127.0.0.1:{server.server_port}", path)
    try:
        yield path
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
