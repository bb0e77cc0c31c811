import pytest

from clusterwright.tools.finding import Severity
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.prometheus.scraping.configuration import Configuration
from clusterwright.tools.ref import Ref
from tests.tools.kubernetes.analyzers.cluster import ago, make, owned, pod, running
from tests.tools.prometheus.analyzers.estates import (
    MANAGER,
    SERVER,
    Place,
    operated,
    rule,
    rules,
    scraped,
    series,
    target,
)

OWN = {"job": "prometheus", "instance": "10.0.0.5:9090"}
ALERTING = Configuration("alerting:\n  alertmanagers:\n  - static_configs:\n    - targets: [a]\n")


def knowing(**knows: object) -> Place:
    return Place(knows=knows)


def test_a_configuration_that_was_refused_is_told_with_the_one_that_runs() -> None:
    runtime = {"reloadConfigSuccess": False, "lastConfigTime": ago(3_600)}
    finding = knowing(runtime=runtime).only()
    assert (finding.code, finding.subject) == ("prometheus/config-reload-failed", SERVER)
    assert "runs with the one of 01-01 11:00Z" in finding.title
    assert knowing(runtime={"reloadConfigSuccess": True}).codes() == []


def test_another_prometheus_that_refused_its_configuration_is_told_by_its_object() -> None:
    other = operated("Prometheus", "other")
    set_ = owned(
        make("StatefulSet", "prometheus-other", api="apps/v1", namespace="monitoring"), other
    )
    one = owned(pod(running(), name="prometheus-other-0", namespace="monitoring"), set_)
    labels = OWN | {"namespace": "monitoring", "pod": "prometheus-other-0"}
    found = {"reload-failed": [series(0, **labels)]}
    finding = Place((set_, one), found).only()
    assert finding.subject == Ref("Prometheus", "other", "monitoring", "monitoring.coreos.com")


def test_a_corrupt_log_is_told_for_a_day() -> None:
    found = knowing(runtime={"corruptionCount": 1, "startTime": ago(600)})
    assert found.codes() == ["prometheus/wal-corrupted"]
    assert knowing(runtime={"corruptionCount": 0, "startTime": ago(600)}).codes() == []
    assert knowing(runtime={"corruptionCount": 1, "startTime": ago(200_000)}).codes() == []


def test_a_prometheus_without_the_alertmanager_that_it_is_to_have_is_told() -> None:
    groups = (rules(rule("Down", "up == 0")),)
    finding = knowing(groups=groups, alertmanagers=0, configuration=ALERTING).only()
    assert (finding.code, finding.severity) == ("prometheus/no-alertmanager", Severity.CRITICAL)
    assert knowing(groups=groups, alertmanagers=1, configuration=ALERTING).codes() == []
    assert knowing(groups=groups, alertmanagers=0, configuration=Configuration("")).codes() == []
    assert knowing(groups=(), alertmanagers=0, configuration=ALERTING).codes() == []


def test_the_service_of_an_alertmanager_that_does_not_exist_is_named() -> None:
    looks = {"alertmanagers": [{"namespace": "monitoring", "name": "typo", "port": "web"}]}
    knows: dict[str, object] = {
        "groups": (rules(rule("Down", "up == 0")),),
        "alertmanagers": 0,
        "configuration": ALERTING,
    }
    prometheus = operated("Prometheus", spec={"alerting": looks})
    finding = Place((prometheus,), knows=knows, also_read=("Service",)).only()
    assert "Service/monitoring/typo, which it looks for, does not exist" in finding.title
    there = make("Service", "typo", namespace="monitoring")
    for one in (Place((prometheus, there), knows=knows), Place((prometheus,), knows=knows)):
        assert "though one is configured" in one.only().title


