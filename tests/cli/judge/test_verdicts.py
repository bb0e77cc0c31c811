"""The demo's table: the truth beside the root causes that the agent named."""

import io

from rich.console import Console

from clusterwright.agents.diagnose.correlate import correlate
from clusterwright.agents.diagnose.diagnosis import RootCause
from clusterwright.cli.judge.verdicts import compared, missed, wrong
from clusterwright.deploy.sandbox.scenario.load import load
from clusterwright.tools.finding import Finding
from tests.agents.found import answered, finding

FAULTS = [load(name).render(1) for name in ("quota", "selector-mismatch")]
TOLD = [finding(t.code, str(t.subject)) for one in FAULTS for t in one.truth]
FALSE = finding("pod/crash-loop", "Deployment/elsewhere/other")


def roots(*findings: Finding) -> tuple[RootCause, ...]:
    return correlate([answered(*findings)]).root_causes


def test_every_truth_told_and_nothing_else_leaves_nothing_missed_or_wrong() -> None:
    assert missed(FAULTS, roots(*TOLD)) == []
    assert wrong(FAULTS, roots(*TOLD)) == []


def test_a_truth_that_no_root_cause_tells_is_missed() -> None:
    assert missed(FAULTS, roots(TOLD[0])) == ["selector-mismatch"]


def test_a_root_cause_that_is_nobodys_truth_is_wrong() -> None:
    assert [root.code for root in wrong(FAULTS, roots(*TOLD, FALSE))] == [FALSE.code]


def test_a_symptom_that_is_told_as_a_cause_is_wrong() -> None:
    fault = load("storage-class").render(1)
    truth = fault.truth[0]
    cause = finding(truth.code, str(truth.subject))
    symptom = finding("pod/volume-not-bound", str(truth.symptoms[0]))
    assert [root.code for root in wrong([fault], roots(cause, symptom))] == [symptom.code]


def test_the_table_has_a_row_for_each_truth_and_each_wrong_cause() -> None:
    out = io.StringIO()
    Console(file=out, width=100).print(compared(FAULTS, roots(TOLD[0], FALSE)))
    lines = [line.split()[:3] for line in out.getvalue().splitlines()]
    assert lines == [
        ["FAULT", "TRUTH", "SAID"],
        ["quota", "workload/quota-exceeded", "found"],
        ["selector-mismatch", "service/selector-mismatch", "missed"],
        ["Deployment/elsewhere/other", "pod/crash-loop", "wrong"],
    ]
