import pytest

from clusterwright.tools.finding import Severity
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.prometheus.analyzers.rule_never_matches import nearly
from clusterwright.tools.prometheus.ruling.rule import RuleGroup
from clusterwright.tools.ref import Ref
from tests.tools.kubernetes.analyzers.cluster import ago, event
from tests.tools.prometheus.analyzers.estates import Place, operated, rule, rules

RULES = Ref("PrometheusRule", "cart", "shop", "monitoring.coreos.com")
FILE = "/etc/rules/shop-cart-0f8fad5b-d9cb-469f-a165-70867728950e.yaml"
PROMETHEUS = operated(
    "Prometheus",
    spec={
        "ruleSelector": {"matchLabels": {"role": "alerts"}},
        "ruleNamespaceSelector": {},
    },
)
METRICS = frozenset(
    {
        *("up", "http_requests_total", "http_request_duration_seconds_bucket"),
        *("kube_pod_info", "kube_pod_container_status_restarts_total", "node_load1"),
        *("prometheus_remote_storage_samples_in_total", "job:errors:rate5m"),
    }
)


def object_(*groups: str, role: str = "alerts", **rest: Json) -> Manifest:
    return operated(
        "PrometheusRule",
        "cart",
        namespace="shop",
        metadata={"labels": {"role": role}},
        spec={"groups": [{"name": one, "rules": []} for one in groups or ("cart.rules",)]},
        **rest,
    )


def loaded(*groups: RuleGroup, objects: tuple[Manifest, ...] = (), **knows: object) -> Place:
    return Place(
        (PROMETHEUS, *objects), knows={"groups": groups, **knows}, also_read=("Namespace",)
    )


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("found duplicate series for the match group {pod=\"a\"} on the right hand-side of the"
         " operation; many-to-many matching not allowed: matching labels must be unique",
         "rule/many-to-many"),
        ("multiple matches for labels: many-to-one matching must be explicit", "rule/many-to-many"),
        ("vector contains metrics with the same labelset after applying rule labels",
         "rule/duplicate-series"),
        ("query timed out in expression evaluation", "rule/timed-out"),
        ("query processing would load too many samples into memory", "rule/timed-out"),
        ("duplicate series in the result", "rule/duplicate-series"),
        ("expanding series: context deadline exceeded", "rule/timed-out"),
        ("expanding series: read /data/01: input/output error", "rule/failing"),
        ("error executing template", "rule/failing"),
    ],
)  # fmt: skip
def test_a_rule_that_fails_is_told_by_why_of_its_object(error: str, code: str) -> None:
    group = rules(rule("CartDown", "up == 0", error), file=FILE)
    finding = loaded(group, objects=(object_(),)).only()
    assert (finding.code, finding.subject) == (code, RULES)
    assert finding.title.startswith("Alert CartDown of group cart.rules cannot be evaluated")


def test_a_file_of_either_ending_is_of_its_object() -> None:
    group = rules(rule("CartDown", "up == 0", "error"), file=FILE.replace(".yaml", ".yml"))
    assert loaded(group, objects=(object_(),)).only().subject == RULES


def test_a_rule_that_is_evaluated_is_silent() -> None:
    assert loaded(rules(rule("CartDown", "up == 0"), file=FILE), objects=(object_(),)).codes() == []


def test_a_file_without_an_object_is_named_by_itself() -> None:
    group = rules(rule("x:y", "sum(up)", "error", kind="recording"), file="/etc/rules/own.yaml")
    finding = loaded(group).only()
    assert finding.subject == Ref("RuleFile", "own.yaml")
    assert finding.title.startswith("Recording rule x:y of group cart.rules")


def test_a_group_that_takes_longer_than_its_interval_is_told_with_its_heaviest_rule() -> None:
    slow = rule("Heavy", "up", took=40.0)
    finding = loaded(rules(slow, rule("Light", "up", took=0.1), took=41.0)).only()
    assert finding.code == "rule/too-slow"
    assert "Alert Heavy takes 40 s of it" in finding.title
    assert loaded(rules(slow, took=20.0)).codes() == []


def test_rules_that_are_not_there_are_told_as_not_loaded() -> None:
    finding = loaded(objects=(object_(),)).only()
    assert (finding.code, finding.subject) == ("rule/not-loaded", RULES)


