"""The tool that works out the repair of a root cause, by the server that owns the change."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Annotated

from pydantic import Field

from clusterwright.agents.diagnose.diagnosis import named
from clusterwright.agents.remediate.fix import Fixer
from clusterwright.agents.remediate.hands import Hands
from clusterwright.agents.remediate.present import Present
from clusterwright.agents.remediate.repair import Repair, Result
from clusterwright.agents.serving.chosen import look_for
from clusterwright.agents.serving.parameters import Cluster, Subject
from clusterwright.agents.serving.telling import saying
from clusterwright.agents.serving.workplace import Planned, Workplace
from clusterwright.tools.answer import BUDGET, Answer, longest
from clusterwright.tools.caller import Tell
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.ref import Ref
from clusterwright.tools.tool import Effect, Tool

_LONGEST_LINE = 400
_HEADLINES = {
    Result.PLANNED: "Planned",
    Result.ASKS: "A person has to tell something first",
    Result.REFUSED: "Not to be changed here",
    Result.NO_REMEDY: "No ready-made repair is known; a person has to decide",
}


class PlannedFix(Answer):
    """A plan that would repair a root cause, or why there is none."""

    result: Result = Field(description="planned; asks, refused, no remedy: see reasons.")
    cause: str = Field(description="Its id.")
    code: str
    subject: Ref
    title: str
    plan_id: str | None = Field(default=None, description="To apply it by.")
    risk: str | None = None
    expires: datetime | None = None
    does: str | None = Field(default=None, description="What the repair does.")
    tool: str | None = Field(default=None, description="Whose plan it is.")
    plan: tuple[str, ...] = Field(
        default=(), description="Steps, diff, risk, proofs and the way back, line by line."
    )
    more_lines: int | None = Field(
        default=None, description="Left out: `clusterwright plans ID` has all."
    )
    reasons: tuple[str, ...] = ()
    asks: tuple[str, ...] = Field(default=(), description="What only a person can tell.")
    belongs: tuple[str, ...] = Field(default=(), description="Where the change belongs.")
    next: str | None = None

    def render(self) -> str:
        """Return one line on the outcome, the reasons, then the plan as its server told it."""
        lines = [f"{_HEADLINES.get(self.result, self.result)}: {named(self.code, self.subject)}."]
        lines += [f"cause: {one_line(self.title)}"]
        lines += [f"repair: {one_line(self.does)}"] if self.does else []
        lines += [f"reason: {one_line(one, 600)}" for one in self.reasons]
        lines += [f"belongs to: {one_line(one)}" for one in self.belongs]
        lines += self.plan
        if self.more_lines:
            lines.append(f"{self.more_lines} more lines: clusterwright plans {self.plan_id}")
        lines += [f"Next: {self.next}"] if self.next else []
        return "\n".join(lines)


async def plan_fix(
    work: Workplace,
    tell: Tell,
    cause: Annotated[
        str, Field(min_length=1, max_length=100, description="Id of a cause, or a finding code.")
    ],
    subject: Subject = None,
    cluster: Cluster = None,
) -> PlannedFix:
    """Plan the repair of a root cause where the change belongs, or tell why a person must decide.

    Changes nothing: the plan has diff, risk, proofs and the way back, and apply_fix takes its id.
    """
    scope, found, root = await look_for(work, cause, subject, cluster)
    async with saying(tell) as say:
        say(f"planning the repair of {named(root.code, root.subject)}")
        repair = await Fixer(await work.hub(), scope, dry_run=True, say=say).fix(found, root)
    hands = found.hands_by(repair.server) if repair.plan else None
    if hands is not None:
        twins = Present(found).twins(root)
        work.keep_plan(repair.plan, Planned(scope, repair, hands, twins=twins))
    lines = list(_lines(repair.told))
    make = partial(_answer, work, repair, hands, lines)
    return longest(make, len(lines), BUDGET) if lines else make(0)


TOOL = Tool(plan_fix, Effect.PLAN, "Plan the repair of a root cause", idempotent=False, tells=True)


def _answer(
    work: Workplace, repair: Repair, hands: Hands | None, lines: Sequence[str], most: int
) -> PlannedFix:
    root = repair.root
    by_hand = repair.result is Result.NO_REMEDY and root.next.fix
    return PlannedFix(
        cluster=root.cluster,
        result=repair.result,
        cause=root.id,
        code=root.code,
        subject=root.subject,
        title=root.title,
        plan_id=repair.plan or None,
        risk=repair.planned.risk if repair.planned else None,
        expires=repair.planned.expires if repair.planned else None,
        does=repair.remedy.say if repair.remedy else None,
        tool=hands.plan if hands else None,
        plan=tuple(lines[:most]),
        more_lines=len(lines) - most or None,
        reasons=tuple(repair.reasons) + ((f"by hand: {root.next.fix}",) if by_hand else ()),
        asks=tuple(repair.asked),
        belongs=tuple(repair.elsewhere),
        next=_next(work, repair),
    )


def _lines(told: Iterable[str]) -> Iterator[str]:
    """Yield the lines of a plan but for its server's advice, which is about tools of its own."""
    for one in told:
        if not one.startswith("Next: "):
            indent = one[: len(one) - len(one.lstrip(" "))]
            yield f"{indent}{one_line(one, _LONGEST_LINE)}"


def _next(work: Workplace, repair: Repair) -> str | None:
    match repair.result:
        case Result.PLANNED if work.may_apply:
            return f"show it to the person, then apply_fix(plan_id={repair.plan!r})"
        case Result.PLANNED:
            return (
                f"nothing is applied here; a person can run: clusterwright apply {repair.plan},"
                " or start this server with --access write"
            )
        case Result.ASKS:
            return "ask the person, then plan it with the tool that explain(cause=...) names"
        case _:
            return None
