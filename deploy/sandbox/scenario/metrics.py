"""What scenarios ask of the sandbox's Prometheus and Alertmanager, as the objects of a condition.

They are reached through the API server's proxy of Services, as anybody with a kubeconfig would.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from pydantic import Field

from clusterwright.deploy.sandbox.scenario.card import Declared
from clusterwright.deploy.sandbox.scenario.kubectl import Cluster
from clusterwright.deploy.sandbox.scenario.post import post
from clusterwright.tools.manifest import Json, Manifest, items, strings, text

SERIES, ALERT, SILENCE = "Series", "Alert", "Silence"
"""Kinds of a condition that are no kinds of Kubernetes: what a query gives, what Alertmanager was
told of, and what keeps it quiet."""
SOMEBODY = "@example.com"
"""How the name of everybody ends who makes a silence in a scenario."""
_PROXY = "/api/v1/namespaces/monitoring/services/http:{}:{}/proxy"
_PROMETHEUS = _PROXY.format("prometheus-operated", 9090)
_ALERTMANAGER = _PROXY.format("alertmanager-operated", 9093)


class Silence(Declared):
    """A silence that is made in Alertmanager; it ends with the scenario's cure."""

    matchers: tuple[str, ...] = Field(min_length=1, description="As name=value or name=~regex.")
    hours: float = 2.0
    by: str = Field(pattern=rf"{SOMEBODY}$")
    comment: str


def series(cluster: Cluster, query: str) -> list[Manifest]:
    """Return what a query gives now, an object for each series, with its labels and `value`."""
    asked = f"{_PROMETHEUS}/api/v1/query?query={quote(query, safe='')}"
    answer: Manifest = json.loads(cluster.raw(asked))
    return [
        {
            "kind": SERIES,
            "metadata": {"name": query, "labels": strings(one, "metric")},
            "value": _value(one),
        }
        for one in items(answer, "data", "result")
    ]


def alerts(cluster: Cluster) -> list[Manifest]:
    """Return the alerts that Alertmanager has, as objects with `status.state`."""
    told: list[Manifest] = json.loads(cluster.raw(f"{_ALERTMANAGER}/api/v2/alerts"))
    return [
        {
            "kind": ALERT,
            "metadata": {"name": text(one, "labels", "alertname"), "labels": one["labels"]},
            "status": one["status"],
        }
        for one in told
    ]


def silences(cluster: Cluster) -> list[Manifest]:
    """Return the silences that Alertmanager has, named by who made them, with `status.state`."""
    told: list[Manifest] = json.loads(cluster.raw(f"{_ALERTMANAGER}/api/v2/silences"))
    return [
        {"kind": SILENCE, "metadata": {"name": text(one, "createdBy")}, "status": one["status"]}
        for one in told
    ]


def silence(cluster: Cluster, wanted: Silence) -> None:
    """Make a silence, from now on."""
    post(cluster, f"{_ALERTMANAGER}/api/v2/silences", body_of(wanted, datetime.now(UTC)))


def body_of(wanted: Silence, start: datetime) -> Manifest:
    """Return a silence as Alertmanager takes it."""
    return {
        "matchers": [_matcher(one) for one in wanted.matchers],
        "startsAt": start.isoformat(),
        "endsAt": (start + timedelta(hours=wanted.hours)).isoformat(),
        "createdBy": wanted.by,
        "comment": wanted.comment,
    }


def end_silences(cluster: Cluster, by: str) -> None:
    """End every silence of somebody, or of all whose names end so."""
    told: list[Manifest] = json.loads(cluster.raw(f"{_ALERTMANAGER}/api/v2/silences"))
    for one in told:
        if text(one, "createdBy").endswith(by) and text(one, "status", "state") != "expired":
            cluster.delete_raw(f"{_ALERTMANAGER}/api/v2/silence/{text(one, 'id')}")


def _matcher(spelled: str) -> Json:
    for operator, equal, regex in (("=~", True, True), ("!~", False, True), ("!=", False, False)):
        name, found, value = spelled.partition(operator)
        if found:
            return {"name": name, "value": value, "isEqual": equal, "isRegex": regex}
    name, _, value = spelled.partition("=")
    return {"name": name, "value": value, "isEqual": True, "isRegex": False}


def _value(one: Manifest) -> str:
    sample: Any = one.get("value") or ["", ""]
    return str(sample[1])
