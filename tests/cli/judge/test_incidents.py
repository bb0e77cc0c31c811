from clusterwright.agents.diagnose.diagnosis import (
    Certainty,
    Diagnosis,
    NextStep,
    RootCause,
    Symptom,
    Verdict,
)
from clusterwright.cli.judge.incident_table import incident_table, summary
from clusterwright.cli.judge.incidents import Outcome, weigh
from clusterwright.deploy.sandbox.incident.compose import compose
from clusterwright.deploy.sandbox.incident.load import load_incident
from clusterwright.tools.finding import EventEvidence, Severity
from clusterwright.tools.ref import Ref

CHAIN = compose(load_incident("image-behind-shop"), 1)
APART = compose(load_incident("two-namespaces"), 1)
ALERT = Ref("Alert", "KubePodCrashLooping")


def root(code: str, subject: Ref, *, because_of: tuple[Ref, ...] = (), said: str = "") -> RootCause:
    evidence = EventEvidence(ref=subject, reason="Failed", message=said)
    symptoms = tuple(
        Symptom(code="pod/crash-loop", severity=Severity.CRITICAL, subject=one, title="")
        for one in because_of
    )
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


def weighed(outcome: Outcome, *roots: RootCause) -> Outcome:
    found = Diagnosis(verdict=Verdict.PROBLEMS, complete=True, root_causes=roots)
    weigh(outcome, found)
    return outcome


TRUE = root(CHAIN.truth[0].code, CHAIN.truth[0].subject)
SYMPTOM = root("pod/crash-loop", CHAIN.layer_objects[0])


def test_a_diagnosis_that_names_the_cause_alone_is_right() -> None:
    outcome = weighed(Outcome(CHAIN, developed=3.0), TRUE)
    assert (outcome.right, outcome.first_is_true, outcome.missed, outcome.wrong) == (
        True,
        True,
        (),
        (),
    )


def test_a_symptom_told_as_a_cause_is_wrong_even_where_the_cause_comes_first() -> None:
    outcome = weighed(Outcome(CHAIN), TRUE, SYMPTOM)
    assert (outcome.right, outcome.first_is_true, outcome.wrong) == (False, True, (SYMPTOM,))


def test_a_symptom_in_front_of_the_cause_is_told_with_what_came_first() -> None:
    outcome = weighed(Outcome(CHAIN, developed=3.0), SYMPTOM, TRUE)
    subject = CHAIN.layer_objects[0]
    lines = incident_table([outcome]).splitlines()
    assert lines[1].split() == [
        "image-behind-shop",
        "1",
        "2",
        "2+3",
        "3",
        "s",
        "wrong",
        "0",
        "1",
        "-",
    ]
    assert lines[2:] == [
        f"  first: pod/crash-loop on {subject}",
        f"  wrong: pod/crash-loop on {subject}: it is so",
    ]


def test_what_is_true_and_not_told_is_missed() -> None:
    outcome = weighed(Outcome(CHAIN))
    assert (outcome.right, outcome.first_is_true, outcome.missed) == (False, False, CHAIN.truth)
    assert incident_table([outcome]).splitlines()[-1].startswith("  missed: pod/image-not-found on")


def test_of_two_namespaces_only_what_is_in_them_counts() -> None:
    elsewhere = root("pod/crash-loop", Ref("Deployment", "x", "elsewhere"))
    truths = [root(one.code, one.subject, said=one.evidence) for one in APART.truth]
    assert weighed(Outcome(APART), elsewhere, *truths).right


def test_an_alert_about_what_is_in_them_counts_too() -> None:
    inside = root("alert/firing", ALERT, because_of=(APART.truth[0].subject,))
    outside = root("alert/firing", ALERT, because_of=(Ref("Deployment", "x", "elsewhere"),))
    assert weighed(Outcome(APART), inside, outside).wrong == (inside,)


def test_what_does_not_come_up_after_the_cause_is_healed_is_not_right() -> None:
    outcome = weighed(Outcome(CHAIN), TRUE)
    outcome.healed = False
    assert not outcome.right


def test_the_summary_counts_each_thing_that_must_hold() -> None:
    outcomes = [
        weighed(Outcome(CHAIN), TRUE),
        weighed(Outcome(CHAIN), TRUE, SYMPTOM),
        weighed(Outcome(CHAIN), SYMPTOM),
        Outcome(CHAIN, failure="late"),
    ]
    assert summary(outcomes) == (
        "incidents: 1 right of 4; a true cause first in 2, all causes told in 2, "
        "no symptom told as a cause in 1"
    )
