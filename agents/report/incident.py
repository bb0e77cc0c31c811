"""An incident report: what was wrong and why, what was done, and what a person must decide.

One document for all root causes of a run of repairs, versioned by its `schema` member. It holds
what servers told, without secrets; `incident_markdown.py` writes it for people.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from clusterwright.agents.diagnose.diagnosis import Certainty, Link, RootCause, Symptom, named
from clusterwright.agents.remediate.repair import Happened, Left, Moment, Repair, Result
from clusterwright.tools.change import PlanStep
from clusterwright.tools.finding import Evidence, Severity
from clusterwright.tools.neutral import neutral_json
from clusterwright.tools.redaction import redact_json
from clusterwright.tools.ref import Ref

SCHEMA = "clusterwright.incident/v1"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, populate_by_name=True)


class Event(_Part):
    """A moment of an incident, in UTC."""

    at: AwareDatetime
    what: Happened
    said: str = ""


class PlannedChange(_Part):
    """The change that was planned, as its plan told it."""

    plan: str = Field(description="For `clusterwright plans` and `clusterwright audit`.")
    server: str
    say: str = Field(description="What it does.")
    risk: str = ""
    reasons: tuple[str, ...] = Field(default=(), description="For the risk.")
    steps: tuple[PlanStep, ...] = ()
    more_steps: int = Field(default=0, description="Left out here: the plan has them.")
    proofs: tuple[str, ...] = Field(default=(), description="What must be true after it.")
    undo: str = ""
    approved_by: str = Field(default="", description="Whose word it was applied on.")


class LeftOver(_Part):
    """What was there when a cause was proven to be gone."""

    symptom: Symptom
    why: str = ""
    shows: bool = Field(
        default=False,
        description="It is no symptom, but a problem of the same object that was not told before.",
    )


class Incident(_Part):
    """One root cause from its beginning to its end."""

    id: str
    cluster: str
    outcome: Result
    code: str
    subject: Ref
    severity: Severity
    certainty: Certainty
    title: str
    since: datetime | None = None
    timeline: tuple[Event, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    members: tuple[Ref, ...] = ()
    more_members: int = Field(default=0, description="Objects that show it as well, left out.")
    symptoms: tuple[Symptom, ...] = ()
    links: tuple[Link, ...] = Field(default=(), description="How the symptoms hang on the cause.")
    change: PlannedChange | None = None
    proven: tuple[str, ...] = Field(default=(), description="Proofs that held.")
    left: tuple[LeftOver, ...] = ()
    reasons: tuple[str, ...] = Field(default=(), description="Why it ended as it did.")
    belongs: tuple[str, ...] = Field(default=(), description="Where the change belongs.")
    decide: tuple[str, ...] = Field(default=(), description="What a person must decide, and why.")


class IncidentReport(_Part):
    """All root causes of one run of repairs."""

    schema_name: Literal["clusterwright.incident/v1"] = Field(default=SCHEMA, alias="schema")
    made: AwareDatetime
    about: str = Field(default="", description="What was to be repaired; empty: all.")
    namespace: str = Field(default="", description="Where was looked; empty: everywhere.")
    dry_run: bool = False
    unchecked: tuple[str, ...] = Field(
        default=(), description="What was not looked at before the repairs, and why."
    )
    incidents: tuple[Incident, ...] = ()


@dataclass(frozen=True, slots=True)
class Approval:
    """Who let a plan be applied, and when, as the audit has it."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Run:
    """What a report is of."""

    made: datetime
    about: str = ""
    namespace: str = ""
    dry_run: bool = False
    unchecked: tuple[str, ...] = ()


def report_of(
    repairs: Sequence[Repair], run: Run, approvals: Mapping[str, Approval] | None = None
) -> IncidentReport:
    """Return the report of repairs; `approvals` are those of the audit, by plan."""
    known = approvals or {}
    report = IncidentReport(
        made=run.made,
        about=run.about,
        namespace=run.namespace,
        dry_run=run.dry_run,
        unchecked=run.unchecked,
        incidents=tuple(_incident(one, known.get(one.plan)) for one in repairs),
    )
    safe = neutral_json(redact_json(report.model_dump(mode="json", by_alias=True)))
    return IncidentReport.model_validate(safe)


def to_json(report: IncidentReport) -> str:
    """Return the document as JSON."""
    return report.model_dump_json(by_alias=True, indent=2)


