"""The tool that carries a planned fix out, once approved, and sees to it that it helped."""

from collections.abc import Sequence
from typing import Annotated

import anyio
from pydantic import Field

from clusterwright.agents.diagnose.diagnosis import named
from clusterwright.agents.remediate.fix import Fixer, Say
from clusterwright.agents.remediate.present import Present
from clusterwright.agents.remediate.repair import Left, Repair, Result
from clusterwright.agents.serving.telling import saying
from clusterwright.agents.serving.workplace import Planned, Workplace
from clusterwright.tools.answer import Answer
from clusterwright.tools.caller import Caller, Said
from clusterwright.tools.errors import ConflictError, RefusedError, UnreachableError
from clusterwright.tools.excerpt import few, one_line
from clusterwright.tools.ref import Ref
from clusterwright.tools.tool import Effect, Tool

_MOST_TOLD = 30
_SHOWS = "Fixed: the finding is gone, but its object shows another problem now"
_HEADLINES = {
    Result.FIXED: "Fixed: the finding is gone, and nothing new has appeared",
    Result.UNDONE: "It was not proven to help, and was undone",
    Result.DECLINED: "Nothing was changed: it was not approved",
    Result.REFUSED: "Nothing was changed",
    Result.FAILED: "It did not work, and something stands that was done",
}


class AppliedFix(Answer):
    """What came of a planned fix, honestly."""

    plan_id: str
    result: Result = Field(description="fixed: proven at the cause and at its symptoms.")
    code: str
    subject: Ref
    did: tuple[str, ...] = Field(default=(), description="What was done, in its order.")
    proven: tuple[str, ...] = Field(default=(), description="Proofs that held.")
    left: tuple[str, ...] = Field(default=(), description="Symptoms that have not gone yet.")
    shows: tuple[str, ...] = Field(
        default=(), description="Problems of the same object that were not told before."
    )
    problems: tuple[str, ...] = ()
    undo_plan_id: str | None = Field(
        default=None, description="The way back, where that needs an approval of its own."
    )
    next: str | None = None

    def render(self) -> str:
        """Return one line on the outcome, then the problems and what was done."""
        about = named(self.code, self.subject)
        said = _SHOWS if self.shows else _HEADLINES.get(self.result, self.result)
        lines = [f"{said}: {about} (plan {self.plan_id})."]
        lines += [f"problem: {one_line(one, 600)}" for one in self.problems]
        lines += [f"left: {one_line(one)}" for one in self.left]
        lines += [f"did: {one_line(one)}" for one in self.did]
        lines += [f"proven: {one_line(one)}" for one in self.proven]
        lines += [f"Next: {self.next}"] if self.next else []
        return "\n".join(lines)


async def consent(work: Workplace, plan_id: str) -> str | None:
    """Return what a person must agree to before a fix is applied; None if it is covered already."""
    return await work.question(plan_id)


async def apply_fix(
    work: Workplace,
    caller: Caller,
    plan_id: Annotated[str, Field(max_length=60, description="From plan_fix.")],
) -> AppliedFix:
    """Carry out a planned fix once a person approved it; prove that cause and symptoms are gone.

    What does not help is undone; a plan acts at most once.
    """
    planned = work.plan(plan_id)
    _require_consent(caller, plan_id)
    answers: list[AppliedFix] = []
    with anyio.CancelScope(shield=True):  # a client that leaves leaves no half-proven change
        answers.append(await _apply(work, caller, planned, plan_id))
    return answers[0]


TOOL = Tool(apply_fix, Effect.DESTROY, "Apply a planned fix", idempotent=False, ask=consent)


