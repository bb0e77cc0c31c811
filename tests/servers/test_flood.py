"""A client that asks for everything at once: it is answered, and memory has an end."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.bench.rss import peak_rss_mb
from tests.servers.pipe import Pipe
from tests.servers.simulated_api import kubeconfig_of
from tests.servers.slow_api import DISCOVERY, NONE

CALLS = 2_000
PODS = 200
"""Of each namespace: together they would take more than a gigabyte as objects."""
MOST_MB = 250
"""What 16 lists at a time, and the answers that wait to be read, stay far below."""


def listed(namespace: str) -> bytes:
    """A simulated namespace of pods, as kube-apiserver lists them."""
    items = [
        {
            "metadata": {"name": f"pod-{i}", "namespace": namespace, "labels": {"app": "x" * 40}},
            "spec": {"containers": [{"name": "app", "image": f"registry.example/app:{i}"}]},
            "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]},
        }
        for i in range(PODS)
    ]
    return json.dumps({"kind": "PodList", "apiVersion": "v1", "items": items}).encode()


@pytest.fixture
def kubeconfig(tmp_path: Path) -> Iterator[Path]:
    class SimulatedApi(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path in {"/api", "/apis"}:
                content = json.dumps(DISCOVERY if path == "/api" else NONE).encode()
            else:
                content = listed(path.split("/")[4]) if "namespaces" in path else listed("a")
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing: the tests' output is not an access log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), SimulatedApi)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    path = tmp_path / "kubeconfig"
    kubeconfig_of(f"http://127.0.0.1:{server.server_port}", path)
    yield path
    server.shutdown()
    thread.join()
    server.server_close()


def test_two_thousand_calls_at_once_are_answered_or_refused_in_bounded_memory(
    kubeconfig: Path,
) -> None:
    with Pipe("--kubeconfig", kubeconfig) as pipe:
        pipe.initialize()
        for i in range(CALLS):
            arguments = {"kind": "Pod", "namespace": f"team-{i}", "limit": 5}
            pipe.send("tools/call", {"name": "k8s_list", "arguments": arguments})
        told = [pipe.read()["result"] for _ in range(CALLS)]
        peak = peak_rss_mb(pipe.process.pid)
    refused = [one for one in told if one["isError"]]
    assert all(one["content"][0]["text"].startswith("[busy] ") for one in refused)
    assert len(told) - len(refused) >= 1_000
    assert peak < MOST_MB
