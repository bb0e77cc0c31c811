"""Backends that are simulated at the HTTP boundary, for what no real one is easily brought to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from clusterwright.servers.bound import success
from clusterwright.tools.answer import Answer
from clusterwright.tools.kubernetes.client.connection import Connection
from clusterwright.tools.kubernetes.client.http import Http
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.prometheus.client.alertmanager import Alertmanager
from clusterwright.tools.prometheus.client.backend import Backend
from clusterwright.tools.prometheus.endpoint import Endpoint
from clusterwright.tools.prometheus.monitoring import Monitoring, Reach
from clusterwright.tools.prometheus.settings import Prices
from tests.tools.kubernetes.client.server import discovery, simulated_credentials, status

NOW = 1_790_000_000
_GROUPS: Mapping[str, Sequence[tuple[str, bool]]] = {
    "": (("Namespace", False), ("Node", False), ("Pod", True), ("Service", True)),
    "monitoring.coreos.com": (
        ("Prometheus", True),
        ("PrometheusRule", True),
        ("ServiceMonitor", True),
        ("PodMonitor", True),
    ),
}


@dataclass
class One(Monitoring):
    """Monitoring of one backend, with whatever is beside it."""

    one: Backend
    alertmanager: Alertmanager | None = None
    connection: Connection | None = None
    priced: Prices = field(default_factory=Prices)
    others: tuple[str, ...] = ()

    @property
    def prices(self) -> Prices:
        return self.priced

    async def reach(
        self, cluster: str | None = None, backend: str | None = None, *, of_several: bool = False
    ) -> Reach:
        del cluster, backend, of_several
        return Reach("kind", self.one, self.alertmanager, self.connection, others=self.others)


def answering(
    data: Mapping[str, Json], series: Sequence[Manifest] = (), *, denied: Sequence[str] = ()
) -> Backend:
    """Return a backend that has `data` by endpoint, and answers every query but the clock alike."""

    def answer(request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/api/v1/")
        if path in denied:
            return httpx.Response(403, text="forbidden")
        if path == "query":
            return success_of({"resultType": "vector", "result": _result(request, series)})
        return success_of(data[path]) if path in data else httpx.Response(404)

    return Backend(Endpoint("main", "http://prom.test"), transport=httpx.MockTransport(answer))


def success_of(data: Json) -> httpx.Response:
    return httpx.Response(200, json={"status": "success", "data": data})


def _result(request: httpx.Request, series: Sequence[Manifest]) -> list[Manifest]:
    asked = httpx.QueryParams(request.content.decode())
    clock: list[Manifest] = [{"metric": {}, "value": [NOW, str(NOW)]}]
    return clock if asked.get("query") == "time()" else list(series)


def holding(data: Mapping[str, Json]) -> Alertmanager:
    """Return an Alertmanager that has `data` by endpoint."""

    def answer(request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/api/v2/")
        return httpx.Response(200, json=data[path]) if path in data else httpx.Response(404)

    endpoint = Endpoint("manager", "http://alertmanager.test")
    return Alertmanager(endpoint, transport=httpx.MockTransport(answer))


def a_cluster(
    objects: Mapping[str, Sequence[Manifest]], *denied: str, allocation: Json = None
) -> Connection:
    """Return a cluster with the operator's kinds that has `objects`, and refuses lists of some.

    Through its proxy `allocation` is what OpenCost answers.
    """

    def answer(request: httpx.Request) -> httpx.Response:
        *_, last = path = request.url.path.strip("/").split("/")
        if path == ["api"]:
            return discovery(_group("", "v1"))
        if path == ["apis"]:
            return discovery(_group("monitoring.coreos.com", "v1"))
        if last == "allocation":
            return httpx.Response(200, json=allocation)
        if last in denied:
            return status(403, f"{last} is forbidden: User cannot list resource")
        listed = objects.get(last)
        if listed is None and len(path) > 1 and (listed := objects.get(path[-2])) is not None:
            named = [one for one in listed if one["metadata"]["name"] == last]
            return httpx.Response(200, json=named[0]) if named else status(404, "not found")
        return httpx.Response(200, json={"items": list(listed or ()), "metadata": {}})

    transport = httpx.MockTransport(answer)
    return Connection("simulated", Http(simulated_credentials(), transport=transport))


def _group(name: str, version: str) -> Manifest:
    resources = [
        {
            "resource": "prometheuses" if kind == "Prometheus" else f"{kind.lower()}s",
            "responseKind": {"group": name, "version": version, "kind": kind},
            "scope": "Namespaced" if namespaced else "Cluster",
            "singularResource": kind.lower(),
            "verbs": ["get", "list"],
        }
        for kind, namespaced in _GROUPS[name]
    ]
    return {"metadata": {"name": name}, "versions": [{"version": version, "resources": resources}]}


def wire(answer: Answer) -> int:
    """Return how many bytes an answer takes, text and structured content together."""
    told: Any = success(answer)
    return len(told.model_dump_json(by_alias=True, exclude_none=True).encode())
