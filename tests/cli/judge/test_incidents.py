"""Hand-made diagnoses of composed incidents, before the judge."""

from dataclasses import replace

import pytest

from clusterwright.agents.diagnose.diagnosis import (
    Certainty,
    Diagnosis,
    NextStep,
    RootCause,
    Source,
    Symptom,
    Verdict,
)
from clusterwright.cli.judge.incident_outcome import Outcome, weigh
from clusterwright.cli.judge.incident_table import incident_table, summary
from clusterwright.cli.judge.incidents import groups
from clusterwright.deploy.sandbox.incident.compose import Composed, Standing, compose
from clusterwright.deploy.sandbox.incident.generate import fresh
from clusterwright.deploy.sandbox.incident.load import load_incident, load_incidents
from clusterwright.tools.finding import EventEvidence, Severity
from clusterwright.tools.ref import Ref

CHAIN = compose(load_incident("image-behind-shop"), 1)
"""A caller on a cause, and an Ingress on the caller."""
APART = compose(load_incident("two-namespaces"), 1)
"""Two causes, the second with a caller and an Ingress on that."""
TWO = compose(load_incident("two-crashes"), 1)
"""Two causes in one namespace, a caller on each."""
ANSWERED = Source(server="kubernetes", answered=True)
ALL = [*(compose(one, 1) for one in load_incidents()), *fresh(7, 40)]
SHOP, FRONT = CHAIN.standings
LEFT, RIGHT = TWO.standings
ELSEWHERE = Ref("Deployment", "x", "elsewhere")


def symptom(subject: Ref, *members: Ref, code: str = "pod/crash-loop", title: str = "") -> Symptom:
    return Symptom(
        code=code, severity=Severity.CRITICAL, subject=subject, title=title, members=members
    )


def root(code: str, subject: Ref, *symptoms: Symptom, said: str = "") -> RootCause:
    evidence = EventEvidence(ref=subject, reason="Failed", message=said)
    return RootCause(
        cluster="c",
        code=code,
        severity=Severity.CRITICAL,
        certainty=Certainty.PROVEN,
        subject=subject,
        title="it is so",
        evidence=(evidence,),
        symptoms=symptoms,
        next=NextStep(command="explain"),
    )


def true(composed: Composed, number: int, *symptoms: Symptom) -> RootCause:
    """Return the root cause that tells a truth, with some symptoms."""
    truth = composed.truth[number]
    subject = replace(truth.subject, name=truth.subject.name.replace("*", "x"))
    return root(truth.code, subject, *symptoms, said=truth.evidence)


def of(standing: Standing) -> Symptom:
    """Return what a diagnosis must tell of a layer."""
    return symptom(standing.telling[0])


def weighed(outcome: Outcome, *roots: RootCause, sources: tuple[Source, ...] = ()) -> Outcome:
    sources = sources or (ANSWERED,)
    found = Diagnosis(verdict=Verdict.PROBLEMS, complete=True, root_causes=roots, sources=sources)
    weigh(outcome, found)
    return outcome


TRUE = true(CHAIN, 0, of(SHOP))
SYMPTOM = root("pod/crash-loop", SHOP.telling[0])


def test_a_diagnosis_that_names_the_cause_with_its_symptoms_is_right() -> None:
    assert weighed(Outcome(CHAIN, developed=3.0), TRUE) == Outcome(
        CHAIN,
        developed=3.0,
        asked=1,
        first_answer=True,
        roots=(f"pod/image-not-found on {CHAIN.truth[0].subject}",),
        first_is_true=True,
    )
    assert weighed(Outcome(CHAIN, developed=3.0), TRUE).right


def test_a_cause_without_the_symptom_that_must_show_is_not_right() -> None:
    outcome = weighed(Outcome(CHAIN, developed=3.0), true(CHAIN, 0))
    assert (outcome.right, outcome.silent, outcome.misfolded) == (False, (SHOP,), ())
    assert outcome.only_early
    assert incident_table([outcome]).splitlines()[-1] == (
        f"  not told of shop: nothing on {SHOP.telling[0]}"
        f" is under pod/image-not-found on {CHAIN.truth[0].subject}"
    )


def test_what_is_found_on_the_pod_of_a_layer_is_of_the_layer() -> None:
    ref = SHOP.telling[0]
    pod = Ref("Pod", f"{ref.name}-7d9f6c-x2x4z", ref.namespace)
    assert weighed(Outcome(CHAIN), true(CHAIN, 0, symptom(pod))).right
    other = Ref("Pod", f"{ref.name}-7d9f6c-x2x4z", "elsewhere")
    assert weighed(Outcome(CHAIN), true(CHAIN, 0, symptom(other))).silent == (SHOP,)


