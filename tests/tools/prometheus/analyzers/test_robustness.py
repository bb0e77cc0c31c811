"""No object or answer, however odd, makes an analyzer fail: one would hide the faults of others."""

from copy import deepcopy
from typing import Any

from hypothesis import HealthCheck, given, settings

from clusterwright.tools.analyze import group
from clusterwright.tools.analyzer import Fulfilled, ReadRequest
from clusterwright.tools.manifest import Manifest, mapping
from clusterwright.tools.prometheus.alerting.alert import read_alerts
from clusterwright.tools.prometheus.analyzers import ANALYZERS
from clusterwright.tools.prometheus.estate import Estate
from clusterwright.tools.prometheus.metric_queries import QUERIES
from clusterwright.tools.prometheus.result import Result
from clusterwright.tools.prometheus.ruling.rule import read_rules
from clusterwright.tools.prometheus.scraping.configuration import read_configuration
from clusterwright.tools.prometheus.scraping.target import read_targets
from tests.tools.kubernetes.analyzers.cluster import NOW, make, pod, running
from tests.tools.kubernetes.analyzers.test_robustness import CHANGES, spoil
from tests.tools.prometheus.analyzers.estates import (
    CART,
    MANAGER,
    SERVER,
    TRAIN,
    node,
    operated,
    series,
)
from tests.tools.prometheus.analyzers.test_monitor_dropped import TIER, step
from tests.tools.prometheus.analyzers.test_monitors import PROMETHEUS, monitor, service, slice_

META = "__meta_kubernetes_"
POOL = "serviceMonitor/shop/cart/0"
DISCOVERED = {
    "__address__": "10.0.0.1:8080",
    f"{META}namespace": "shop",
    f"{META}pod_name": "cart-1",
    f"{META}service_name": "cart",
    TIER: "db",
}
CONFIG = f"""\
global: {{scrape_interval: 30s}}
alerting: {{alertmanagers: [{{static_configs: [{{targets: [a]}}]}}]}}
scrape_configs:
- job_name: {POOL}
  relabel_configs:
  - source_labels: [{TIER}]
    regex: web
    action: keep
"""
CLAIM = {"persistentVolumeClaim": {"claimName": "data"}}
OBJECTS: tuple[Manifest, ...] = (
    PROMETHEUS,
    monitor(endpoint={"relabelings": [step(TIER, regex="web")]}),
    service(),
    slice_("10.0.0.1"),
    node(status={"capacity": {"nvidia.com/gpu": "8"}}),
    pod(running(), ready=True, spec={"volumes": [CLAIM]}),
    make("PersistentVolumeClaim", "data", spec={"storageClassName": "fast"}),
    make("StorageClass", "fast", namespace="", allowVolumeExpansion=True),
    make("NetworkPolicy", "cart", api="networking.k8s.io/v1", spec={"ingress": [{"from": [{}]}]}),
    operated("PrometheusRule", namespace="shop", spec={"groups": [{"name": "cart.rules"}]}),
    operated("Alertmanager", spec={"replicas": 3}, status={"availableReplicas": 3}),
)
ANSWERS: dict[str, Manifest] = {
    "targets": {
        "activeTargets": [
            {
                "scrapePool": POOL,
                "health": "down",
                "lastError": "context deadline exceeded",
                "labels": {"job": "cart", "instance": "10.0.0.1:8080"},
                "discoveredLabels": DISCOVERED,
                "scrapeInterval": "30s",
            }
        ],
        "droppedTargets": [{"scrapePool": POOL, "discoveredLabels": DISCOVERED}],
    },
    "rules": {
        "groups": [
            {
                "name": "cart.rules",
                "file": "/etc/shop-cart.yaml",
                "interval": 30,
                "evaluationTime": 40,
                "rules": [
                    {
                        "type": "alerting",
                        "name": "CartDown",
                        "query": "up{job='cart'} == 0",
                        "health": "err",
                        "lastError": "many-to-many matching not allowed",
                    }
                ],
            }
        ]
    },
    "alerts": {
        "alerts": [
            {
                "labels": {"alertname": "CartDown", **CART},
                "annotations": {"summary": "down"},
                "state": "firing",
                "activeAt": "2026-01-01T11:00:00Z",
                "value": "1e+00",
            }
        ]
    },
    "config": {"yaml": CONFIG},
    "tsdb": {
        "headStats": {"numSeries": 50_000},
        "seriesCountByMetricName": [{"name": "users_total", "value": 40_000}],
        "labelValueCountByLabelName": [{"name": "user", "value": 9}],
    },
    "runtime": {
        "startTime": "2026-01-01T00:00:00Z",
        "reloadConfigSuccess": False,
        "lastConfigTime": "2026-01-01T00:00:00Z",
        "corruptionCount": 1,
    },
}


def conclude(objects: dict[str, list[Manifest]], answers: dict[str, Any]) -> set[str]:
    """Return the codes of all findings of objects and answers, after both steps."""
    result = Result("vector", (series(1, **CART, job="cart", instance="10.0.0.1:8080"),))
    gpus = Result("vector", (series(1, **TRAIN),))
    results = {one.name: gpus if one.name.startswith("gpu") else result for one in QUERIES}
    estate = Estate(
        "odd",
        NOW,
        objects,
        server=SERVER,
        alertmanager=MANAGER,
        targets=read_targets(answers["targets"]),
        configuration=read_configuration(answers["config"]),
        groups=read_rules(answers["rules"]),
        alerts=read_alerts(answers["alerts"]),
        alertmanagers=0,
        tsdb=mapping(answers, "tsdb"),
        runtime=mapping(answers, "runtime"),
        metrics=frozenset({"up", "users_total"}),
        results={**results, "down": result},
    )
    told: set[str] = set()
    for analyzer in ANALYZERS:
        for one in group(analyzer.detect(estate)):
            reads = [request for request in one.requests if isinstance(request, ReadRequest)]
            analyzer.refine(one, Fulfilled(objects=dict.fromkeys(reads, None)))
            finding = analyzer.refine(one, Fulfilled())
            if finding is not None:
                assert len(finding.title) <= 200
                assert finding.model_dump_json()
                told.add(finding.code)
    return told


def by_kind() -> dict[str, list[Manifest]]:
    kinds: dict[str, list[Manifest]] = {"EndpointSlice": [], "Namespace": []}
    for one in deepcopy(OBJECTS):
        group_ = one["apiVersion"].partition("/")[0]
        kind = f"{one['kind']}.{group_}" if group_ == "monitoring.coreos.com" else one["kind"]
        kinds.setdefault(kind, []).append(one)
    return kinds


def test_the_place_that_is_spoiled_has_very_many_findings() -> None:
    assert len(conclude(by_kind(), deepcopy(ANSWERS))) > 15


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(CHANGES)
def test_objects_and_answers_with_anything_anywhere_are_survived(
    changes: list[tuple[int, Any]],
) -> None:
    objects, answers = by_kind(), deepcopy(ANSWERS)
    spoil(objects, changes)
    spoil({"all": list(answers.values())}, [(at + 7, odd) for at, odd in changes])
    conclude(objects, answers)
