"""A simulated API server that serves given objects, however odd, through every kind of read.

It imitates the wire format of kube-apiserver 1.36 (aggregated discovery, unpaged lists), without
selectors: each list is the whole kind.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence

import httpx

from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.kubernetes.client.connection import Connection
from clusterwright.tools.kubernetes.client.http import Http
from clusterwright.tools.manifest import Json, Manifest
from tests.tools.kubernetes.client.server import discovery, simulated_credentials, status

_KINDS = {
    "": "ConfigMap Event Namespace Node PersistentVolume PersistentVolumeClaim Pod ResourceQuota"
    " Secret Service ServiceAccount",
    "apps": "DaemonSet Deployment ReplicaSet StatefulSet",
    "autoscaling": "HorizontalPodAutoscaler",
    "batch": "CronJob Job",
    "discovery.k8s.io": "EndpointSlice",
    "networking.k8s.io": "Ingress",
    "storage.k8s.io": "StorageClass",
}
_CLUSTER_SCOPED = {"Namespace", "Node", "PersistentVolume", "StorageClass"}


def _plural(kind: str) -> str:
    return f"{kind.lower()}{'es' if kind.endswith('s') else 's'}"


def _resource(group: str, kind: str) -> Manifest:
    return {
        "resource": _plural(kind),
        "responseKind": {"group": group, "version": "v1", "kind": kind},
        "scope": "Cluster" if kind in _CLUSTER_SCOPED else "Namespaced",
        "singularResource": kind.lower(),
        "verbs": ["get", "list"],
    }


def _group(group: str, kinds: str) -> Manifest:
    resources = [_resource(group, kind) for kind in kinds.split()]
    return {"metadata": {"name": group}, "versions": [{"version": "v1", "resources": resources}]}


class SimulatedCluster(Clusters):
    """Clusters of which there is one, with these objects by kind."""

    def __init__(self, objects: Mapping[str, Sequence[Json]]) -> None:
        super().__init__()
        self._lists: dict[str, list[Json]] = defaultdict(list)
        for kind, listed in objects.items():
            self._lists[_plural(kind)] += listed

    async def connect(self, cluster: str | None = None) -> Connection:
        transport = httpx.MockTransport(self._answer)
        return Connection("simulated", Http(simulated_credentials(), transport=transport))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.strip("/").split("/")
        if path == ["api"]:
            return discovery(_group("", _KINDS[""]))
        if path == ["apis"]:
            return discovery(*(_group(name, kinds) for name, kinds in _KINDS.items() if name))
        if path[-1] == "log":
            return httpx.Response(200, content=b"FATAL: it broke\n\xff\x00")
        plural = next((one for one in reversed(path) if one in self._lists), "")
        if path[-1] == plural or not plural:
            return self._json({"items": self._lists[plural], "metadata": {}})
        return self._named(plural, path[-1])

    def _named(self, plural: str, name: str) -> httpx.Response:
        for one in self._lists[plural]:
            if isinstance(one, dict) and f'"name": "{name}"' in json.dumps(one):
                return self._json(one)
        return status(404, f'{plural} "{name}" not found')

    def _json(self, body: Json) -> httpx.Response:
        return httpx.Response(200, content=json.dumps(body).encode("utf-8", "surrogatepass"))
