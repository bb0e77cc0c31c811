"""The incident report: from beginning to end, without secrets, in words that no cluster forges."""

from datetime import UTC, datetime, timedelta

import pytest

from clusterwright.agents.diagnose.correlate import correlate
from clusterwright.agents.diagnose.diagnosis import RootCause
from clusterwright.agents.remediate.repair import Happened, Left, Moment, Repair, Result
from clusterwright.agents.remediate.told import Planned
from clusterwright.agents.report.incident import (
    Approval,
    IncidentReport,
    Run,
    approvals_of,
    report_of,
    to_json,
)
from clusterwright.agents.report.incident_markdown import to_markdown
from clusterwright.tools.change import DryRun, FieldChange, PlanStep
from clusterwright.tools.finding import Edge, LogEvidence, Remedy
from clusterwright.tools.ref import Ref
from tests.agents.found import NOON, answered, edge, finding

RUN = Run(NOON + timedelta(minutes=5), "Deployment/shop/cart", "shop")
TOKEN = "ghp_" + "a1B2c3D4e5F6" * 3


def root(title: str = "Image does not exist", line: str = "") -> RootCause:
    selects = edge("Service/shop/cart", Edge.SELECTS, "Deployment/shop/cart")
    ref = Ref.parse("Pod/shop/cart-1")
    said = (LogEvidence(ref=ref, container="app", line=line),) if line else ()
    found = correlate(
        [
            answered(
                finding(
                    "pod/image-not-found",
                    "Deployment/shop/cart",
                    title=title,
                    since=NOON,
                    evidence=said,
                ),
                finding("service/no-ready-endpoints", "Service/shop/cart", relations=(selects,)),
            )
        ]
    )
    return found.root_causes[0]


def at(seconds: int) -> datetime:
    return NOON + timedelta(seconds=seconds)


STEP = PlanStep(
    say="patch Deployment/shop/cart",
    object=Ref.parse("Deployment/shop/cart"),
    dry_run=DryRun.PASSED,
    diff=(FieldChange(path="spec.image", before="site:2", after="site:1"),),
    notes=("a warning",),
)
PLAN = Planned(
    plan_id="p-1",
    risk="low",
    reasons=("2 pods are replaced",),
    steps=(STEP,),
    proofs=("it is rolled out",),
    undo="every step can be undone",
)


def fixed() -> Repair:
    made = Repair(root(), Result.FIXED, Remedy(say="Take site:1", changes=({"kind": "patch"},)))
    made.plan, made.planned, made.server = "p-1", PLAN, "kubernetes"
    made.proven = ["it is rolled out"]
    made.left = [Left(made.root.symptoms[0])]
    made.moments = [
        Moment(NOON, Happened.BEGAN, made.root.title),
        Moment(at(60), Happened.SEEN),
        Moment(at(61), Happened.PLANNED, "p-1, risk low"),
        Moment(at(64), Happened.APPLIED, "patched"),
        Moment(at(66), Happened.PROVEN),
    ]
    return made


def report(*repairs: Repair) -> IncidentReport:
    return report_of(repairs, RUN, {"p-1": Approval("policy, ann", at(62))})


def test_the_timeline_is_in_order_and_tells_who_approved() -> None:
    [incident] = report(fixed()).incidents
    assert [(one.at, one.what) for one in incident.timeline] == [
        (NOON, Happened.BEGAN),
        (at(60), Happened.SEEN),
        (at(61), Happened.PLANNED),
        (at(62), Happened.APPROVED),
        (at(64), Happened.APPLIED),
        (at(66), Happened.PROVEN),
    ]
    assert incident.change is not None
    assert incident.change.approved_by == "policy, ann"


def test_json_is_versioned_and_reads_back_as_it_was() -> None:
    made = report(fixed())
    text = to_json(made)
    assert '"schema": "clusterwright.incident/v1"' in text
    assert IncidentReport.model_validate_json(text) == made
    assert to_json(report(fixed())) == text


def test_markdown_tells_it_from_beginning_to_end() -> None:
    text = to_markdown(report(fixed()))
    assert text == EXPECTED


EXPECTED = """\
# Incident report

- Made: 2026-11-23 12:05:00
- To be repaired: `Deployment/shop/cart`
- Namespace: `shop`

## 1. `Deployment/shop/cart`: repaired, and proven

- Cause: `Image does not exist`
- Code: `pod/image-not-found` (warning, proven)
- Cluster: `dev`

### For a person to decide

- `See to service/no-ready-endpoints on Service/shop/cart, which stays though its cause is gone.`

### Timeline (UTC)

- 2026-11-23 12:00:00 began: `Image does not exist`
- 2026-11-23 12:01:00 seen
- 2026-11-23 12:01:01 planned: `p-1, risk low`
- 2026-11-23 12:01:02 approved: `policy, ann`
- 2026-11-23 12:01:04 applied: `patched`
- 2026-11-23 12:01:06 proven

### Cause and evidence

```text
Deployment/shop/cart .status.x = y
```

### Symptoms, and how they hang on it

- `service/no-ready-endpoints on Service/shop/cart`: \
`service/no-ready-endpoints on Service/shop/cart`
- `service/no-ready-endpoints on Service/shop/cart` since `pod/image-not-found on \
Deployment/shop/cart`: `a Service is as ready as the Pods that it selects`, by \
`Service/shop/cart selects Deployment/shop/cart`

### Change

- What: `Take site:1`
- Plan: `p-1`, made by the server `kubernetes`
- Risk: low: `2 pods are replaced`
- Approved: `policy, ann`
- Way back: `every step can be undone`

```text
patch Deployment/shop/cart
  spec.image: site:2 -> site:1
  note: a warning
```

Look it up with `clusterwright plans p-1` and `clusterwright audit show --plan p-1`.

### Proof

- Held: `it is rolled out`
- Left over: `service/no-ready-endpoints on Service/shop/cart`
"""


