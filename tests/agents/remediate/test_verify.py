"""What has become of a root cause and its symptoms between two looks."""

from dataclasses import replace

import pytest

from clusterwright.agents.diagnose.correlate import correlate
from clusterwright.agents.diagnose.diagnosis import RootCause
from clusterwright.agents.diagnose.gather import Answered
from clusterwright.agents.remediate.found import Found
from clusterwright.agents.remediate.repair import Left
from clusterwright.agents.remediate.verify import Seen, compare
from clusterwright.tools.coverage import Gap
from clusterwright.tools.finding import Edge, Finding, Severity
from tests.agents.found import answered, edge, finding

CAUSE = finding("pod/image-not-found", "Deployment/shop/cart", severity=Severity.CRITICAL)
SELECTS = edge("Service/shop/cart", Edge.SELECTS, "Deployment/shop/cart")
SYMPTOM = finding("service/no-ready-endpoints", "Service/shop/cart", relations=(SELECTS,))


def look(*findings: Finding, gaps: tuple[Gap, ...] = ()) -> Found:
    return of(answered(*findings, gaps=gaps))


def of(*answers: Answered) -> Found:
    return Found(correlate(answers), answers)


def with_silent(found: Found) -> Found:
    """Return a look in which Prometheus did not answer."""
    silent = Answered("prometheus", "prom_find_problems", failed=True)
    return replace(found, answers=(*found.answers, silent))


def root_of(found: Found) -> RootCause:
    return found.diagnosis.root_causes[0]


BEFORE = look(CAUSE, SYMPTOM)
ROOT = root_of(BEFORE)


def test_a_repair_helped_when_cause_and_symptoms_are_gone() -> None:
    seen = compare(BEFORE, look(), ROOT)
    assert seen == Seen()
    assert seen.helped
    assert seen.settled


def test_a_symptom_that_stays_is_waited_for_and_then_left_over() -> None:
    seen = compare(BEFORE, look(SYMPTOM), ROOT)
    assert seen == Seen(left=(Left(ROOT.symptoms[0]),))
    assert seen.helped
    assert not seen.settled


def test_a_cause_that_stays_speaks_against_the_repair() -> None:
    seen = compare(BEFORE, look(CAUSE), ROOT)
    assert not seen.helped
    assert seen.against(ROOT) == ["pod/image-not-found on Deployment/shop/cart is still there"]


def test_what_is_new_on_a_related_object_speaks_against_it() -> None:
    new = finding("service/target-port-mismatch", "Service/shop/cart")
    seen = compare(BEFORE, look(new), ROOT)
    assert seen.against(ROOT) == ["service/target-port-mismatch on Service/shop/cart is new"]


def test_what_is_new_elsewhere_is_nothing_to_it() -> None:
    new = finding("service/target-port-mismatch", "Service/shop/other")
    assert compare(BEFORE, look(new), ROOT) == Seen()


def crash(severity: Severity) -> Finding:
    """Return what may be told of the object of the cause once that is gone."""
    return finding("pod/crash-loop", "Deployment/shop/cart", severity=severity)


def test_what_was_hidden_by_the_cause_and_is_no_worse_is_left_and_waited_for() -> None:
    seen = compare(BEFORE, look(crash(Severity.CRITICAL)), ROOT)
    [left] = seen.left
    assert (left.symptom.code, left.symptom.severity) == ("pod/crash-loop", Severity.CRITICAL)
    assert left.shows
    assert seen.helped
    assert not seen.settled


def test_what_is_worse_than_the_cause_itself_was_hidden_by_none_of_its_symptoms() -> None:
    cause = CAUSE.model_copy(update={"severity": Severity.WARNING})
    symptom = SYMPTOM.model_copy(update={"severity": Severity.CRITICAL})
    before = look(cause, symptom)
    root = root_of(before)
    assert root.severity is Severity.CRITICAL
    assert compare(before, look(crash(Severity.WARNING)), root).helped
    assert compare(before, look(crash(Severity.CRITICAL)), root).against(root) == [
        "pod/crash-loop on Deployment/shop/cart is new"
    ]


def test_what_is_no_worse_than_a_symptom_on_the_same_object_was_hidden_with_it() -> None:
    cause = CAUSE.model_copy(update={"severity": Severity.WARNING})
    unserved = finding("workload/unavailable", "Deployment/shop/cart", severity=Severity.CRITICAL)
    before = look(cause, unserved)
    root = root_of(before)
    assert [one.code for one in root.symptoms] == ["workload/unavailable"]
    seen = compare(before, look(crash(Severity.CRITICAL)), root)
    assert seen.helped
    assert [one.symptom.code for one in seen.left if one.shows] == ["pod/crash-loop"]


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ("page 2 of k8s_find_problems", "unreachable: it timed out"),
        ("Deployment", "forbidden"),
        ("analyzer image", "failed"),
    ],
)
def test_what_could_not_be_looked_at_is_not_gone(what: str, reason: str) -> None:
    gap = Gap(what=what, reason=reason)
    why = [f"k8s_find_problems left out {what}: {reason}"]
    seen = compare(BEFORE, look(gaps=(gap,)), ROOT)
    assert not seen.settled
    assert seen.against(ROOT) == why
    assert compare(BEFORE, look(SYMPTOM, gaps=(gap,)), ROOT).against(ROOT) == why
    assert compare(look(CAUSE, SYMPTOM, gaps=(gap,)), look(gaps=(gap,)), ROOT) == Seen()


