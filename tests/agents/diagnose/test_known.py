"""What is ignored or known is set aside and counted; nothing else is hidden by it."""

from collections.abc import Sequence
from datetime import date

import pytest

from clusterwright.agents.diagnose.correlate import correlate
from clusterwright.agents.diagnose.diagnosis import Diagnosis, SetAside, Symptom, Verdict, Why
from clusterwright.agents.diagnose.gather import Answered
from clusterwright.agents.diagnose.ignore_file import Entry
from clusterwright.agents.diagnose.known import (
    compared,
    entry_notes,
    less_seen,
    parse_baseline,
    without_ignored,
)
from clusterwright.agents.report.document import to_json
from clusterwright.tools.coverage import Coverage, Gap
from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.finding import Edge, Finding, Severity
from clusterwright.tools.ref import Ref
from tests.agents.found import answered, edge, finding

TODAY = date(2026, 11, 23)
CART = finding("pod/crash-loop", "Deployment/shop/cart", title="app exits with 1")
PAY = finding("pod/image-not-found", "Deployment/pay/api", title="image x:1 does not exist")
NOTE = finding("node/unused", "Node/spare", severity=Severity.INFO)
FAILED = Answered(
    "gpu",
    "gpu_find_problems",
    coverage=Coverage(gaps=(Gap(what="gpu_find_problems", reason="no answer"),)),
    failed=True,
)


def entry(**says: str) -> Entry:
    globs = {"code": "*", "subject": "*", "cluster": "*", **says}
    return Entry("entry 1 (line 1)", **globs, owner="ann", reason="known", expires=TODAY)


def found(*findings: Finding) -> Diagnosis:
    return correlate([answered(*findings)])


def told(diagnosis: Diagnosis) -> list[str]:
    return [str(root.subject) for root in diagnosis.root_causes]


def aside(diagnosis: Diagnosis) -> list[tuple[str, str]]:
    return [(one.why.value, str(one.subject)) for one in diagnosis.set_aside]


def test_an_ignored_root_cause_is_set_aside_with_all_that_its_entry_says() -> None:
    service = finding(
        "service/no-ready-endpoints",
        "Service/shop/cart",
        severity=Severity.CRITICAL,
        relations=(edge("Service/shop/cart", Edge.SELECTS, "Deployment/shop/cart"),),
    )
    whole = found(CART, PAY, service)
    less = without_ignored(whole, [entry(code="pod/crash-*")], TODAY)
    assert told(less) == ["Deployment/pay/api"]
    assert less.set_aside == (
        SetAside(
            id=whole.root_causes[0].id,
            why=Why.IGNORED,
            cluster="dev",
            code="pod/crash-loop",
            severity=Severity.CRITICAL,
            subject=Ref.parse("Deployment/shop/cart"),
            title="app exits with 1",
            symptoms=1,
            reason="known",
            owner="ann",
            expires=TODAY,
        ),
    )


def test_a_symptom_of_two_causes_is_still_told_under_the_one_that_is_not_ignored() -> None:
    service = finding(
        "service/no-ready-endpoints",
        "Service/shop/cart",
        relations=(
            edge("Service/shop/cart", Edge.SELECTS, "Deployment/shop/cart"),
            edge("Service/shop/cart", Edge.SELECTS, "Deployment/pay/api"),
        ),
    )
    less = without_ignored(found(CART, PAY, service), [entry(subject="*/shop/*")], TODAY)
    assert [str(one.subject) for one in less.root_causes[0].symptoms] == ["Service/shop/cart"]


@pytest.mark.parametrize(
    ("answers", "verdict"),
    [
        ([answered(CART)], Verdict.HEALTHY),
        ([answered(CART, NOTE)], Verdict.HEALTHY),
        ([answered(CART, PAY)], Verdict.PROBLEMS),
        ([answered(CART), FAILED], Verdict.UNKNOWN),
        ([FAILED], Verdict.UNKNOWN),
    ],
)
def test_the_verdict_is_about_what_is_left(answers: Sequence[Answered], verdict: Verdict) -> None:
    less = without_ignored(correlate(answers), [entry(code="pod/crash-loop")], TODAY)
    assert less.verdict is verdict


def test_an_expired_entry_ignores_nothing_and_is_told() -> None:
    late = date(2026, 11, 24)
    whole = found(CART)
    assert without_ignored(whole, [entry()], late) == whole
    assert entry_notes(whole, [entry()], late, everywhere=True) == [
        "entry 1 (line 1) of ann expired on 2026-11-23 and ignores nothing; "
        "it names 1 root cause here"
    ]


def test_an_entry_that_matches_nothing_is_told() -> None:
    assert entry_notes(found(CART), [entry(code="pod/crashloop")], TODAY, everywhere=True) == [
        "entry 1 (line 1) of ann matches nothing: is it over, or misspelt?"
    ]


@pytest.mark.parametrize(
    ("diagnosis", "one", "everywhere"),
    [
        (found(CART), entry(code="pod/other"), False),
        (correlate([answered(CART), FAILED]), entry(code="pod/other"), True),
        (found(CART), entry(code="pod/other", cluster="prod"), True),
        (found(CART), entry(), True),
    ],
)
def test_an_entry_is_not_blamed_where_it_could_not_have_matched(
    diagnosis: Diagnosis, one: Entry, everywhere: bool
) -> None:
    assert entry_notes(diagnosis, [one], TODAY, everywhere=everywhere) == []


