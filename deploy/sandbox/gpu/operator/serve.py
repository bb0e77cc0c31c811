"""The kubelets of GPU nodes over TLS: logs of operands' pods, and whether all has settled."""

import json
import ssl
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

import httpx

from clusterwright.deploy.sandbox.gpu.operator.logs import log_of
from clusterwright.deploy.sandbox.gpu.operator.world import World
from clusterwright.deploy.sandbox.gpu.settings import Settings
from clusterwright.tools.manifest import name_of, text

_TELLING = frozenset({"nvidia-mig-manager", "nvidia-vgpu-device-manager"})
"""Containers of which is remembered what they logged of their last layout."""

Answer = tuple[HTTPStatus, str]


class Kubelet:
    """Everything that can be asked, by path."""

    def __init__(self, world: World, settings: Settings, settled: Callable[[], str]) -> None:
        """Take what tells of pods, and what tells what has not settled."""
        self._world = world
        self._settled = settled
        self._others = settings.others
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE  # our own program on our own loopback
        self._client = httpx.Client(verify=context, trust_env=False, timeout=5)

    def answer(self, path: str) -> Answer:
        """Return what a path leads to."""
        parts = urlsplit(path)
        match parts.path.strip("/").split("/"):
            case ["healthz"]:
                missing = self._settled()
                status = HTTPStatus.SERVICE_UNAVAILABLE if missing else HTTPStatus.OK
                return status, missing or "ok"
            case ["containerLogs", namespace, name, container]:
                return self._log(namespace, name, container, parse_qs(parts.query))
            case _ if self._others:
                return self._forward(path)
            case _:
                return HTTPStatus.NOT_FOUND, ""

    def _log(
        self, namespace: str, name: str, container: str, asked: dict[str, list[str]]
    ) -> Answer:
        pod = self._world.get("Pod", namespace, name)
        node = self._world.get("Node", "", text(pod, "spec", "nodeName"))
        if pod is None or node is None:
            return HTTPStatus.NOT_FOUND, f"there is no pod {json.dumps(name)}"
        said = self._world.said.get(name_of(node), "") if container in _TELLING else ""
        lines = log_of(pod, node, container, said).splitlines(keepends=True)
        tail = asked.get("tailLines", [""])[0]
        return HTTPStatus.OK, "".join(
            lines[-int(tail) :] if tail.isdecimal() and int(tail) else lines
        )

    def _forward(self, path: str) -> Answer:
        """Ask the exporter, which plays the kubelets of all other simulated nodes."""
        try:
            answer = self._client.get(f"https://{self._others}{path}")
        except httpx.HTTPError as error:
            return HTTPStatus.BAD_GATEWAY, str(error)
        return HTTPStatus(answer.status_code), answer.text


class Handler(BaseHTTPRequestHandler):
    """Answers one connection."""

    protocol_version = "HTTP/1.1"
    kubelet: ClassVar[Kubelet]

    def read(self) -> None:
        """Answer with what the path leads to."""
        status, content = self.kubelet.answer(self.path)
        body = content.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: object, **_named: object) -> None:
        """Say nothing: a line for each scrape would hide what matters."""


def listen(settings: Settings, kubelet: Kubelet) -> ThreadingHTTPServer:
    """Return a server; those who ask a kubelet do not look at its name."""
    host, _, port = settings.kubelets.rpartition(":")
    handler = type("KubeletHandler", (Handler,), {"kubelet": kubelet, "do_GET": Handler.read})
    server = ThreadingHTTPServer((host, int(port)), handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(settings.certificate, settings.key)
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    return server
