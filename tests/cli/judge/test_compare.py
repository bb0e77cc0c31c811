"""What the judge counts as found, missed and wrong."""

from clusterwright.cli.judge.compare import compare
from clusterwright.deploy.sandbox.scenario.play import Truth
from clusterwright.tools.ref import Ref
from tests.agents.found import finding

TRUTH = Truth(
    code="pod/crash-loop",
    subject=Ref.parse("Deployment/shop/cart"),
    symptoms=(Ref.parse("Service/shop/cart"),),
    also_allowed=("workload/unavailable",),
)
CRASH = finding("pod/crash-loop", "Deployment/shop/cart")


def test_the_code_on_the_subject_is_found() -> None:
    met = compare([TRUTH], [CRASH])
    assert (met.found, met.missed, met.wrong, met.right) == (((TRUTH, CRASH),), (), (), True)


def test_a_finding_that_has_the_subject_as_a_member_is_found() -> None:
    grouped = finding("pod/crash-loop", "Pod/shop/a", members=["Deployment/shop/cart"])
    assert compare([TRUTH], [grouped]).right


def test_nothing_reported_is_missed() -> None:
    assert compare([TRUTH], []).missed == (TRUTH,)


def test_another_code_on_the_subject_is_missed_and_wrong() -> None:
    other = finding("pod/out-of-memory", "Deployment/shop/cart")
    met = compare([TRUTH], [other])
    assert (met.missed, met.wrong) == ((TRUTH,), (other,))


def test_the_code_on_another_subject_is_missed_and_wrong() -> None:
    other = finding("pod/crash-loop", "Deployment/shop/pay")
    met = compare([TRUTH], [other])
    assert (met.missed, met.wrong) == ((TRUTH,), (other,))


def test_whatever_is_on_a_listed_symptom_is_not_wrong() -> None:
    symptom = finding("service/no-ready-endpoints", "Service/shop/cart")
    assert compare([TRUTH], [CRASH, symptom]).right


def test_an_allowed_code_beside_the_truth_is_not_wrong_and_does_not_replace_it() -> None:
    vague = finding("workload/unavailable", "Deployment/shop/cart")
    assert compare([TRUTH], [CRASH, vague]).right
    assert compare([TRUTH], [vague]).missed == (TRUTH,)


def test_two_truths_on_one_subject_are_both_wanted() -> None:
    second = TRUTH.model_copy(update={"code": "pod/out-of-memory"})
    assert compare([TRUTH, second], [CRASH]).missed == (second,)


def test_anything_at_all_is_wrong_where_nothing_is_true() -> None:
    assert compare([], [CRASH]).wrong == (CRASH,)
    assert compare([], []).right


def test_the_evidence_that_the_truth_names_must_be_shown() -> None:
    proven = TRUTH.model_copy(update={"evidence": ".status.x = y"})
    unproven = TRUTH.model_copy(update={"evidence": "FATAL"})
    assert compare([proven], [CRASH]).right
    met = compare([unproven], [CRASH])
    assert (met.missed, met.wrong) == ((unproven,), ())
