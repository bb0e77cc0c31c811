"""A simulated API server on loopback that holds given objects, as they were read from real ones.

It imitates kube-apiserver on the wire as far as reading goes: aggregated discovery, objects, lists
by label and by pages; no watching.
"""

import base64
import json
import re
import threading
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from clusterwright.tools.manifest import Manifest, labels_of, name_of, namespace_of, text
from tests.servers.simulated_api import kubeconfig_of

_NAMESPACE: Manifest = {"kind": "Namespace", "apiVersion": "v1", "metadata": {"name": "default"}}
_CORE = ("Machine", "MachineSet", "MachineDeployment", "MachinePool", "MachineHealthCheck")
_SERVED = {
    **dict.fromkeys(("Pod", "Namespace", "Secret"), "v1"),
    **dict.fromkeys(("Cluster", "ClusterClass", *_CORE), "cluster.x-k8s.io/v1beta2"),
    **dict.fromkeys(
        ("SandboxCluster", "SandboxMachine"), "infrastructure.cluster.x-k8s.io/v1beta1"
    ),
    "SandboxControlPlane": "controlplane.cluster.x-k8s.io/v1beta1",
}
"""By kind the apiVersion of what is served, whatever is held."""
_CLUSTER_SCOPED = frozenset(
    {"Namespace", "Node", "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"}
)


@dataclass
class Held:
    """What the server holds, and the paths that it was asked for."""

    objects: list[Manifest]
    kinds: dict[str, str]
    """By kind its apiVersion: what is served, also where there is no object."""
    asked: list[str] = field(default_factory=list[str])
    metrics: str = ""
    forbidden: frozenset[str] = frozenset()
    """Resources, in the plural, that nobody may read."""
    unlisted: frozenset[str] = frozenset()
    """Resources, in the plural, that may be read by name only."""

    def hold(self, objects: Iterable[Manifest]) -> None:
        """Hold these, and their kinds, from now on."""
        self.objects = [_NAMESPACE, *objects]
        self.kinds |= {text(one, "kind"): text(one, "apiVersion") for one in self.objects}

    def answer(self, path: str, query: dict[str, list[str]]) -> Manifest | None:
        """Return what is at a path; None where there is nothing."""
        if path in {"/api", "/apis"}:
            return {"kind": "APIGroupDiscoveryList", "items": self._groups(core=path == "/api")}
        parts = path.strip("/").split("/")
        rest = parts[3:] if parts[0] == "apis" else parts[2:]
        api = "/".join(parts[1:3]) if parts[0] == "apis" else parts[1]
        namespace = rest[1] if rest[:1] == ["namespaces"] and len(rest) > 2 else ""
        plural, *name = rest[2:] if namespace else rest
        found = [
            one
            for one in self.objects
            if text(one, "apiVersion") == api
            and _plural(text(one, "kind")) == plural
            and namespace in {"", namespace_of(one)}
        ]
        if name:
            return next((one for one in found if name_of(one) == name[0]), None)
        wanted = _labels((query.get("labelSelector") or [""])[0])
        listed = [
            one
            for one in found
            if all(labels_of(one).get(name) in values for name, values in wanted.items())
        ]
        start, limit = (int((query.get(key) or ["0"])[0]) for key in ("continue", "limit"))
        end = start + limit if limit else len(listed)
        more = {"continue": str(end)} if end < len(listed) else {}
        return {"kind": "List", "metadata": more, "items": listed[start:end]}

    def _groups(self, *, core: bool) -> list[Manifest]:
        versions: dict[str, list[str]] = {}
        for kind, api in self.kinds.items():
            if ("/" not in api) is core:
                versions.setdefault(api, []).append(kind)
        return [
            {
                "metadata": {"name": "" if core else api.partition("/")[0]},
                "versions": [
                    {
                        "version": api.rpartition("/")[2],
                        "resources": [_resource(kind, api) for kind in kinds],
                    }
                ],
            }
            for api, kinds in versions.items()
        ]


def _labels(selector: str) -> dict[str, set[str]]:
    """Return the values that a selector allows, by label: of `a=b` and `a in (b,c)`."""
    found = re.finditer(r"([^\s,=]+)(?:=([^,]*)| in \(([^)]*)\))", selector)
    return {one[1]: set((one[2] or one[3]).split(",")) for one in found}


def _plural(kind: str) -> str:
    return f"{kind.lower()}es" if kind.endswith("s") else f"{kind.lower()}s"


def _resource(kind: str, api: str) -> Manifest:
    return {
        "resource": _plural(kind),
        "responseKind": {"group": api.rpartition("/")[0], "version": "", "kind": kind},
        "scope": "Cluster" if kind in _CLUSTER_SCOPED else "Namespaced",
        "singularResource": kind.lower(),
        "verbs": ["get", "list"],
    }


@contextmanager
def replaying(place: Path, objects: Iterable[Manifest]) -> Generator[tuple[Path, Held]]:
    """Serve objects until the block ends; yield a kubeconfig, and what may be changed meanwhile."""
    held = Held([], dict(_SERVED))
    held.hold(objects)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            held.asked.append(self.path)
            if asked.path == "/metrics":
                self._send(200, held.metrics.encode(), "text/plain")
                return
            *_, last = parts = asked.path.split("/")
            if held.forbidden.intersection(parts) or last in held.unlisted:
                denied = {"kind": "Status", "reason": "Forbidden", "code": 403, "message": "no"}
                self._send(403, json.dumps(denied).encode(), "application/json")
                return
            found = held.answer(asked.path, parse_qs(asked.query))
            missing = {"kind": "Status", "reason": "NotFound", "code": 404, "message": "not found"}
            content = json.dumps(missing if found is None else found).encode()
            self._send(404 if found is None else 200, content, "application/json")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

        def _send(self, status: int, content: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    path = place / f"kubeconfig-{server.server_port}"
    kubeconfig_of(f"http://127.0.0.1:{server.server_port}", path)
    try:
        yield path, held
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def kubeconfig_secret(cluster: str, kubeconfig: Path) -> Manifest:
    """Return the Secret by which a workload cluster is reached."""
    content = json.loads(kubeconfig.read_text(encoding="utf-8"))
    content["users"][0]["user"] = {"token": "t"}
    return {
        "kind": "Secret",
        "apiVersion": "v1",
        "metadata": {"name": f"{cluster}-kubeconfig", "namespace": "default"},
        "data": {"value": base64.b64encode(json.dumps(content).encode()).decode()},
    }
