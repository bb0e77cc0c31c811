"""What a Prometheus knows, put together by hand, and what analyzers conclude from it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Literal

import yaml

from clusterwright.tools.analyze import group
from clusterwright.tools.analyzer import Analyzer, Fulfilled, ReadRequest
from clusterwright.tools.finding import Finding
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.prometheus.alerting.alert import Alert, State
from clusterwright.tools.prometheus.alertmanager_state import Alert as Held
from clusterwright.tools.prometheus.alertmanager_state import (
    AlertmanagerStatus,
    Matcher,
    Silence,
)
from clusterwright.tools.prometheus.analyzers import ANALYZERS
from clusterwright.tools.prometheus.estate import Estate
from clusterwright.tools.prometheus.result import Labels, Result, Series
from clusterwright.tools.prometheus.ruling.rule import Rule, RuleGroup
from clusterwright.tools.prometheus.scraping.target import Target, Targets
from clusterwright.tools.ref import Ref
from tests.tools.kubernetes.analyzers.cluster import NOW, make

SERVER = Ref("Prometheus", "main", "monitoring", "monitoring.coreos.com")
MANAGER = Ref("Alertmanager", "main", "monitoring", "monitoring.coreos.com")
OPERATOR = "monitoring.coreos.com/v1"
CART = {"namespace": "shop", "pod": "cart-1", "container": "app"}
TRAIN: dict[str, str] = {
    "gpu": "3",
    "UUID": "GPU-3",
    "modelName": "NVIDIA H100 80GB HBM3",
    "Hostname": "gpu-1",
    "job": "dcgm",
    "instance": "10.0.0.9:9400",
    "namespace": "gpu-operator",
    "pod": "dcgm-exporter-x",
    "exported_namespace": "ml",
    "exported_pod": "train-0",
    "exported_container": "trainer",
}
"""Labels of a GPU that Pod train-0 has, as dcgm-exporter and its target write them."""


def series(value: float, **labels: str) -> Series:
    """A series of an instant query."""
    return Series(labels, (NOW.timestamp(),), (value,))


def gpu(value: float, **labels: str) -> Series:
    """A series of a GPU that a pod has."""
    return series(value, **{**TRAIN, **labels})


def node(
    name: str = "gpu-1", *, address: str = "10.0.0.9", age: float = 86_400, **rest: Json
) -> Manifest:
    status: Manifest = {
        "addresses": [{"type": "InternalIP", "address": address}],
        "conditions": [{"type": "Ready", "status": "True"}],
        **rest.pop("status", {}),
    }
    return make("Node", name, namespace="", age=age, status=status, **rest)


def target(
    error: str,
    *,
    pool: str = "serviceMonitor/shop/cart/0",
    pod: str = "cart-1",
    instance: str = "10.0.0.1:8080",
    health: str = "down",
    job: str = "cart",
    **meta: str,
) -> Target:
    """A target, discovered as a pod of namespace shop."""
    discovered = {
        "__address__": instance,
        "__meta_kubernetes_namespace": "shop",
        "__meta_kubernetes_pod_name": pod,
        **meta,
    }
    known: Any = health
    return Target(
        pool,
        f"http://{instance}/metrics",
        known,
        {"job": job, "instance": instance},
        discovered if pod else {"__address__": instance},
        error,
        interval=30.0,
    )


def alert(
    name: str,
    labels: Labels | None = None,
    *,
    since: float = 600,
    state: State = "firing",
    **more: str,
) -> Alert:
    return Alert(
        name,
        state,
        {"alertname": name, "severity": "warning", **(labels or {}), **more},
        {"summary": f"{name} is bad"},
        NOW - timedelta(seconds=since),
        1.0,
    )


def held(
    name: str,
    *,
    fingerprint: str = "f1",
    state: Literal["active", "suppressed"] = "active",
    **rest: Json,
) -> Held:
    labels = {"alertname": name, "severity": "warning", **rest.pop("labels", {})}
    return Held(labels, {}, fingerprint, state, receivers=("team",), **rest)


def silence(*matchers: Matcher, days: float = 1, identifier: str = "s1") -> Silence:
    return Silence(
        identifier,
        "active",
        matchers,
        "ann",
        "later",
        NOW - timedelta(hours=1),
        NOW + timedelta(days=days),
    )


def manager(config: Json = None, *, peers: int = 1, up: float = 86_400) -> AlertmanagerStatus:
    written = yaml.safe_dump(config or {"receivers": [{"name": "team", "slack_configs": [{}]}]})
    return AlertmanagerStatus("0.28.0", written, "ready", peers, NOW - timedelta(seconds=up))


def rule(
    name: str,
    query: str,
    error: str = "",
    *,
    kind: Literal["alerting", "recording"] = "alerting",
    **rest: Json,
) -> Rule:
    return Rule(kind, name, query, "err" if error else "ok", error, **rest)


def rules(
    *some: Rule,
    name: str = "cart.rules",
    file: str = "shop-cart.yaml",
    interval: float = 30.0,
    took: float = 0.1,
) -> RuleGroup:
    return RuleGroup(name, file, some, interval, took)


def operated(
    kind: str, name: str = "main", *, namespace: str = "monitoring", **rest: Json
) -> Manifest:
    """An object of the Prometheus Operator."""
    return make(kind, name, api=OPERATOR, namespace=namespace, age=7_200, **rest)


@dataclass
class Place:
    """A cluster and its Prometheus; `now` is what reading an object again returns."""

    objects: tuple[Manifest, ...] = ()
    results: Mapping[str, Iterable[Series]] = field(default_factory=dict[str, Iterable[Series]])
    now: Mapping[Ref, Manifest | None] = field(default_factory=dict[Ref, Manifest | None])
    knows: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Further fields of the Estate."""
    also_read: tuple[str, ...] = ()

    def estate(self) -> Estate:
        by_kind: dict[str, list[Manifest]] = defaultdict(list)
        for kind in self.also_read:
            by_kind[kind] = []
        for one in self.objects:
            by_kind[Ref.of(one).kind_key].append(one)
        results = {name: Result("vector", tuple(found)) for name, found in self.results.items()}
        bare = Estate("test", NOW, by_kind, server=SERVER, alertmanager=MANAGER, results=results)
        return replace(bare, **self.knows)

    def findings(self, analyzers: Iterable[Analyzer] = ANALYZERS) -> list[Finding]:
        """What the analyzers conclude."""
        estate = self.estate()
        again = {ReadRequest(ref): found for ref, found in self.now.items()}
        found = [
            one.refine(lead, Fulfilled(objects=again))
            for one in analyzers
            for lead in group(one.detect(estate))
        ]
        return [one for one in found if one is not None]

    def codes(self) -> list[str]:
        return [one.code for one in self.findings()]

    def only(self) -> Finding:
        (found,) = self.findings()
        return found


def scraped(*targets: Target) -> dict[str, object]:
    """What an Estate knows of targets."""
    return {"targets": Targets(targets)}
