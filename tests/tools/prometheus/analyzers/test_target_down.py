from collections.abc import Sequence

import pytest

from clusterwright.tools.finding import Edge, FieldEvidence, MetricEvidence, Relation
from clusterwright.tools.prometheus.scraping.target import Target
from clusterwright.tools.ref import Ref
from tests.tools.kubernetes.analyzers.cluster import make, owned, pod, running
from tests.tools.prometheus.analyzers.estates import Place, scraped, series, target

REFUSED = 'Get "http://10.0.0.1:8080/metrics": dial tcp 10.0.0.1:8080: connect: connection refused'
MONITOR = Ref("ServiceMonitor", "cart", "shop", "monitoring.coreos.com")


def down(
    *targets: Target, objects: Sequence[dict[str, object]] | None = None, lasting: bool = True
) -> Place:
    seen = [series(0, job=one.job, instance=one.instance) for one in targets if lasting]
    found = [pod(running(), ready=True)] if objects is None else objects
    return Place(tuple(found), {"down": seen}, knows=scraped(*targets))


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (REFUSED, "target/connection-refused"),
        ('Get "http://x": context deadline exceeded', "target/timed-out"),
        ("dial tcp: lookup cart.shop.svc: no such host", "target/not-resolved"),
        ("connect: no route to host", "target/unreachable"),
        ("server returned HTTP status 401 Unauthorized", "target/unauthorized"),
        ("server returned HTTP status 403 Forbidden", "target/unauthorized"),
        ("server returned HTTP status 404 Not Found", "target/not-found"),
        ("server returned HTTP status 503 Service Unavailable", "target/http-error"),
        ("x509: certificate signed by unknown authority", "target/tls-failed"),
        ("http: server gave HTTP response to HTTPS client", "target/tls-failed"),
        ("sample limit exceeded", "target/limit-exceeded"),
        (
            "label_limit exceeded (metric: x, number of labels: 9, limit: 3)",
            "target/limit-exceeded",
        ),
        ('expected a valid start token, got "<" ("INVALID")', "target/not-metrics"),
        ("duplicate sample for timestamp", "target/samples-rejected"),
        ("something nobody has seen yet", "target/failing"),
    ],
)
def test_a_target_that_is_down_is_told_by_why(error: str, code: str) -> None:
    finding = down(target(error)).only()
    assert (finding.code, finding.subject) == (code, MONITOR)
    assert "“" + error[:50] in finding.title
    assert finding.fixes


@pytest.mark.parametrize("health", ["up", "unknown"])
def test_a_target_that_is_up_or_not_scraped_yet_is_silent(health: str) -> None:
    assert down(target(REFUSED, health=health)).codes() == []


def test_one_scrape_that_failed_is_silent() -> None:
    assert down(target(REFUSED), lasting=False).codes() == []


def test_series_of_a_target_that_has_moved_are_silent() -> None:
    moved = [series(0, job="cart", instance="10.0.0.7:8080")]
    here = scraped(target("", health="up"))
    assert Place((pod(running(), ready=True),), {"down": moved}, knows=here).codes() == []


def test_a_pod_that_is_gone_or_going_or_done_is_silent() -> None:
    going = pod(running(), metadata={"deletionTimestamp": "2026-01-01T11:59:59Z"})
    other = pod(running(), name="cart-2")
    for objects in ([going], [pod(phase="Succeeded")], [other]):
        assert down(target(REFUSED), objects=objects).codes() == []


def test_targets_of_a_pool_that_fail_alike_are_one_finding_with_their_workload() -> None:
    replica_set = make("ReplicaSet", "cart", api="apps/v1")
    pods = [owned(pod(running(), name=f"cart-{i}"), replica_set) for i in range(3)]
    targets = [target(REFUSED, pod=f"cart-{i}", instance=f"10.0.0.{i}:8080") for i in range(3)]
    finding = down(*targets, objects=[replica_set, *pods]).only()
    assert finding.title.startswith("All 3 targets cannot be scraped: ")
    assert finding.members == tuple(Ref("Pod", f"cart-{i}", "shop") for i in range(3))
    workload = Ref("ReplicaSet", "cart", "shop")
    assert finding.relations == (Relation(source=MONITOR, edge=Edge.SELECTS, target=workload),)


def test_those_that_fail_otherwise_are_another_finding() -> None:
    late = target("context deadline exceeded", instance="10.0.0.2:8080")
    found = down(target(REFUSED), late).findings()
    assert {one.code for one in found} == {"target/connection-refused", "target/timed-out"}
    assert all(one.title.startswith("1 of 2 targets") for one in found)


def test_a_port_that_no_container_declares_is_named() -> None:
    declares = {"ports": [{"containerPort": 9090}, {"containerPort": 9091}]}
    finding = down(target(REFUSED), objects=[pod(running(), container=declares)]).only()
    assert "(it is 8080; declared are 9090, 9091)" in finding.title
    right = {"ports": [{"containerPort": 8080}]}
    finding = down(target(REFUSED), objects=[pod(running(), container=right)]).only()
    assert "declared" not in finding.title


def test_a_pool_over_its_target_limit_has_no_up_and_is_told_all_the_same() -> None:
    over = target("target_limit exceeded (number of targets: 9, limit: 3)")
    assert down(over, lasting=False).codes() == ["target/limit-exceeded"]


def test_evidence_is_the_error_and_the_series() -> None:
    finding = down(target(REFUSED)).only()
    said, metric = finding.evidence
    assert isinstance(said, FieldEvidence)
    assert said.value == REFUSED
    assert isinstance(metric, MetricEvidence)
    assert (metric.query, metric.value) == ('up{job="cart"} == 0', "0")
    assert metric.labels == {"job": "cart", "instance": "10.0.0.1:8080"}


def test_a_job_without_a_monitor_is_named_by_itself() -> None:
    one = target(REFUSED, pool="node exporters!", pod="", job="node")
    finding = down(one, objects=[]).only()
    assert finding.subject == Ref("Prometheus", "main", "monitoring", "monitoring.coreos.com")
    assert "“node exporters!”" in finding.title
    named = down(target(REFUSED, pool="node", pod=""), objects=[]).only()
    assert named.subject == Ref("ScrapeJob", "node")