def test_what_needs_not_be_told_is_not_missed() -> None:
    ingress = symptom(FRONT.objects[0], code="ingress/backend-down")
    assert FRONT.telling == ()
    assert weighed(Outcome(CHAIN), TRUE).right
    assert weighed(Outcome(CHAIN), true(CHAIN, 0, of(SHOP), ingress)).right


def test_all_symptoms_under_the_first_of_two_causes_are_not_right() -> None:
    outcome = weighed(Outcome(TWO), true(TWO, 0, of(LEFT), of(RIGHT)), true(TWO, 1))
    said = f"pod/crash-loop on {RIGHT.telling[0]}: "
    assert (outcome.right, outcome.misfolded, outcome.silent) == (False, (said,), (RIGHT,))
    assert not outcome.only_early
    assert f"  not under its cause: {said}" in incident_table([outcome]).splitlines()


def test_each_under_its_own_cause_is_right_and_one_may_be_under_both() -> None:
    assert weighed(Outcome(TWO), true(TWO, 0, of(LEFT)), true(TWO, 1, of(RIGHT))).right
    both = (of(LEFT), of(RIGHT))
    assert weighed(Outcome(TWO), true(TWO, 0, *both), true(TWO, 1, *both)).right


@pytest.mark.parametrize("composed", ALL, ids=lambda one: one.name)
def test_of_any_incident_all_objects_of_layers_may_be_told_under_their_cause_and_must_be_there(
    composed: Composed,
) -> None:
    right = [true(composed, i, *_of_all(composed, i)) for i in range(len(composed.truth))]
    assert weighed(Outcome(composed), *right).right
    bare = [true(composed, i) for i in range(len(composed.truth))]
    needed = tuple(one for one in composed.standings if one.telling)
    assert weighed(Outcome(composed), *bare).silent == needed
    if len(right) == 2 and right[1].symptoms:
        all_of_them = tuple(one for each in right for one in each.symptoms)
        outcome = weighed(Outcome(composed), true(composed, 0, *all_of_them), bare[1])
        assert len(outcome.misfolded) == len(right[1].symptoms)


def _of_all(composed: Composed, number: int) -> list[Symptom]:
    """Return a finding on each object of each layer that stands on the cause of a truth."""
    own = [one for one in composed.standings if composed.truth[number] in one.truths]
    return [symptom(ref) for one in own for ref in one.objects]


def test_symptoms_of_two_causes_that_change_places_are_both_misfolded() -> None:
    outcome = weighed(Outcome(TWO), true(TWO, 0, of(RIGHT)), true(TWO, 1, of(LEFT)))
    assert (len(outcome.misfolded), outcome.silent) == (2, (LEFT, RIGHT))


def test_one_of_two_findings_on_a_layer_that_is_elsewhere_is_misfolded() -> None:
    service = next(one for one in RIGHT.objects if one.kind == "Service")
    stray = symptom(service, code="service/no-ready-endpoints", title="none is")
    outcome = weighed(Outcome(TWO), true(TWO, 0, of(LEFT), stray), true(TWO, 1, of(RIGHT)))
    assert outcome.misfolded == (f"service/no-ready-endpoints on {service}: none is",)
    assert outcome.silent == ()


def test_an_alert_is_about_a_layer_if_all_of_its_objects_are() -> None:
    alert = Ref("Alert", "KubePodCrashLooping")
    its = symptom(alert, RIGHT.telling[0], code="alert/firing", title="it")
    both = symptom(alert, RIGHT.telling[0], LEFT.telling[0], code="alert/firing", title="both")
    outcome = weighed(Outcome(TWO), true(TWO, 0, of(LEFT), its, both), true(TWO, 1, of(RIGHT)))
    assert outcome.misfolded == ("alert/firing on Alert/KubePodCrashLooping: it",)


def test_what_is_in_a_circle_with_the_cause_is_under_it() -> None:
    circle = true(CHAIN, 0).model_copy(update={"circle": (of(SHOP),)})
    assert weighed(Outcome(CHAIN), circle).right


def test_a_symptom_told_as_a_cause_is_wrong_even_where_the_cause_comes_first() -> None:
    outcome = weighed(Outcome(CHAIN), TRUE, SYMPTOM)
    assert (outcome.right, outcome.first_is_true, outcome.wrong) == (False, True, (SYMPTOM,))


def test_a_symptom_in_front_of_the_cause_is_told_with_what_came_first() -> None:
    outcome = weighed(Outcome(CHAIN, developed=3.0), SYMPTOM, TRUE)
    subject = SHOP.telling[0]
    lines = incident_table([outcome]).splitlines()
    assert lines[0].split() == [
        "INCIDENT",
        "CAUSES",
        "LAYERS",
        "PODS",
        "DEVELOPED",
        "ASKED",
        "FIRST",
        "MISSED",
        "WRONG",
        "TOLD",
        "MISFOLDED",
        "HEALED",
    ]
    assert lines[1].split() == [
        "image-behind-shop",
        "1",
        "2",
        "2+3",
        "3",
        "s",
        "1",
        "wrong",
        "0",
        "1",
        "1/1",
        "0",
        "-",
    ]
    assert lines[2:] == [
        f"  first: pod/crash-loop on {subject}",
        f"  wrong: pod/crash-loop on {subject}: it is so",
    ]


