from dataclasses import replace

import pytest

from clusterwright.tools.finding import Edge, Relation, Severity
from clusterwright.tools.kubernetes.changes.request import parse_change
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.prometheus.alertmanager_state import Alert as Held
from clusterwright.tools.prometheus.alertmanager_state import Matcher
from clusterwright.tools.prometheus.changes.asked import Asked
from clusterwright.tools.prometheus.changes.expire_silence import ExpireSilence
from clusterwright.tools.prometheus.desk import VOCABULARY
from clusterwright.tools.ref import Ref
from tests.tools.prometheus.analyzers.estates import (
    MANAGER,
    Place,
    held,
    manager,
    operated,
    series,
    silence,
)

SILENT: Manifest = {"receivers": [{"name": "team"}, {"name": "ops", "pagerduty_configs": [{}]}]}


def place(**knows: object) -> Place:
    return Place(knows=knows)


@pytest.mark.parametrize(
    "matchers",
    [
        (Matcher("alertname", ".+", is_regex=True),),
        (Matcher("alertname", ".*", is_regex=True),),
        (Matcher("severity", "warning"),),
        (Matcher("namespace", "kube-system", is_equal=False),),
        (Matcher("severity", "warning|critical", is_regex=True), Matcher("cluster", "a")),
        (),
    ],
)
def test_a_silence_that_names_nothing_is_too_broad(matchers: tuple[Matcher, ...]) -> None:
    finding = place(silences=(silence(*matchers),)).only()
    assert (finding.code, finding.subject) == ("alertmanager/silence-too-broad", MANAGER)
    (change,) = finding.remedies[0].changes
    assert change == {"kind": "expire_silence", "silence": "s1"}


def test_the_end_of_a_silence_names_its_backend_as_there_may_be_several() -> None:
    found = place(silences=(silence(Matcher("severity", "warning")),), backend="monitoring/a")
    (change,) = found.only().remedies[0].changes
    assert change == {"kind": "expire_silence", "silence": "s1", "backend": "monitoring/a"}
    parsed = parse_change(Asked.model_validate(change).told(), VOCABULARY)
    assert isinstance(parsed, ExpireSilence)
    assert parsed.backend == "monitoring/a"


@pytest.mark.parametrize(
    "matchers",
    [
        (Matcher("alertname", "CartDown"),),
        (Matcher("namespace", "shop"),),
        (Matcher("severity", "warning"), Matcher("node", "gpu-1")),
        (Matcher("pod", "cart-.*", is_regex=True),),
    ],
)
def test_a_silence_that_names_an_alert_or_an_object_and_ends_is_silent(
    matchers: tuple[Matcher, ...],
) -> None:
    assert place(silences=(silence(*matchers),)).codes() == []


def test_a_silence_without_an_end_is_told_and_worse_where_it_hides_something() -> None:
    forever = silence(Matcher("alertname", "CartDown"), days=3_650)
    finding = place(silences=(forever,)).only()
    assert (finding.code, finding.severity) == (
        "alertmanager/silence-never-ends",
        Severity.INFO,
    )
    hidden = held("CartDown", state="suppressed", silenced_by=("s1",))
    finding = place(silences=(forever,), held=(hidden,)).only()
    assert finding.severity is Severity.WARNING
    assert "of what fires now: CartDown" in finding.title
    alert = Ref("Alert", "CartDown")
    assert finding.relations == (Relation(source=MANAGER, edge=Edge.ABOUT, target=alert),)


def test_alerts_that_go_to_a_receiver_without_integrations_reach_nobody() -> None:
    finding = place(held=(held("CartDown"),), manager=manager(SILENT)).only()
    assert (finding.code, finding.subject) == ("alertmanager/no-receiver", MANAGER)
    assert "Nobody is told of CartDown: receiver team" in finding.title


@pytest.mark.parametrize(
    "one",
    [
        held("Watchdog"),
        held("CartDown", labels={"severity": "none"}),
        held("CartDown", labels={"severity": "info"}),
        held("CartDown", state="suppressed", silenced_by=("s1",)),
    ],
)
def test_what_nobody_has_to_hear_is_silent(one: Held) -> None:
    assert place(held=(one,), manager=manager(SILENT)).codes() == []
    assert place(held=(held("CartDown"),), manager=manager()).codes() == []
    assert place(held=(held("CartDown"),)).codes() == []


def test_an_alert_that_one_of_another_namespace_keeps_quiet_is_told() -> None:
    loud = held("NodeDown", fingerprint="f1", labels={"namespace": "infra"})
    quiet = held(
        "CartDown",
        fingerprint="f2",
        state="suppressed",
        inhibited_by=("f1",),
        labels={"namespace": "shop"},
    )
    config = {"inhibit_rules": [{"source_matchers": ['severity="critical"']}]}
    finding = place(held=(loud, quiet), manager=manager(config)).only()
    assert finding.code == "alertmanager/inhibited-across"
    assert "NodeDown keeps CartDown quiet, which is about another namespace" in finding.title
    assert len(finding.evidence) == 2
    same = held("NodeDown", fingerprint="f1", labels={"namespace": "shop"})
    assert place(held=(same, quiet), manager=manager(config)).codes() == []
    wide = held("NodeDown", fingerprint="f1")
    assert place(held=(wide, quiet), manager=manager(config)).codes() == []


def test_notifications_that_fail_are_told_by_integration_and_reason() -> None:
    found = {"receivers-failing": [series(0.1, integration="slack", reason="clientError")]}
    finding = Place((), found).only()
    assert (finding.code, finding.subject) == ("alertmanager/notifications-failing", MANAGER)
    assert finding.title == "It fails to notify by slack (clientError), 6 times a minute"
    assert finding.severity is Severity.CRITICAL


def cluster(replicas: int, available: int, **knows: object) -> Place:
    one = operated(
        "Alertmanager", spec={"replicas": replicas}, status={"availableReplicas": available}
    )
    return Place((one,), knows=knows)


def test_members_that_do_not_see_each_other_are_told() -> None:
    finding = cluster(3, 3, manager=manager(peers=1)).only()
    assert (finding.code, finding.subject) == ("alertmanager/cluster-split", MANAGER)
    assert "sees 1 of 3 members" in finding.title
    seen = {"alertmanager-members": [series(3), series(2)]}
    by_metric = cluster(3, 3)
    by_metric.results = seen
    assert by_metric.codes() == ["alertmanager/cluster-split"]


@pytest.mark.parametrize(
    ("replicas", "available", "peers", "up"),
    [(3, 3, 3, 900), (1, 1, 1, 900), (3, 2, 2, 900), (3, 3, 1, 20), (3, 3, 0, 900)],
)
def test_a_cluster_that_is_whole_or_has_fewer_pods_or_just_begins_is_silent(
    replicas: int, available: int, peers: int, up: float
) -> None:
    assert cluster(replicas, available, manager=manager(peers=peers, up=up)).codes() == []


@pytest.mark.parametrize("config", ["a: [", "- x", "null", "receivers: 3", "x: &a [*a]"])
def test_a_configuration_that_cannot_be_read_is_survived(config: str) -> None:
    odd = replace(manager(), config=config)
    assert place(held=(held("CartDown"),), manager=odd).codes() == []
