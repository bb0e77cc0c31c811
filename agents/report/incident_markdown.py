"""An incident report as Markdown, to file beside a ticket: what servers said stands in code."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from clusterwright.agents.diagnose.diagnosis import named
from clusterwright.agents.remediate.repair import Result
from clusterwright.agents.report.evidence import evidence_lines
from clusterwright.agents.report.incident import Incident, IncidentReport, PlannedChange
from clusterwright.agents.report.markdown import code, code_block
from clusterwright.agents.report.said import first_lines, folded, seen_on
from clusterwright.tools.change import PlanStep

_OUTCOMES = {
    Result.FIXED: "repaired, and proven",
    Result.GONE: "gone by itself",
    Result.PLANNED: "planned only (dry run)",
    Result.ASKS: "waits for what only a person can tell",
    Result.REFUSED: "refused: the change belongs elsewhere, must not be made, or not as planned",
    Result.DECLINED: "not approved",
    Result.UNDONE: "tried, and undone",
    Result.FAILED: "FAILED: something stands that was done, or nobody knows what was",
    Result.NOT_TRIED: "not tried: it could not be looked at again",
    Result.NO_REMEDY: "left to a person",
}
_MOST = 30
_MOST_OF_A_CHANGE = 200
_REST = "more lines, in the report as JSON"


def to_markdown(report: IncidentReport) -> str:
    """Return the document: what came of it all, then each root cause from beginning to end."""
    incidents = report.incidents
    blocks = ["# Incident report", "\n".join(_head(report))]
    if len(incidents) > 1:
        blocks.append("\n".join(_contents(incidents)))
    if report.unchecked:
        blocks += ["Could not be checked:", _listed(folded(report.unchecked))]
    if not incidents:
        blind = "Nothing was repaired: not all could be checked."
        blocks.append(blind if report.unchecked else "Nothing was found to repair.")
    for number, one in enumerate(incidents, 1):
        blocks += _incident(number, one)
    return "\n\n".join(blocks) + "\n"


def _head(report: IncidentReport) -> Iterator[str]:
    yield f"- Made: {_time(report.made)}"
    if report.about:
        yield f"- To be repaired: {code(report.about)}"
    if report.namespace:
        yield f"- Namespace: {code(report.namespace)}"
    if report.dry_run:
        yield "- Dry run: nothing was changed"


def _contents(incidents: Iterable[Incident]) -> Iterator[str]:
    for number, one in enumerate(incidents, 1):
        yield f"{number}. {code(str(one.subject))}: {_outcome(one)}"


def _outcome(one: Incident) -> str:
    shows = one.outcome is Result.FIXED and any(left.shows for left in one.left)
    return _OUTCOMES[one.outcome] + ("; another problem shows now" if shows else "")


def _incident(number: int, one: Incident) -> Iterator[str]:
    yield f"## {number}. {code(str(one.subject))}: {_outcome(one)}"
    yield "\n".join(_facts(one))
    if one.decide:
        yield "### For a person to decide"
        yield _listed(one.decide)
    yield "### Timeline (UTC)"
    yield "\n".join(_timeline(one))
    yield "### Cause and evidence"
    yield code_block(first_lines(evidence_lines(one.evidence), _MOST, _REST))
    if one.symptoms:
        yield "### Symptoms, and how they hang on it"
        yield "\n".join(_symptoms(one))
    if one.change is not None:
        yield "### Change"
        yield from _change(one.change)
    if one.proven or one.left:
        yield "### Proof"
        yield "\n".join(_proof(one))
    if one.reasons:
        yield "### Why it ended so"
        yield _listed(one.reasons)


def _facts(one: Incident) -> Iterator[str]:
    yield f"- Cause: {code(one.title)}"
    yield f"- Code: {code(one.code)} ({one.severity}, {one.certainty})"
    if one.cluster:
        yield f"- Cluster: {code(one.cluster)}"
    shown, left = seen_on(one, _MOST)
    if shown or left:
        more = f" and {left} more" if left else ""
        yield f"- Seen on: {', '.join(map(code, shown))}{more}"
    for where in one.belongs:
        yield f"- The change belongs to: {code(where)}"


def _timeline(one: Incident) -> Iterator[str]:
    for event in one.timeline:
        said = f": {code(event.said)}" if event.said else ""
        yield f"- {_time(event.at)} {event.what}{said}"


def _symptoms(one: Incident) -> Iterator[str]:
    for symptom in one.symptoms[:_MOST]:
        yield f"- {code(named(symptom.code, symptom.subject))}: {code(symptom.title)}"
    for link in one.links[:_MOST]:
        way = f", by {code(' '.join(link.path))}" if link.path else ""
        yield f"- {code(link.effect)} since {code(link.cause)}: {code(link.because)}{way}"
    left = max(len(one.symptoms) - _MOST, 0) + max(len(one.links) - _MOST, 0)
    if left:
        yield f"- and {left} more, in the report as JSON"


def _change(change: PlannedChange) -> Iterator[str]:
    yield "\n".join(_plan(change))
    steps = [line for step in change.steps for line in _step(step)]
    yield code_block(first_lines(steps, _MOST_OF_A_CHANGE, _REST))
    yield (
        f"Look it up with {code(f'clusterwright plans {change.plan}')} and"
        f" {code(f'clusterwright audit show --plan {change.plan}')}."
    )


def _plan(change: PlannedChange) -> Iterator[str]:
    yield f"- What: {code(change.say)}"
    yield f"- Plan: {code(change.plan)}, made by the server {code(change.server)}"
    why = f": {code('; '.join(change.reasons))}" if change.reasons else ""
    yield f"- Risk: {change.risk}{why}"
    yield f"- Approved: {code(change.approved_by) if change.approved_by else 'by nobody yet'}"
    if change.undo:
        yield f"- Way back: {code(change.undo)}"


def _step(step: PlanStep) -> Iterator[str]:
    yield step.say
    for one in step.diff:
        before = "" if one.before is None else one.before
        after = "" if one.after is None else one.after
        if "\n" not in before + after:
            yield f"  {one.path}: {before or '(nothing)'} -> {after or '(nothing)'}"
            continue
        yield f"  {one.path}:"
        yield from (f"  - {line}" for line in before.splitlines())
        yield from (f"  + {line}" for line in after.splitlines())
    yield from (f"  note: {note}" for note in step.notes)
    if step.irreversible:
        yield f"  cannot be undone: {step.irreversible}"


def _proof(one: Incident) -> Iterator[str]:
    yield from (f"- Held: {code(said)}" for said in one.proven)
    for left in one.left:
        symptom = named(left.symptom.code, left.symptom.subject)
        why = f" ({code(left.why)})" if left.why else ""
        yield f"- {'Shows now' if left.shows else 'Left over'}: {code(symptom)}{why}"


def _listed(lines: Iterable[str]) -> str:
    return "\n".join(f"- {code(line)}" for line in lines)


def _time(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
