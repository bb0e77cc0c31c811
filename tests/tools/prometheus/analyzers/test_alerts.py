import pytest

from clusterwright.tools.finding import Edge, MetricEvidence, Relation, Severity
from clusterwright.tools.prometheus.alerting.alert import Alert
from clusterwright.tools.prometheus.analyzers.alerts import code_of, namespace_of
from clusterwright.tools.prometheus.known_alerts import KNOWN_ALERTS
from clusterwright.tools.ref import Ref
from tests.tools.kubernetes.analyzers.cluster import make, owned, pod, running
from tests.tools.prometheus.analyzers.estates import (
    MANAGER,
    SERVER,
    Place,
    alert,
    held,
    manager,
    node,
    rule,
    rules,
    series,
)

CART = {"namespace": "shop", "pod": "cart-1"}


def place(*alerts: Alert, **knows: object) -> Place:
    set_ = make("StatefulSet", "cart", api="apps/v1")
    return Place(
        (set_, owned(pod(running(), ready=True), set_), node()), knows={"alerts": alerts, **knows}
    )


def test_an_alert_that_fires_is_told_with_what_it_is_about() -> None:
    finding = place(alert("KubePodCrashLooping", CART)).only()
    assert (finding.code, finding.subject) == ("alert/firing", Ref("Alert", "KubePodCrashLooping"))
    cart, one = Ref("StatefulSet", "cart", "shop"), Ref("Pod", "cart-1", "shop")
    assert finding.members == (cart, one)
    assert finding.relations == tuple(
        Relation(source=finding.subject, edge=Edge.ABOUT, target=ref) for ref in (cart, one)
    )
    assert "fires for StatefulSet/shop/cart" in finding.title
    assert finding.title.endswith("“KubePodCrashLooping is bad”")
    (evidence,) = finding.evidence
    assert isinstance(evidence, MetricEvidence)
    assert evidence.query == 'ALERTS{alertname="KubePodCrashLooping",alertstate="firing"}'
    assert finding.fixes == (KNOWN_ALERTS["KubePodCrashLooping"].check,)


@pytest.mark.parametrize(
    "one",
    [
        alert("Watchdog", severity="none"),
        alert("InfoInhibitor"),
        alert("DeadMansSwitch"),
        alert("Heartbeat", severity="none"),
        alert("CartDown", state="pending"),
        alert("CartDown", state="inhibited"),
    ],
)
def test_what_says_that_all_is_well_or_is_not_yet_so_is_silent(one: Alert) -> None:
    assert place(one).codes() == []


@pytest.mark.parametrize(
    ("severity", "told"),
    [("critical", Severity.CRITICAL), ("info", Severity.INFO), ("odd", Severity.WARNING)],
)
def test_an_alert_is_as_severe_as_it_says(severity: str, told: Severity) -> None:
    assert place(alert("CartDown", severity=severity)).only().severity is told


def test_an_alert_that_is_silenced_is_worth_knowing_and_says_so() -> None:
    finding = place(alert("CartDown", state="silenced", severity="critical")).only()
    assert finding.severity is Severity.INFO
    assert "fires, and is silenced" in finding.title


def test_alerts_of_one_name_about_one_object_are_one_finding() -> None:
    found = place(
        alert("CartDown", CART, container="a"),
        alert("CartDown", CART, container="b"),
        alert("CartDown", node="gpu-1"),
    ).findings()
    assert sorted(one.title.partition(":")[0] for one in found) == [
        "CartDown fires for Node/gpu-1",
        "CartDown fires for StatefulSet/shop/cart and 1 more (2 alerts)",
    ]


def test_alerts_without_an_object_are_told_by_their_namespace() -> None:
    found = place(
        alert("TooManyErrors", namespace="shop", code="500"),
        alert("TooManyErrors", namespace="shop", code="503"),
        alert("TooManyErrors", namespace="monitoring", exported_namespace="bank"),
        alert("TooManyErrors"),
    ).findings()
    assert [one.title.partition(":")[0] for one in found] == [
        "TooManyErrors fires",
        "TooManyErrors fires in namespace bank",
        "TooManyErrors fires in namespace shop (2 alerts)",
    ]
    told = [one.evidence[0] for one in found]
    namespaces = [namespace_of(one.labels) for one in told if isinstance(one, MetricEvidence)]
    assert namespaces == ["", "bank", "shop"]


def test_of_very_many_namespaces_the_one_that_is_asked_about_is_told_by_itself() -> None:
    alerts = tuple(alert("TooManyErrors", namespace=f"n-{i:02}") for i in range(40))
    found = place(*alerts).findings()
    assert len(found) == 11
    assert "fires in 30 namespaces (30 alerts)" in " ".join(one.title for one in found)
    titles = [one.title for one in place(*alerts, namespace="n-33").findings()]
    assert any("fires in namespace n-33:" in one for one in titles)


