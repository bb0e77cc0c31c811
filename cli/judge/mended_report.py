"""Judge the incident report of a repair: whether it tells what happened, from beginning to end."""

from collections.abc import Iterator

from clusterwright.agents.remediate.repair import Happened, Result
from clusterwright.agents.report.incident import Incident, IncidentReport
from clusterwright.agents.report.incident_markdown import to_markdown
from clusterwright.deploy.sandbox.scenario.play import Truth

_PROVEN = (Happened.SEEN, Happened.PLANNED, Happened.APPROVED, Happened.APPLIED, Happened.PROVEN)
_LEFT = frozenset({Result.ASKS, Result.REFUSED, Result.NO_REMEDY})


def wrong_in(report: IncidentReport, truth: Truth) -> list[str]:
    """Return what a report does not tell of a truth, or tells otherwise than it was."""
    own = _about(report, truth)
    if own is None:
        return [f"the report does not tell of {truth.code} on {truth.subject}"]
    named = str(truth.subject) in to_markdown(report)
    told = [] if named else ["the report as Markdown does not name the subject"]
    return told + [f"the report {said}" for said in _wrong(own)]


def planned_by(report: IncidentReport, truth: Truth) -> str:
    """Return the server whose plan repaired a truth; empty if none was made."""
    own = _about(report, truth)
    return own.change.server if own is not None and own.change is not None else ""


def _about(report: IncidentReport, truth: Truth) -> Incident | None:
    codes, subject = {truth.code, *truth.also_allowed}, str(truth.subject)
    own = (one for one in report.incidents if str(one.subject) == subject and one.code in codes)
    return next(own, None)


def _wrong(one: Incident) -> Iterator[str]:
    times = [event.at for event in one.timeline]
    happened = tuple(event.what for event in one.timeline if event.what in _PROVEN)
    if times != sorted(times):
        yield f"does not tell what happened in its order: {[str(at) for at in times]}"
    if not one.evidence:
        yield "has no evidence"
    if one.symptoms and not one.links:
        yield "does not tell how the symptoms hang on the cause"
    if one.outcome is Result.FIXED:
        yield from _wrong_of_change(one)
        if happened != _PROVEN:
            yield f"tells of {', '.join(happened)} instead of {', '.join(_PROVEN)}"
    if one.outcome in _LEFT and not one.decide:
        yield "does not tell what a person must decide"
    if one.outcome in _LEFT and one.change is not None:
        yield f"tells of a change: {one.change.say}"


def _wrong_of_change(one: Incident) -> Iterator[str]:
    change = one.change
    if change is None:
        yield "tells of no change"
        return
    if not any(step.diff for step in change.steps):
        yield "shows no diff"
    if not change.approved_by.startswith("policy"):
        yield f"tells that {change.approved_by or 'nobody'} approved, and it was the policy"
    if change.proofs and not one.proven:
        yield "tells of no proof that held"