def _require_consent(caller: Caller, plan: str) -> None:
    """Raise RefusedError unless a person agreed, or a policy or a signature covers the plan.

    Whether one does is for the server that applies it to judge.
    """
    match caller.said:
        case Said.YES | Said.NOT_ASKED:
            return
        case Said.UNABLE:
            raise RefusedError(
                f"plan {plan} needs a person's approval, and this client cannot ask for it (it has"
                " no elicitation); nothing was changed",
                hint=f"have them run: clusterwright approve {plan}; then call this again",
            )
        case Said.NO | Said.CANCELLED:
            raise RefusedError(
                f"the person who was asked did not agree to plan {plan}; nothing was changed",
                hint="ask them what they want instead",
            )


async def _apply(work: Workplace, caller: Caller, planned: Planned, plan: str) -> AppliedFix:
    """Carry a plan out and return what came of it; the way back may want a word of its own."""
    said: list[str] = []
    agreed = caller.said is Said.YES
    async with saying(caller.tell) as say, work.applying(plan, agreed=agreed) as unanswered:

        def note(sentence: str) -> None:
            """Tell what is done, and keep it for the answer."""
            said.append(sentence)
            say(sentence)

        repair = await (_go_back if planned.back else _carry_out)(work, planned, plan, note)
        undos = [one for one in unanswered if one != plan]  # what is planned stays what it is
        for undo in undos:
            work.keep_plan(undo, Planned(planned.scope, repair, planned.hands, back=True))
        return _answer(plan, repair, said, undo=(*undos, "")[0])


async def _carry_out(work: Workplace, planned: Planned, plan: str, say: Say) -> Repair:
    """Apply a plan if its cause is still there; wait until cause and symptoms are gone."""
    old = planned.repair.root
    say(f"looking whether {named(old.code, old.subject)} is still there")
    found = await work.look(planned.scope)
    root = Present(found).itself(old, planned.twins)
    if root is None and (silent := found.silent()):
        raise UnreachableError(
            f"{named(old.code, old.subject)} is not found, but {few(silent, _MOST_TOLD)} did not"
            " answer, so nobody knows whether it is gone; nothing was changed",
            hint="call this again once all answer; diagnose tells why they do not",
        )
    if root is None:
        raise ConflictError(
            f"{named(old.code, old.subject)} is no root cause any more; nothing was changed",
            hint="diagnose tells what is wrong now",
        )
    before = planned.repair
    repair = Repair(root, Result.PLANNED, before.remedy, plan, server=before.server)
    hub, wait = await work.hub(), work.patience
    fixer = Fixer(hub, planned.scope, dry_run=False, say=say, patience=wait)
    await fixer.carry_out(found, repair)
    return repair


async def _go_back(work: Workplace, planned: Planned, plan: str, say: Say) -> Repair:
    """Apply the plan that undoes a fix which did not help."""
    repair = Repair(planned.repair.root, Result.FAILED, plan=plan)
    say(f"undoing: {plan}")
    applied = await planned.hands.applied(await work.hub(), plan, say)
    repair.result = Result.UNDONE if applied.took_place else Result.FAILED
    repair.reasons += applied.problems
    return repair


def _answer(plan: str, repair: Repair, said: Sequence[str], undo: str) -> AppliedFix:
    return AppliedFix(
        cluster=repair.root.cluster,
        plan_id=plan,
        result=repair.result,
        code=repair.root.code,
        subject=repair.root.subject,
        did=tuple(dict.fromkeys(said))[-_MOST_TOLD:],
        proven=tuple(repair.proven[:_MOST_TOLD]),
        left=tuple(_left(one) for one in repair.left if not one.shows)[:_MOST_TOLD],
        shows=tuple(repair.shows[:_MOST_TOLD]),
        problems=tuple(repair.reasons),
        undo_plan_id=undo or None,
        next=_next(repair, undo),
    )


def _left(left: Left) -> str:
    symptom = named(left.symptom.code, left.symptom.subject)
    return f"{symptom}: {left.why}" if left.why else symptom


def _next(repair: Repair, undo: str) -> str | None:
    if undo:
        return f"ask the person whether to go back, then apply_fix(plan_id={undo!r})"
    if repair.result is Result.FIXED and not repair.shows:
        return None
    return "diagnose tells what is wrong now"