def test_an_alert_for_very_many_objects_is_few_findings() -> None:
    many = [node(f"n-{i}", address=f"10.1.0.{i}") for i in range(40)]
    alerts = tuple(alert("NodeBad", node=f"n-{i}") for i in range(40))
    found = Place(tuple(many), knows={"alerts": alerts}).findings()
    assert len(found) == 11
    assert max(len(one.members) for one in found) == 30


def test_a_pod_that_is_gone_is_not_what_an_alert_is_about() -> None:
    finding = place(alert("CartDown", namespace="shop", pod="gone")).only()
    assert finding.members == ()


@pytest.mark.parametrize(
    ("labels", "ref"),
    [
        ({"deployment": "cart", "namespace": "shop"}, Ref("Deployment", "cart", "shop")),
        ({"persistentvolumeclaim": "data", "namespace": "shop", "node": "gpu-1"},
         Ref("PersistentVolumeClaim", "data", "shop")),
        ({"instance": "10.0.0.9:9100"}, Ref("Node", "gpu-1")),
        ({"job_name": "backup", "namespace": "shop"}, Ref("Job", "backup", "shop")),
    ],
)  # fmt: skip
def test_labels_name_what_an_alert_is_about(labels: dict[str, str], ref: Ref) -> None:
    assert place(alert("CartDown", labels)).only().members[0] == ref


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("CPUThrottlingHigh", "alert/pressure"),
        ("KubePersistentVolumeFillingUp", "alert/pressure"),
        ("TargetDown", "alert/monitoring"),
        ("PrometheusRuleFailures", "alert/monitoring"),
        ("AlertmanagerFailedToSendAlerts", "alert/monitoring"),
        ("KubePodCrashLooping", "alert/firing"),
        ("CartDown", "alert/firing"),
        ("GpuXidError", "alert/gpu"),
        ("DCGMExporterGone", "alert/gpu"),
    ],
)
def test_an_alert_tells_of_what_fails_what_is_short_or_of_monitoring_itself(
    name: str, code: str
) -> None:
    assert code_of(name, {}) == code


def test_an_alert_whose_series_is_one_of_a_gpu_is_about_gpus() -> None:
    assert code_of("TooHot", {"UUID": "GPU-3"}) == "alert/gpu"


def test_a_name_that_is_no_name_is_survived() -> None:
    finding = place(alert("a/b “now”\x1b[0m ignore")).only()
    assert finding.subject == Ref("Alert", "unnamed")
    assert finding.title.startswith("“a/b")


WATCHDOG = (rules(rule("Watchdog", "vector(1)")),)


def test_a_watchdog_that_does_not_fire_is_told() -> None:
    finding = place(groups=WATCHDOG).only()
    assert (finding.code, finding.severity) == ("alert/watchdog-missing", Severity.CRITICAL)
    assert [one.target for one in finding.relations] == [SERVER, MANAGER]


def test_a_watchdog_that_alertmanager_does_not_have_is_told() -> None:
    finding = place(alert("Watchdog"), groups=WATCHDOG, held=(), manager=manager()).only()
    assert finding.code == "alert/watchdog-missing"
    assert "Alertmanager does not have it" in finding.title


def test_a_watchdog_that_gets_through_or_has_just_begun_is_silent() -> None:
    there = (held("Watchdog"),)
    assert place(alert("Watchdog"), groups=WATCHDOG, held=there).codes() == []
    assert place(alert("Watchdog", since=20), groups=WATCHDOG, held=()).codes() == []
    restarted = manager(up=30)
    assert place(alert("Watchdog"), groups=WATCHDOG, held=(), manager=restarted).codes() == []
    assert place(alert("Watchdog"), groups=WATCHDOG).codes() == []  # no Alertmanager was read
    assert place(groups=(rules(rule("Other", "up == 0")),), held=()).codes() == []
    assert Place(knows={"groups": WATCHDOG}).codes() == []  # alerts were not read


def test_an_alert_that_comes_and_goes_is_told_with_how_often() -> None:
    found = {"alerts-flapping": [series(7, alertname="CartDown", **CART)]}
    finding = Place((pod(running(), ready=True),), found).only()
    assert (finding.code, finding.subject) == ("alert/flapping", Ref("Alert", "CartDown"))
    assert "began anew 7 times in the last hour" in finding.title
    watchdog = {"alerts-flapping": [series(7, alertname="Watchdog")]}
    assert Place((), watchdog).codes() == []
