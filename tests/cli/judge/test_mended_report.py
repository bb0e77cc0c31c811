"""What a judge of repairs looks for in an incident report."""

from datetime import timedelta

from clusterwright.agents.diagnose.correlate import correlate
from clusterwright.agents.remediate.repair import Happened, Moment, Repair, Result
from clusterwright.agents.remediate.told import Planned
from clusterwright.agents.report.incident import Approval, IncidentReport, Run, report_of
from clusterwright.cli.judge.mended_report import wrong_in
from clusterwright.deploy.sandbox.scenario.play import Truth
from clusterwright.tools.change import DryRun, FieldChange, PlanStep
from clusterwright.tools.ref import Ref
from tests.agents.found import NOON, answered, finding

CART = Ref.parse("Deployment/shop/cart")
TRUTH = Truth(code="pod/image-not-found", subject=CART)
STEP = PlanStep(
    say="patch", object=CART, dry_run=DryRun.PASSED, diff=(FieldChange(path="a", after="b"),)
)
WHOLE = (*(Happened.SEEN, Happened.PLANNED, Happened.APPROVED, Happened.APPLIED, Happened.PROVEN),)


def repaired(result: Result, *moments: Happened, planned: bool = False) -> Repair:
    [root] = correlate([answered(finding(TRUTH.code, str(CART)))]).root_causes
    repair = Repair(root, result)
    times = [NOON + timedelta(seconds=number) for number in range(len(moments))]
    repair.moments = [Moment(at, what) for at, what in zip(times, moments, strict=True)]
    if planned:
        repair.plan = "p-1"
        repair.planned = Planned(plan_id="p-1", steps=(STEP,), proofs=("it runs",))
        repair.proven = ["it runs"]
    return repair


def report(repair: Repair, by: str = "policy, ann") -> IncidentReport:
    """Return the report of a repair whose approval the audit has one second after its plan."""
    approvals = {"p-1": Approval(by, NOON + timedelta(seconds=1.5))} if by else {}
    return report_of([repair], Run(NOON), approvals)


MOMENTS = tuple(one for one in WHOLE if one is not Happened.APPROVED)


def test_a_repair_that_is_told_from_beginning_to_end_is_right() -> None:
    assert wrong_in(report(repaired(Result.FIXED, *MOMENTS, planned=True)), TRUTH) == []


def test_what_is_left_to_a_person_must_say_what_they_decide() -> None:
    left = repaired(Result.ASKS, Happened.SEEN)
    assert wrong_in(report(left), TRUTH) == ["the report does not tell what a person must decide"]
    left.asked = ["a tag"]
    assert wrong_in(report(left), TRUTH) == []


def test_a_fault_that_is_not_in_it_is_missed() -> None:
    other = Truth(code="pod/crash-loop", subject=CART)
    assert wrong_in(report(repaired(Result.GONE)), other) == [
        "the report does not tell of pod/crash-loop on Deployment/shop/cart"
    ]


def test_a_repair_without_change_approval_or_proof_is_wrong() -> None:
    assert wrong_in(report(repaired(Result.FIXED, *MOMENTS)), TRUTH)[0] == (
        "the report tells of no change"
    )
    unproven = repaired(Result.FIXED, *MOMENTS, planned=True)
    unproven.proven = []
    assert wrong_in(report(unproven, by=""), TRUTH) == [
        "the report tells that nobody approved, and it was the policy",
        "the report tells of no proof that held",
        "the report tells of seen, planned, applied, proven instead of seen, planned, approved,"
        " applied, proven",
    ]


def test_a_change_where_none_was_right_is_wrong() -> None:
    touched = repaired(Result.REFUSED, planned=True)
    assert wrong_in(report(touched), TRUTH) == ["the report tells of a change: "]