def _incident(repair: Repair, approval: Approval | None) -> Incident:
    root = repair.root
    return Incident(
        id=root.id,
        cluster=root.cluster,
        outcome=repair.result,
        code=root.code,
        subject=root.subject,
        severity=root.severity,
        certainty=root.certainty,
        title=root.title,
        since=root.since,
        timeline=tuple(_timeline(repair, approval)),
        evidence=root.evidence,
        members=root.members,
        more_members=root.more_members,
        symptoms=root.folded,
        links=root.links,
        change=_change(repair, approval),
        proven=tuple(repair.proven),
        left=tuple(
            LeftOver(symptom=one.symptom, why=one.why, shows=one.shows) for one in repair.left
        ),
        reasons=tuple(dict.fromkeys(repair.reasons)),
        belongs=tuple(dict.fromkeys(repair.elsewhere)),
        decide=tuple(dict.fromkeys(_decisions(repair, root))),
    )


def _timeline(repair: Repair, approval: Approval | None) -> list[Event]:
    """Return what happened, in the order in which it did."""
    moments = list(repair.moments)
    if approval is not None:
        moments.append(Moment(approval.at, Happened.APPROVED, approval.by))
    order = tuple(Happened)
    moments.sort(key=lambda one: (one.at, order.index(one.what)))
    return [Event(at=one.at, what=one.what, said=one.said) for one in moments]


def _change(repair: Repair, approval: Approval | None) -> PlannedChange | None:
    plan = repair.planned
    if plan is None or not repair.plan:
        return None
    return PlannedChange(
        plan=repair.plan,
        server=repair.server,
        say=repair.remedy.say if repair.remedy else "",
        risk=plan.risk or "",
        reasons=plan.reasons,
        steps=plan.steps,
        more_steps=plan.more_steps,
        proofs=plan.proofs,
        undo=plan.undo or "",
        approved_by=approval.by if approval else "",
    )


def _decisions(repair: Repair, root: RootCause) -> Iterator[str]:
    """Yield what is left to a person."""
    match repair.result:
        case Result.ASKS:
            yield from (f"Tell {one}." for one in repair.asked)
        case Result.REFUSED:
            yield from _refused(repair)
        case Result.DECLINED:
            yield f"Approve plan {repair.plan}, or say what is to be done instead."
        case Result.PLANNED:
            yield f"Apply plan {repair.plan}, which was only planned; or plan it again."
        case Result.FAILED:
            yield (
                f"Look at what stands of plan {repair.plan}: it did not work, and was not undone."
            )
        case Result.UNDONE:
            yield f"Find another repair: plan {repair.plan} did not help, and was undone."
        case Result.NOT_TRIED:
            yield "Repair it again once all servers answer: nobody knows whether it is gone."
        case Result.NO_REMEDY:
            known = f" What may: {root.next.fix}" if root.next.fix else ""
            yield f"No change is known that would repair it.{known}"
        case Result.FIXED | Result.GONE:
            yield from (_see_to(one, root) for one in repair.left if not one.why)


def _see_to(left: Left, root: RootCause) -> str:
    """Return what is to be done about what is left."""
    what = f"See to {named(left.symptom.code, left.symptom.subject)}"
    if left.shows:
        return f"{what}, which shows now that {root.code} is gone."
    return f"{what}, which stays though its cause is gone."


def _refused(repair: Repair) -> Iterator[str]:
    """Yield what is left of a change that was refused: when it was planned, or when applied."""
    if repair.plan and not repair.elsewhere:
        yield f"Plan it again: plan {repair.plan} was not applied, and changed nothing."
        return
    belongs = repair.elsewhere or ["where it was refused to be made"]
    yield from (f"Make the change where it belongs: {one}." for one in belongs)
    yield from (f"Or tell {one}." for one in repair.asked)


def approvals_of(lines: Sequence[Mapping[str, object]]) -> dict[str, Approval]:
    """Return who approved which plan, from the lines of the audit."""
    found: dict[str, Approval] = {}
    for line in lines:
        plan, at = line.get("plan"), line.get("at")
        if line.get("event") == "applying" and isinstance(plan, str) and isinstance(at, str):
            who = ", ".join(filter(None, (_text(line, "approved"), _text(line, "who"))))
            found[plan] = Approval(who, datetime.fromisoformat(at))
    return found


def _text(line: Mapping[str, object], key: str) -> str:
    value = line.get(key)
    return value if isinstance(value, str) else ""