def test_what_is_true_and_not_told_is_missed() -> None:
    outcome = weighed(Outcome(CHAIN))
    assert (outcome.right, outcome.first_is_true, outcome.missed) == (False, False, CHAIN.truth)
    said = incident_table([outcome]).splitlines()[2]
    assert said.startswith("  missed: pod/image-not-found on")


def test_of_two_namespaces_only_what_is_in_them_counts() -> None:
    roots = [
        true(APART, 0, *(of(one) for one in APART.standings[:1])),
        true(APART, 1, *(of(one) for one in APART.standings[1:2])),
    ]
    assert weighed(Outcome(APART), root("pod/crash-loop", ELSEWHERE), *roots).right


def test_what_is_elsewhere_and_said_to_have_symptoms_in_them_is_wrong() -> None:
    blamed = root("pod/crash-loop", ELSEWHERE, of(APART.standings[0]))
    assert weighed(Outcome(APART), blamed).wrong == (blamed,)
    member = root("pod/crash-loop", ELSEWHERE).model_copy(
        update={"members": (APART.truth[0].subject,)}
    )
    assert weighed(Outcome(APART), member).wrong == (member,)


def test_an_alert_about_what_is_in_them_counts_too() -> None:
    alert = Ref("Alert", "KubePodCrashLooping")
    inside = root("alert/firing", alert, symptom(APART.truth[0].subject))
    outside = root("alert/firing", alert, symptom(ELSEWHERE))
    assert weighed(Outcome(APART), inside, outside).wrong == (inside,)


def test_an_answer_in_which_not_all_servers_had_a_part_is_not_right() -> None:
    silent = Source(server="helm", answered=False)
    outcome = weighed(Outcome(CHAIN), TRUE, sources=(ANSWERED, silent))
    assert (outcome.right, outcome.unanswered, outcome.first_answer) == (False, ("helm",), None)
    assert incident_table([outcome]).splitlines()[-1] == "  did not answer: helm"
    assert (weighed(outcome, TRUE).right, outcome.asked, outcome.first_answer) == (True, 2, True)


def test_an_answer_of_no_server_is_not_right() -> None:
    outcome = Outcome(CHAIN)
    weigh(outcome, Diagnosis(verdict=Verdict.PROBLEMS, complete=True, root_causes=(TRUE,)))
    assert (outcome.right, outcome.unanswered) == (False, ("any server",))


def test_the_last_answer_counts_and_what_was_wrong_before_it_is_told() -> None:
    outcome = weighed(weighed(Outcome(CHAIN, developed=3.0), SYMPTOM, TRUE), TRUE)
    assert (outcome.right, outcome.asked, outcome.first_answer) == (True, 2, False)
    lines = incident_table([outcome]).splitlines()
    assert lines[1].split()[6:] == ["2", "true", "0", "0", "1/1", "0", "-"]
    assert lines[2:] == [f"  wrong on the way: pod/crash-loop on {SHOP.telling[0]}"]


def test_what_does_not_come_up_after_the_cause_is_healed_is_not_right() -> None:
    outcome = weighed(Outcome(CHAIN), TRUE)
    outcome.healed = False
    assert not outcome.right


def test_no_two_happen_together_whose_nodes_have_the_same() -> None:
    paused = load_incident("pause-under-inference")
    driver, name = load_incident("driver-under-inference"), load_incident("name-gone")
    chosen = [compose(one, seed) for one, seed in ((paused, 1), (driver, 1), (name, 1), (name, 2))]
    assert list(groups(chosen)) == [chosen]
    other = compose(paused, 2)
    assert list(groups([*chosen, other])) == [chosen, [other]]


def test_the_summary_counts_each_thing_that_must_hold() -> None:
    outcomes = [
        weighed(Outcome(CHAIN), TRUE),
        weighed(weighed(Outcome(CHAIN), true(CHAIN, 0)), TRUE),
        weighed(Outcome(CHAIN), TRUE, SYMPTOM),
        weighed(Outcome(CHAIN), SYMPTOM),
        weighed(Outcome(CHAIN), true(CHAIN, 0)),
        Outcome(CHAIN, failure="late"),
    ]
    assert summary(outcomes) == (
        "incidents: 2 right of 6; a true cause first in 4, all causes told in 4, "
        "no symptom told as a cause in 3, symptoms under their cause in 3; "
        "right at the first answer in 1"
    )
