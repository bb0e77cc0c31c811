"""Two clusters behind one server, with objects of equal names: no answer mixes them."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.servers.pipe import Pipe
from tests.servers.slow_api import DISCOVERY, NONE

if TYPE_CHECKING:
    from clusterwright.tools.manifest import Json, Manifest

CLUSTERS = ("crimson", "azure")
CALLS = 60


def simulated_api(colour: str) -> ThreadingHTTPServer:
    """An API server whose only pod tells by its image which cluster it is of."""
    spec = {"containers": [{"name": "app", "image": f"registry/{colour}:1"}]}
    metadata = {"name": "app", "namespace": "shop", "labels": {"colour": colour}}
    one: Manifest = {"metadata": metadata, "spec": spec, "status": {"phase": "Running"}}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            body: Json = {"items": [one], "metadata": {}}
            if path in {"/api", "/apis"}:
                body = DISCOVERY if path == "/api" else NONE
            elif path.endswith("/app"):
                body = one
            content = json.dumps(body).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing: the tests' output is not an access log."""

    return ThreadingHTTPServer(("127.0.0.1", 0), Handler)


@pytest.fixture
def kubeconfig(tmp_path: Path) -> Iterator[Path]:
    servers = {name: simulated_api(name) for name in CLUSTERS}
    threads = [threading.Thread(target=one.serve_forever) for one in servers.values()]
    for thread in threads:
        thread.start()
    content: Manifest = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": CLUSTERS[0],
        "contexts": [{"name": n, "context": {"cluster": n, "user": "u"}} for n in servers],
        "clusters": [
            {"name": n, "cluster": {"server": f"http://127.0.0.1:{one.server_port}"}}
            for n, one in servers.items()
        ],
        "users": [{"name": "u", "user": {}}],
    }
    path = tmp_path / "kubeconfig"
    path.write_text(json.dumps(content), encoding="utf-8")
    yield path
    for one, thread in zip(servers.values(), threads, strict=True):
        one.shutdown()
        thread.join()
        one.server_close()


def test_calls_side_by_side_are_answered_by_the_cluster_that_each_names(kubeconfig: Path) -> None:
    with Pipe("--kubeconfig", kubeconfig) as pipe:
        pipe.initialize()
        asked: dict[int, str] = {}
        for i in range(CALLS):
            colour = CLUSTERS[i % 2]
            tool = ("k8s_get", "k8s_list", "k8s_describe")[i % 3]
            arguments: Manifest = {"kind": "Pod", "namespace": "shop", "cluster": colour}
            if tool != "k8s_list":
                arguments["name"] = "app"
            asked[pipe.send("tools/call", {"name": tool, "arguments": arguments})] = colour
        for _ in range(CALLS):
            answer = pipe.read()
            colour = asked.pop(answer["id"])
            (other,) = set(CLUSTERS) - {colour}
            assert answer["result"]["structuredContent"]["cluster"] == colour
            assert other not in json.dumps(answer)
        assert not asked


def test_a_cluster_that_is_none_is_answered_with_those_there_are(kubeconfig: Path) -> None:
    with Pipe("--kubeconfig", kubeconfig) as pipe:
        pipe.initialize()
        said = pipe.call("k8s_list", kind="Pod", cluster="amber")["content"][0]["text"]
    assert said.startswith("[not_found] ")
    assert all(name in said for name in CLUSTERS)
