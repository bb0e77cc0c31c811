"""The exporter over HTTP, and over TLS where kubelets of simulated nodes would answer."""

import json
import ssl
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

from clusterwright.deploy.sandbox.monitoring.exporter.applications import Applications
from clusterwright.deploy.sandbox.monitoring.exporter.exposition import CONTENT_TYPE, Exposition
from clusterwright.deploy.sandbox.monitoring.exporter.gpu import Gpus
from clusterwright.deploy.sandbox.monitoring.exporter.kube_state import kube_state
from clusterwright.deploy.sandbox.monitoring.exporter.kubelet import Kubelets
from clusterwright.deploy.sandbox.monitoring.exporter.meters import Meters
from clusterwright.deploy.sandbox.monitoring.exporter.notifications import Notifications
from clusterwright.deploy.sandbox.monitoring.exporter.world import World


class Exporter:
    """Everything that can be asked, by path."""

    def __init__(self, world: World) -> None:
        """Take what tells of objects."""
        self._world = world
        meters = Meters()
        self._gpus = Gpus(world)
        self._kubelets = Kubelets(world, meters)
        self._applications = Applications(world, meters)
        self.notifications = Notifications()

    def answer(self, path: str) -> str | None:
        """Return the metrics of a path; None where there is nothing."""
        out = Exposition()
        match path.strip("/").split("/"):
            case ["healthz"]:
                return "ok\n" if self._world.complete else None
            case ["metrics"]:
                kube_state(self._world, out)
            case ["nodes", node, "dcgm"] if self._gpus.series(node, out):
                pass
            case ["nodes", node, *rest] if self._kubelets.series(node, "/".join(rest), out):
                pass
            case ["pods", namespace, name, "metrics"]:
                return self._applications.text(namespace, name)
            case _:
                return None
        return out.text()


class Handler(BaseHTTPRequestHandler):
    """Answers one connection."""

    protocol_version = "HTTP/1.1"
    exporter: ClassVar[Exporter]

    def read(self) -> None:
        """Answer with metrics, or with the notifications that came."""
        path = self.path.partition("?")[0]
        if path == "/notifications":
            self._reply(HTTPStatus.OK, json.dumps(self.exporter.notifications.all()))
            return
        text = self.exporter.answer(path)
        self._reply(
            HTTPStatus.NOT_FOUND if text is None else HTTPStatus.OK, text or "no such path\n"
        )

    def take(self) -> None:
        """Take a notification."""
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        try:
            self.exporter.notifications.take(self.path.rpartition("/")[2], body)
        except ValueError as error:
            self._reply(HTTPStatus.BAD_REQUEST, f"{error}\n")
            return
        self._reply(HTTPStatus.OK, "")

    def log_message(self, *_words: object, **_named: object) -> None:
        """Say nothing of requests: there are several a second."""

    def _reply(self, status: HTTPStatus, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", CONTENT_TYPE)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def listen(
    address: str, exporter: Exporter, pair: tuple[str, str] | None = None
) -> ThreadingHTTPServer:
    """Return a server at `HOST:PORT`, over TLS with a certificate and its key."""
    host, _, port = address.rpartition(":")
    methods = {"do_GET": Handler.read, "do_POST": Handler.take}
    handler = type("ExporterHandler", (Handler,), {"exporter": exporter, **methods})
    server = ThreadingHTTPServer((host, int(port)), handler)
    if pair:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*pair)
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    return server
