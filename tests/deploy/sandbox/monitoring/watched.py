"""The monitored sandbox, asked as anybody would ask it."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from clusterwright.deploy.sandbox import Instance
from clusterwright.tools.manifest import Json, Manifest, items, strings, text

_DEADLINE = 90.0
_EXPORTER = "/api/v1/namespaces/monitoring/services/http:kube-state-metrics:8080/proxy"


@dataclass(frozen=True, slots=True)
class Watched:
    """A monitored sandbox."""

    instance: Instance

    def query(self, promql: str) -> list[Manifest]:
        """Return the series of an instant query."""
        url = f"{self.instance.prometheus_url}/api/v1/query"
        answer = httpx.get(url, params={"query": promql}).json()
        return items(answer, "data", "result")

    def labels(self, promql: str, label: str) -> set[str]:
        """Return the values that a label has in the series of a query."""
        return {text(one, "metric", label) for one in self.query(promql)}

    def number(self, promql: str) -> float:
        """Return the one value of a query; not a number where there is none."""
        found = self.query(promql)
        return float(found[0]["value"][1]) if found else float("nan")

    def prometheus(self, path: str) -> Json:
        """Return the data of one of Prometheus' answers."""
        return httpx.get(f"{self.instance.prometheus_url}/api/v1/{path}").json()["data"]

    def alerts(self) -> list[dict[str, str]]:
        """Return the labels of the alerts that Alertmanager has."""
        told = httpx.get(f"{self.instance.alertmanager_url}/api/v2/alerts").json()
        return [strings(one, "labels") for one in told]

    def notifications(self) -> list[Manifest]:
        """Return what Alertmanager sent."""
        return json.loads(self.instance.kubectl("get", "--raw", f"{_EXPORTER}/notifications"))

    def create(self, *objects: Manifest) -> None:
        """Create objects."""
        listed = {"apiVersion": "v1", "kind": "List", "items": objects}
        self.instance.kubectl("create", "-f", "-", stdin=json.dumps(listed))

    def get(self, *names: str) -> Manifest:
        """Return what `kubectl get` finds."""
        return json.loads(self.instance.kubectl("get", *names, "-o", "json"))


def until(condition: Callable[[], bool], what: str) -> None:
    """Wait until something is so; AssertionError if it does not get so."""
    deadline = time.monotonic() + _DEADLINE
    while not condition():
        assert time.monotonic() < deadline, f"not within {_DEADLINE:.0f} s: {what}"
        time.sleep(0.3)
