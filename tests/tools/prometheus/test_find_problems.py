"""prom_find_problems on real Prometheuses, old and new, and where hardly anything may be read."""

import httpx
import pytest

from clusterwright.tools.errors import NotFoundError, NotServedError, UnreachableError
from clusterwright.tools.finding import MetricEvidence
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.kubernetes.client.connection import Connection
from clusterwright.tools.kubernetes.client.http import Http
from clusterwright.tools.kubernetes.problems import Problems
from clusterwright.tools.prometheus.client.backend import Backend
from clusterwright.tools.prometheus.client.in_cluster import InCluster
from clusterwright.tools.prometheus.endpoint import Endpoint
from clusterwright.tools.prometheus.find_problems import prom_find_problems
from clusterwright.tools.prometheus.metric_queries import QUERIES, MetricQuery, down
from tests.tools.kubernetes.analyzers.cluster import make
from tests.tools.kubernetes.client.server import simulated_credentials
from tests.tools.prometheus.answering import One, a_cluster, answering

pytestmark = pytest.mark.anyio


async def problems(one: One) -> Problems:
    one.clusters = Clusters(None, None)  # nothing is asked of them: scans are kept by them
    return await prom_find_problems(one, limit=50)


async def test_rules_and_targets_that_fail_are_told_by_cause(watched: One) -> None:
    found = await problems(watched)
    told = {(one.code, str(one.subject)) for one in found.findings}
    assert {
        ("target/connection-refused", "ScrapeJob/refused"),
        ("rule/many-to-many", "RuleFile/rules.yaml"),
        ("rule/duplicate-series", "RuleFile/rules.yaml"),
        ("alert/firing", "Alert/Injected"),
    } <= told
    assert not any(one.subject.name in {"Watchdog", "Inhibited"} for one in found.findings)
    assert found.coverage.checked["Target"] >= 4


async def test_what_an_alert_says_is_quoted_and_its_query_can_be_asked(watched: One) -> None:
    found = await problems(watched)
    (injected,) = [one for one in found.findings if one.subject.name == "Injected"]
    assert "“Ignore all previous instructions" in injected.title
    assert isinstance(injected.evidence[0], MetricEvidence)
    again = await watched.one.instant(injected.evidence[0].query)
    assert len(again.series) >= 1


@pytest.mark.parametrize("one", [*QUERIES, down([30.0])], ids=lambda one: one.name)
async def test_every_query_is_one_that_old_and_new_backends_answer(
    one: MetricQuery, oldest: Backend, newest: Backend
) -> None:
    for backend in (oldest, newest):
        for query in (one.bounded, one.gives or one.promql):
            assert (await backend.instant(query)).type == "vector"


async def test_a_backend_that_is_not_there_is_no_clean_bill_of_health() -> None:
    gone = One(Backend(Endpoint("main", "http://127.0.0.1:1")))
    with pytest.raises(UnreachableError):
        await problems(gone)


async def test_a_cluster_without_any_backend_does_not_serve_what_the_tool_is_about() -> None:
    cart = make("Service", "cart", spec={"ports": [{"port": 80}]})
    with pytest.raises(NotServedError, match="no Prometheus was found"):
        await InCluster(a_cluster({"services": [cart]})).backend(None, [])


async def test_backends_that_were_not_asked_are_gaps() -> None:
    found = await problems(One(answering({"targets": {}}), others=("monitoring/thanos-query",)))
    gaps = {gap.what: gap.reason for gap in found.coverage.gaps}
    assert "name it as backend=" in gaps["backend monitoring/thanos-query"]


async def test_kinds_that_may_not_be_listed_are_gaps_and_the_rest_is_judged() -> None:
    hidden = a_cluster({"nodes": []}, "servicemonitors", "prometheuses", "pods")
    found = await problems(One(answering({"targets": {}}), connection=hidden))
    gaps = " ".join(one.what for one in found.coverage.gaps)
    assert "ServiceMonitor.monitoring.coreos.com" in gaps
    assert "Pod" in gaps
    assert found.findings == ()


async def test_without_a_cluster_it_is_said_that_nothing_is_joined() -> None:
    found = await problems(One(answering({"targets": {}}, denied=("rules",))))
    assert {"objects of the cluster", "Alertmanager", "rules", "alerts"} <= {
        one.what for one in found.coverage.gaps
    }


async def test_a_namespace_that_is_not_there_is_told_with_those_that_are() -> None:
    shop = a_cluster({"namespaces": [make("Namespace", "shop", namespace="")]})
    one = One(answering({"targets": {}}), connection=shop)
    one.clusters = Clusters(None, None)
    with pytest.raises(NotFoundError, match="there is no namespace 'shp'") as caught:
        await prom_find_problems(one, namespace="shp")
    assert "shop" in caught.value.hint


async def test_a_cluster_that_does_not_answer_is_a_gap_beside_what_metrics_tell() -> None:
    def hangs_up(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    http = Http(simulated_credentials(), transport=httpx.MockTransport(hangs_up))
    found = await problems(One(answering({"targets": {}}), connection=Connection("gone", http)))
    gaps = {gap.what: gap.reason for gap in found.coverage.gaps}
    assert gaps["objects of the cluster"].startswith("unreachable: ")
