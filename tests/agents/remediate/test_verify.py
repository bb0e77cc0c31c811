"""What has become of a root cause and its symptoms between two looks."""

from dataclasses import replace

from clusterwright.agents.diagnose.correlate import correlate
from clusterwright.agents.diagnose.diagnosis import RootCause
from clusterwright.agents.diagnose.gather import Answered
from clusterwright.agents.remediate.found import Found
from clusterwright.agents.remediate.repair import Left
from clusterwright.agents.remediate.verify import Seen, compare
from clusterwright.tools.finding import Edge, Finding, Severity
from tests.agents.found import answered, edge, finding

CAUSE = finding("pod/image-not-found", "Deployment/shop/cart", severity=Severity.CRITICAL)
SELECTS = edge("Service/shop/cart", Edge.SELECTS, "Deployment/shop/cart")
SYMPTOM = finding("service/no-ready-endpoints", "Service/shop/cart", relations=(SELECTS,))


def look(*findings: Finding) -> Found:
    answers = (answered(*findings),)
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


def test_what_was_hidden_by_the_cause_and_is_no_worse_only_shows_now() -> None:
    revealed = finding("pod/crash-loop", "Deployment/shop/cart", severity=Severity.CRITICAL)
    assert compare(BEFORE, look(revealed), ROOT) == Seen()


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