def test_only_what_is_new_since_the_baseline_is_told_and_the_rest_counted() -> None:
    later = compared(found(CART, NOTE), found(CART, PAY))
    assert told(later) == ["Node/spare"]
    assert aside(later) == [("known", "Deployment/shop/cart"), ("gone", "Deployment/pay/api")]
    assert (later.verdict, later.compared) == (Verdict.HEALTHY, True)


def test_what_has_become_worse_is_new() -> None:
    worse = CART.model_copy(update={"severity": Severity.CRITICAL})
    assert aside(compared(found(worse), found(CART))) == []
    assert told(compared(found(worse), found(CART))) == ["Deployment/shop/cart"]
    assert aside(compared(found(CART), found(worse))) == [("known", "Deployment/shop/cart")]


def test_a_second_cause_of_one_name_is_new_and_not_hidden_by_the_first() -> None:
    other = PAY.model_copy(update={"title": "image y:2 does not exist"})
    later = compared(found(PAY, other), found(PAY))
    assert [root.title for root in later.root_causes] == ["image y:2 does not exist"]
    assert aside(compared(found(PAY), found(PAY, other))) == [
        ("known", "Deployment/pay/api"),
        ("gone", "Deployment/pay/api"),
    ]


def circle() -> Diagnosis:
    """Two findings that explain each other, as one root cause."""
    whole = found(CART, PAY)
    first, second = whole.root_causes
    named = Symptom.model_validate(second.model_dump() | {"cluster": ""})
    return whole.model_copy(
        update={"root_causes": (first.model_copy(update={"circle": (named,)}),)}
    )


def test_of_a_circle_one_ignored_finding_does_not_hide_the_other() -> None:
    one, other = entry(subject="*/shop/*"), entry(subject="*/pay/*")
    assert told(without_ignored(circle(), [one], TODAY)) == ["Deployment/shop/cart"]
    assert told(without_ignored(circle(), [other], TODAY)) == ["Deployment/shop/cart"]
    assert told(without_ignored(circle(), [one, other], TODAY)) == []
    assert entry_notes(circle(), [one, other], TODAY, everywhere=True) == []


def test_a_circle_that_has_grown_is_new() -> None:
    assert told(compared(circle(), found(CART))) == ["Deployment/shop/cart"]
    assert told(compared(circle(), compared(circle(), circle()))) == []


def test_a_title_may_change_from_run_to_run() -> None:
    reworded = CART.model_copy(update={"title": "app exits with 1 (x7)"})
    assert aside(compared(found(reworded), found(CART))) == [("known", "Deployment/shop/cart")]


def test_what_was_known_in_the_baseline_stays_known_and_what_was_ignored_does_not() -> None:
    chained = compared(found(CART, PAY), found(CART))
    assert told(compared(found(CART, PAY), chained)) == []
    ignoring = without_ignored(found(CART), [entry()], TODAY)
    assert told(compared(found(CART), ignoring)) == ["Deployment/shop/cart"]


def test_what_is_ignored_now_is_not_gone() -> None:
    less = without_ignored(found(CART), [entry()], TODAY)
    assert aside(compared(less, found(CART))) == [("ignored", "Deployment/shop/cart")]


@pytest.mark.parametrize(
    "now",
    [
        correlate([answered(), FAILED]),
        correlate([answered(gaps=(Gap(what="Pod", reason="forbidden"),))]),
        correlate([answered(cluster="other")]),
    ],
)
def test_nothing_is_gone_where_less_was_seen_than_before(now: Diagnosis) -> None:
    assert compared(now, found(CART)).set_aside == ()


def test_of_several_clusters_what_is_gone_is_told_of_those_that_were_seen() -> None:
    before = correlate([answered(CART, cluster="dev"), answered(PAY, cluster="prod")])
    lost = Answered("kubernetes", "k8s_find_problems", cluster="dev", failed=True)
    later = compared(correlate([lost, answered(cluster="prod")]), before)
    assert aside(later) == [("gone", "Deployment/pay/api")]
    assert less_seen(later, before) == ["dev"]


def test_of_one_namespace_only_what_was_in_it_is_gone() -> None:
    later = compared(found(), found(CART, PAY), namespace="pay")
    assert aside(later) == [("gone", "Deployment/pay/api")]


def test_a_baseline_is_what_json_output_wrote() -> None:
    whole = compared(without_ignored(found(CART, PAY), [entry(code="pod/c*")], TODAY), found(PAY))
    assert parse_baseline(to_json(whole), "b.json") == whole


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"schema": "clusterwright.diagnosis/v2"}'])
def test_what_is_no_diagnosis_is_refused_with_how_to_write_one(text: str) -> None:
    with pytest.raises(InvalidInputError, match=r"b\.json is no diagnosis: ") as raised:
        parse_baseline(text, "b.json")
    assert "clusterwright diagnose -o json --output-file b.json" in raised.value.hint


def test_what_another_cause_explains_now_is_not_gone() -> None:
    selects = edge("Service/shop/cart", Edge.SELECTS, "Deployment/shop/cart")
    service = finding("service/no-ready-endpoints", "Service/shop/cart", relations=(selects,))
    assert aside(compared(found(service, CART), found(service))) == []
