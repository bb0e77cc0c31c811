"""Series, alerts and silences of a real Prometheus and Alertmanager, as scenarios reach them."""

import pytest

from clusterwright.deploy.sandbox import Instance
from clusterwright.deploy.sandbox.scenario.connect import connect
from clusterwright.deploy.sandbox.scenario.errors import KubectlError
from clusterwright.deploy.sandbox.scenario.kubectl import Cluster
from clusterwright.deploy.sandbox.scenario.metrics import (
    Silence,
    alerts,
    end_silences,
    series,
    silence,
)
from clusterwright.deploy.sandbox.scenario.post import post
from clusterwright.tools.manifest import name_of

_SOMEBODY = "orchid@example.com"


@pytest.fixture(scope="module")
def cluster(monitored_sandbox: Instance) -> Cluster:
    return connect(monitored_sandbox.kubeconfig)


def test_a_monitored_sandbox_is_known_by_its_prometheus(cluster: Cluster) -> None:
    assert cluster.has_prometheus
    assert [one["value"] for one in series(cluster, "vector(7)")] == ["7"]
    assert "Watchdog" in map(name_of, alerts(cluster))


def test_a_silence_keeps_an_alert_quiet_until_it_is_ended(cluster: Cluster) -> None:
    silence(cluster, Silence(matchers=("alertname=Watchdog",), by=_SOMEBODY, comment="a try"))
    try:
        assert _state(cluster) == "suppressed"
    finally:
        end_silences(cluster, _SOMEBODY)
    assert _state(cluster) == "active"


def _state(cluster: Cluster) -> str:
    [state] = {one["status"]["state"] for one in alerts(cluster) if name_of(one) == "Watchdog"}
    return state


def test_what_alertmanager_does_not_take_is_told(cluster: Cluster) -> None:
    path = "/api/v1/namespaces/monitoring/services/http:alertmanager-operated:9093/proxy/api/v2"
    with pytest.raises(KubectlError, match=r"POST .*/silences: HTTP Error 4"):
        post(cluster, f"{path}/silences", {"matchers": []})
