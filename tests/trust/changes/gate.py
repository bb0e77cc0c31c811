"""A relay before the real API server that can hold a write: before it passes, or its answer."""

import os
import signal
import ssl
import threading
from base64 import b64decode
from collections.abc import Generator
from contextlib import contextmanager
from http.client import HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import yaml

from clusterwright.deploy.sandbox import Instance
from clusterwright.tools.manifest import Json
from tests.servers.simulated_api import kubeconfig_of

Moment = Literal["before", "after"]


class Gate:
    """Relays everything, and kills a process at one write."""

    def __init__(self, kubeconfig: Path) -> None:
        self.kubeconfig = kubeconfig
        self.victim = 0
        self.write = 0
        """The number of the write at which the victim ends; 0: never."""
        self.moment: Moment = "before"
        self._seen = 0
        self._lock = threading.Lock()

    def counts(self, method: str, path: str) -> bool:
        """Count a write; return whether it is the one."""
        if method == "GET" or "dryRun=" in path or "/events" in path:
            return False
        with self._lock:
            self._seen += 1
            return self._seen == self.write

    def arm(self, write: int, moment: Moment) -> None:
        self._seen, self.write, self.moment = 0, write, moment

    def kill(self) -> None:
        os.kill(self.victim, signal.SIGKILL)


@contextmanager
def gate(sandbox: Instance, place: Path) -> Generator[Gate]:
    """Relay to a sandbox's API server until the block ends."""
    config: Json = yaml.safe_load(sandbox.kubeconfig.read_text(encoding="utf-8"))
    cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
    upstream = urlsplit(str(cluster["server"]))
    tls = ssl.create_default_context(cafile=_file(place, cluster, "certificate-authority"))
    tls.load_cert_chain(_file(place, user, "client-certificate"), _file(place, user, "client-key"))
    found = Gate(place / "gate.kubeconfig")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def relay(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            chosen = found.counts(self.command, self.path)
            if chosen and found.moment == "before":
                found.kill()
                self.close_connection = True
                return
            connection = HTTPSConnection(upstream.hostname or "", upstream.port, context=tls)
            headers = {k: v for k, v in self.headers.items() if k != "Host"}
            connection.request(self.command, self.path, content, headers)
            answer = connection.getresponse()
            body = answer.read()
            connection.close()
            if chosen:
                found.kill()
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in {"transfer-encoding", "content-length", "connection"}:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PATCH = do_DELETE = relay  # noqa: N815 - the library's names

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing: the tests' output is not an access log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    kubeconfig_of(f"http://127.0.0.1:{server.server_port}", found.kubeconfig)
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _file(place: Path, holder: Json, name: str) -> str:
    """Return a file of the kubeconfig's, written out if it is inline."""
    if name in holder:
        return str(holder[name])
    path = place / name
    path.write_bytes(b64decode(holder[f"{name}-data"]))
    return str(path)