def test_rules_that_the_operator_refuses_are_told_in_its_words() -> None:
    one = object_()
    said = event(one, "InvalidConfiguration", "parse error: unclosed left parenthesis")
    finding = loaded(objects=(one, said)).only()
    assert finding.code == "rule/rejected"
    assert "unclosed left parenthesis" in finding.title
    status = {
        "bindings": [
            {"conditions": [{"type": "Accepted", "status": "False", "message": "parse error"}]}
        ]
    }
    assert loaded(objects=(object_(status=status),)).codes() == ["rule/rejected"]


def test_rules_that_no_prometheus_selects_are_told_with_the_label() -> None:
    finding = loaded(objects=(object_(role="other"),)).only()
    assert finding.code == "rule/not-selected"
    assert "role=alerts (has role=other)" in finding.title


def test_rules_that_are_loaded_or_new_or_gone_are_silent() -> None:
    group = rules(rule("CartDown", "up == 0"), file=FILE)
    assert loaded(group, objects=(object_(role="other"),)).codes() == []
    elsewhere = rules(rule("CartDown", "up == 0"), file="other.yaml")
    assert loaded(elsewhere, objects=(object_(),)).codes() == []
    young = object_()
    young["metadata"]["creationTimestamp"] = ago(60)
    assert loaded(objects=(young,)).codes() == []
    gone = loaded(objects=(object_(),))
    gone.now = {RULES: None}
    assert gone.codes() == []


def test_without_the_rules_nothing_is_told_of_them() -> None:
    assert Place((PROMETHEUS, object_()), also_read=("Namespace",)).codes() == []


@pytest.mark.parametrize(
    ("metric", "meant"),
    [
        ("http_request_total", "http_requests_total"),
        ("http_requests", "http_requests_total"),
        ("kube_pod_container_status_restart_total", "kube_pod_container_status_restarts_total"),
        ("http_request_duration_bucket", "http_request_duration_seconds_bucket"),
        ("prometheus_remote_storage_samples_failed_total", None),
        ("http_requests_failed_total", None),
        ("node_load5", None),
        ("http_request_duration_seconds_count", None),
        ("payments_total", None),
    ],
)
def test_a_metric_is_meant_where_one_word_or_unit_is_off(metric: str, meant: str | None) -> None:
    assert nearly(metric, METRICS) == meant


def asks(*queries: str, **knows: object) -> Place:
    some = [rule(f"A{i}", one) for i, one in enumerate(queries)]
    return loaded(rules(*some, file=FILE), objects=(object_(),), **{"metrics": METRICS, **knows})


@pytest.mark.parametrize(
    "query",
    [
        "rate(http_request_total[5m]) > 1",
        "sum by (job) (increase(http_request_total[5m])) / sum by (job) (up) > 0.1",
        "up == 0 and http_request_total > 5",
        "http_request_total unless up",
        "max_over_time(rate(http_request_total[5m])[1h:1m]) > 5",
        "(http_request_total or http_request_total offset 1h) > 0",
    ],
)
def test_a_rule_with_a_misspelled_metric_never_matches(query: str) -> None:
    finding = asks(query).only()
    assert (finding.code, finding.severity) == ("rule/never-matches", Severity.WARNING)
    assert "there is no metric http_request_total, but http_requests_total" in finding.title


@pytest.mark.parametrize(
    "query",
    [
        "absent(http_request_total)",
        "absent_over_time(http_request_total[5m])",
        "vector(1)",
        "up == 0 or http_request_total > 5",
        "up == 0 unless http_request_total",
        "rate(http_requests_total[5m]) > 1",
        "http_requests_failed_total > 0",
        "prometheus_remote_storage_samples_failed_total > 0",
        '{__name__=~"http_request_.*"} > 0',
        "not promql (",
    ],
)
def test_absence_by_design_is_silent(query: str) -> None:
    assert asks(query).codes() == []


def test_rules_about_what_nothing_exposes_are_one_finding_worth_knowing() -> None:
    finding = asks("etcd_server_has_leader == 0", "etcd_disk_wal_fsync > 1").only()
    assert (finding.code, finding.severity) == ("rule/never-matches", Severity.INFO)
    assert "A0, A1 never match: nothing that is scraped has etcd_" in finding.title


def test_a_rule_that_waits_for_another_one_is_silent() -> None:
    records = rule("jobs:lost:rate5m", "rate(http_requests_total[5m])", kind="recording")
    waits = rule("JobsLost", "jobs:lost:rate5m > 1")
    assert loaded(rules(records, waits), metrics=METRICS).codes() == []


def test_a_prometheus_that_has_just_begun_is_silent() -> None:
    assert asks("http_request_total > 1", runtime={"startTime": ago(60)}).codes() == []
    assert asks("http_request_total > 1", metrics=None).codes() == []
