"""prom_find_problems of one namespace: alerts in it are told, with an object or without one."""

import pytest

from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.manifest import Json
from clusterwright.tools.prometheus.find_problems import prom_find_problems
from tests.tools.kubernetes.analyzers.cluster import make
from tests.tools.prometheus.answering import One, a_cluster, answering

pytestmark = pytest.mark.anyio


def firing(name: str, **labels: str) -> Json:
    return {
        "labels": {"alertname": name, "severity": "critical", **labels},
        "annotations": {},
        "state": "firing",
        "activeAt": "2026-09-21T14:00:00Z",
        "value": "1e+00",
    }


async def test_an_alert_is_of_the_namespace_that_its_labels_name() -> None:
    alerts: list[Json] = [
        firing("TooManyErrors", namespace="shop"),
        firing("Exported", namespace="monitoring", exported_namespace="shop"),
        firing("TooManyErrors", namespace="bank"),
        firing("OfTheCluster"),
    ]
    names = ("shop", "bank", "monitoring")
    cluster = a_cluster({"namespaces": [make("Namespace", one, namespace="") for one in names]})
    one = One(answering({"targets": {}, "alerts": {"alerts": alerts}}), connection=cluster)
    one.clusters = Clusters(None, None)
    told = {name: await prom_find_problems(one, namespace=name) for name in names}
    assert {name: [str(f.subject) for f in found.findings] for name, found in told.items()} == {
        "shop": ["Alert/Exported", "Alert/TooManyErrors"],
        "bank": ["Alert/TooManyErrors"],
        "monitoring": [],
    }
    everywhere = await prom_find_problems(one)
    assert everywhere.total == 4