def test_an_object_that_is_told_as_starting_was_looked_at() -> None:
    gap = Gap(what="Deployment/shop/cart", reason="still starting")
    assert compare(BEFORE, look(gaps=(gap,)), ROOT) == Seen()


def test_a_server_that_told_of_it_and_is_served_no_more_has_not_answered() -> None:
    machine = replace(
        answered(finding("machine/no-capacity", "Machine.cluster.x-k8s.io/d/m")),
        server="cluster-api",
        tool="capi_find_problems",
    )
    before = of(answered(), machine)
    root = root_of(before)
    assert compare(before, of(answered()), root).against(root) == [
        "capi_find_problems did not answer"
    ]


def test_a_symptom_whose_teller_leaves_out_what_it_read_is_not_gone() -> None:
    about = edge("Alert/CartDown", Edge.ABOUT, "Deployment/shop/cart")
    alert = finding("alert/firing", "Alert/CartDown", relations=(about,))
    rules = Gap(what="rules", reason="unreachable: it timed out")

    def with_alerts(found: Finding | None, alert: Finding | None, *gaps: Gap) -> Found:
        """Return a look in which Prometheus tells of an alert, or of none."""
        told = answered(*([alert] if alert else []), gaps=gaps)
        told = replace(told, server="prometheus", tool="prom_find_problems")
        return of(answered(*([found] if found else [])), told)

    before = with_alerts(CAUSE, alert)
    root = root_of(before)
    assert [one.code for one in root.symptoms] == ["alert/firing"]
    assert compare(before, with_alerts(None, None), root) == Seen()
    assert compare(before, with_alerts(None, None, rules), root).against(root) == [
        "prom_find_problems left out rules: unreachable: it timed out"
    ]
    assert compare(before, with_alerts(None, alert, rules), root).helped
    without = look(CAUSE)
    assert compare(without, with_alerts(None, None, rules), root_of(without)) == Seen()


def test_a_symptom_that_is_worse_than_before_speaks_against_it() -> None:
    worse = finding(SYMPTOM.code, "Service/shop/cart", severity=Severity.CRITICAL)
    seen = compare(BEFORE, look(worse), ROOT)
    assert seen.against(ROOT) == ["service/no-ready-endpoints on Service/shop/cart is worse"]


def test_a_symptom_of_another_cause_as_well_is_not_waited_for() -> None:
    both = edge("Service/shop/cart", Edge.SELECTS, "Deployment/shop/cart-2")
    shared = finding(SYMPTOM.code, "Service/shop/cart", relations=(SELECTS, both))
    other = finding("pod/crash-loop", "Deployment/shop/cart-2")
    before = look(CAUSE, shared, other)
    seen = compare(before, look(shared, other), root_of(before))
    [left] = seen.left
    assert left.why == "it follows from pod/crash-loop on Deployment/shop/cart-2 as well"
    assert seen.settled


def test_an_alert_is_not_waited_for() -> None:
    about = edge("Alert/CartDown", Edge.ABOUT, "Deployment/shop/cart")
    alert = finding("alert/firing", "Alert/CartDown", relations=(about,))
    before = look(CAUSE, alert)
    seen = compare(before, look(alert), root_of(before))
    assert [one.why for one in seen.left] == ["an alert ends some minutes after what it is about"]
    assert seen.settled


def test_a_server_that_falls_silent_speaks_against_it_but_not_one_that_never_answered() -> None:
    after = with_silent(look())
    assert compare(BEFORE, after, ROOT).against(ROOT) == ["prom_find_problems did not answer"]
    assert compare(with_silent(BEFORE), after, ROOT) == Seen()


def twins(*titles: str) -> list[Finding]:
    """Return findings of one code about one object, told otherwise."""
    return [finding("ingress/service-missing", "Ingress/shop/web", title=one) for one in titles]


def test_one_of_two_alike_is_gone_when_the_other_is_left() -> None:
    before = look(*twins("no Service cat", "no Service tiil"))
    root = root_of(before)
    assert root.title == "no Service cat"
    assert compare(before, look(*twins("no Service tiil")), root) == Seen()
    assert compare(before, look(*twins("no Service cat")), root).stays
    assert compare(before, look(*twins("no Service cart", "no Service tiil")), root).stays
    assert compare(before, look(), root) == Seen()


def test_of_two_alike_whose_titles_tell_an_age_the_words_tell_which_stays() -> None:
    before = look(*twins("image changed 50s ago", "port changed 8s ago"))
    root = root_of(before)
    assert compare(before, look(*twins("port changed 9s ago")), root) == Seen()
    assert compare(before, look(*twins("image changed 2m ago")), root).stays


def test_of_two_that_differ_in_a_number_only_the_other_number_is_the_other_one() -> None:
    before = look(*twins("no port 8080", "no port 8081"))
    root = root_of(before)
    assert compare(before, look(*twins("no port 8081")), root) == Seen()
    assert compare(before, look(*twins("no port 8080")), root).stays


def test_one_root_of_several_alerts_stays_while_one_of_them_does() -> None:
    def alerts(*titles: str) -> Found:
        """Return a look at alerts of one name."""
        return look(*(finding("alert/firing", "Alert/Down", title=one) for one in titles))

    before = alerts("a is down", "b is down")
    root = root_of(before)
    assert root.title == "a is down; and 1 more times"
    assert compare(before, alerts("b is down"), root).stays
    assert compare(before, alerts(), root) == Seen()