@pytest.mark.parametrize(
    ("result", "decision"),
    [
        (Result.ASKS, "Tell a tag that exists."),
        (Result.REFUSED, "Make the change where it belongs: image.tag in the values of cart."),
        (Result.DECLINED, "Approve plan p-1, or say what is to be done instead."),
        (Result.PLANNED, "Apply plan p-1, which was only planned; or plan it again."),
        (Result.UNDONE, "Find another repair: plan p-1 did not help, and was undone."),
        (
            Result.FAILED,
            "Look at what stands of plan p-1: it did not work, and was not undone.",
        ),
        (
            Result.NOT_TRIED,
            "Repair it again once all servers answer: nobody knows whether it is gone.",
        ),
        (Result.NO_REMEDY, "No change is known that would repair it."),
    ],
)
def test_what_is_left_to_a_person_is_told_for_each_outcome(result: Result, decision: str) -> None:
    repair = Repair(root(), result, plan="p-1")
    repair.asked, repair.elsewhere = ["a tag that exists"], ["image.tag in the values of cart"]
    [incident] = report(repair).incidents
    assert incident.decide[0] == decision
    assert f"- `{decision}`" in to_markdown(report(repair))


def test_a_plan_that_was_not_applied_is_to_be_made_again() -> None:
    [incident] = report(Repair(root(), Result.REFUSED, plan="p-1")).incidents
    assert incident.decide == ("Plan it again: plan p-1 was not applied, and changed nothing.",)


def test_what_shows_only_since_the_repair_is_told_and_to_be_seen_to() -> None:
    repair = fixed()
    repair.left = [Left(repair.root.symptoms[0], shows=True)]
    made = report(repair)
    decision = (
        "See to service/no-ready-endpoints on Service/shop/cart, which shows now that"
        " pod/image-not-found is gone."
    )
    assert made.incidents[0].decide == (decision,)
    assert made.incidents[0].left[0].shows
    lines = to_markdown(made).splitlines()
    assert lines[6] == (
        "## 1. `Deployment/shop/cart`: repaired, and proven; another problem shows now"
    )
    assert lines[-1] == "- Shows now: `service/no-ready-endpoints on Service/shop/cart`"


def test_where_it_is_seen_tells_how_many_more_there_are() -> None:
    repair = fixed()
    pods = tuple(Ref.parse(f"Pod/shop/cart-{i}") for i in range(31))
    repair.root = root().model_copy(update={"members": pods, "more_members": 4})
    made = report(repair)
    assert (made.incidents[0].members, made.incidents[0].more_members) == (pods, 4)
    named = ", ".join(f"`{one}`" for one in pods[:30])
    assert f"- Seen on: {named} and 5 more" in to_markdown(made).splitlines()


def test_secrets_are_in_neither_form() -> None:
    repair = fixed()
    repair.root = root(line=f"login with {TOKEN} failed")
    repair.reasons = [f"token {TOKEN} is refused"]
    made = report(repair)
    assert TOKEN not in to_json(made)
    assert TOKEN not in to_markdown(made)


def test_text_of_the_cluster_is_read_as_nothing_but_text() -> None:
    words = "x` <script>alert(1)</script> [a](http://b) @team #1\n# Head\u202e"
    repair = fixed()
    repair.root = root(words, line=f"```\n{words}")
    repair.reasons = [words]
    text = to_markdown(report(repair))
    assert "\n# Head" not in text
    assert "\u202e" not in text
    heads = [line for line in text.splitlines() if line.startswith(("# ", "<"))]
    assert heads == ["# Incident report"]


def test_nothing_to_repair_makes_a_report_too() -> None:
    made = report_of([], Run(NOON, dry_run=True))
    assert to_markdown(made) == (
        "# Incident report\n\n- Made: 2026-11-23 12:00:00\n- Dry run: nothing was changed\n\n"
        "Nothing was found to repair.\n"
    )


def test_what_could_not_be_checked_is_told() -> None:
    run = Run(NOON, unchecked=(f"server helm: token {TOKEN} is refused",))
    made = report_of([], run)
    assert made.unchecked[0].startswith("server helm: token ")
    assert TOKEN not in made.unchecked[0]
    assert to_markdown(made) == (
        "# Incident report\n\n- Made: 2026-11-23 12:00:00\n\nCould not be checked:\n\n"
        f"- `{made.unchecked[0]}`\n\nNothing was repaired: not all could be checked.\n"
    )


def test_several_root_causes_are_listed_first() -> None:
    text = to_markdown(report(fixed(), Repair(root(), Result.GONE)))
    assert "1. `Deployment/shop/cart`: repaired, and proven\n2. `Deployment" in text


def test_who_approved_is_what_the_audit_says() -> None:
    lines = [
        {"event": "planned", "plan": "p-1", "at": "2026-11-23T12:00:01.000+00:00"},
        {
            "event": "applying",
            "plan": "p-1",
            "at": "2026-11-23T12:01:02.000+00:00",
            "approved": "policy",
            "who": "ann",
        },
        {"event": "applying", "plan": "p-2", "at": "2026-11-23T12:01:02+00:00"},
        {"event": "applying", "at": 7},
    ]
    assert approvals_of(lines) == {
        "p-1": Approval("policy, ann", at(62)),
        "p-2": Approval("", datetime(2026, 11, 23, 12, 1, 2, tzinfo=UTC)),
    }