@pytest.mark.parametrize(
    ("query", "code", "says"),
    [
        ("notifications-dropped", "prometheus/alerts-not-sent", "cannot send 2 alerts a second"),
        ("samples-rejected", "prometheus/samples-rejected", "throws away 2 samples a second"),
        ("remote-write-behind", "prometheus/remote-write-behind", "2 s behind what is scraped"),
        ("remote-write-failing", "prometheus/remote-write-failing", "drops 2 samples a second"),
        ("remote-write-retrying", "prometheus/remote-write-failing", "2 samples a second are sent"),
        ("wal-corruptions", "prometheus/wal-corrupted", "write-ahead log was corrupt"),
    ],
)
def test_what_a_prometheus_counts_of_itself_is_told_once(query: str, code: str, says: str) -> None:
    other = pod(running(), name="prometheus-0", namespace="monitoring")
    labels = OWN | {"namespace": "monitoring", "pod": "prometheus-0", "remote_name": "far"}
    found = {query: [series(2, **labels), series(1, **labels | {"remote_name": "near"})]}
    finding = Place((other,), found).only()
    assert (finding.code, finding.subject) == (code, Ref("Pod", "prometheus-0", "monitoring"))
    assert says in finding.title
    assert Place((other,), {query: []}).codes() == []


def condition(kind: str, status: str, *, age: float = 600) -> Manifest:
    return {
        "type": kind,
        "status": status,
        "message": 'secret "x" not found',
        "lastTransitionTime": ago(age),
    }


@pytest.mark.parametrize(
    ("kind", "which", "code", "severity"),
    [
        ("Prometheus", "Reconciled", "prometheus/not-reconciled", "warning"),
        ("Prometheus", "Available", "prometheus/not-available", "critical"),
        ("Alertmanager", "Reconciled", "alertmanager/not-reconciled", "warning"),
        ("Alertmanager", "Available", "alertmanager/not-available", "critical"),
    ],
)
def test_what_the_operator_cannot_do_is_told_in_its_words(
    kind: str, which: str, code: str, severity: str
) -> None:
    one = operated(kind, status={"conditions": [condition(which, "False")]})
    finding = Place((one,)).only()
    assert (finding.code, finding.severity) == (code, severity)
    assert finding.title.endswith('secret "x" not found')
    for status, age in (("True", 600), ("Unknown", 600), ("False", 10)):
        well = operated(kind, status={"conditions": [condition(which, status, age=age)]})
        assert Place((well,)).codes() == []


TSDB = {
    "headStats": {"numSeries": 30_000},
    "seriesCountByMetricName": [{"name": "http_requests_total", "value": 20_000}],
}


def test_a_metric_with_most_series_is_told_with_its_job_and_label() -> None:
    shares = (("http_requests_total", "cart", "user_id", 9_000),)
    knows = scraped(target("", health="up")) | {"tsdb": TSDB, "shares": shares}
    finding = knowing(**knows).only()
    assert finding.code == "prometheus/cardinality-explosion"
    assert finding.subject == Ref("ServiceMonitor", "cart", "shop", "monitoring.coreos.com")
    assert finding.title == (
        "Metric http_requests_total has 20,000 of all 30,000 series, brought by job cart;"
        " label user_id has 9,000 values in it"
    )


@pytest.mark.parametrize(("count", "total"), [(9_000, 10_000), (20_000, 100_000), (0, 0)])
def test_a_metric_with_few_series_or_a_small_share_is_silent(count: int, total: int) -> None:
    tsdb: Json = {
        "headStats": {"numSeries": total},
        "seriesCountByMetricName": [{"name": "x", "value": count}],
    }
    assert knowing(tsdb=tsdb).codes() == []


@pytest.mark.parametrize(
    ("query", "says"),
    [("job-growth", "exposes 5 times as many"), ("job-churn", "a label changes all the time")],
)
def test_a_job_whose_series_explode_is_told_once(query: str, says: str) -> None:
    found = {query: [series(5, job="cart")]}
    finding = Place((), found, knows=scraped(target("", health="up"))).only()
    assert finding.subject.kind == "ServiceMonitor"
    assert says in finding.title
    both = {"job-growth": [series(5, job="cart")], "job-churn": [series(9, job="cart")]}
    assert Place((), both).codes() == ["prometheus/cardinality-explosion"]


def test_an_alertmanager_that_refused_its_configuration_is_told() -> None:
    found = {"alertmanager-reload-failed": [series(0, **OWN)]}
    finding = Place((), found).only()
    assert (finding.code, finding.subject) == ("alertmanager/config-reload-failed", MANAGER)
