"""Carry out a plan: once, if it is approved, and if all that it rests on is as it was."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import anyio
from anyio import to_thread

from clusterwright.tools.caller import Caller, Said
from clusterwright.tools.change import DryRun, Plan, State
from clusterwright.tools.errors import ConflictError, RefusedError, ToolError
from clusterwright.tools.kubernetes.apply_change import AppliedChange
from clusterwright.tools.kubernetes.changes.carry_out import Note, Outcome, Work
from clusterwright.tools.kubernetes.changes.draft import Draft, draft
from clusterwright.tools.kubernetes.changes.inverse import joined
from clusterwright.tools.kubernetes.changes.lineage import lineage
from clusterwright.tools.kubernetes.changes.question import question
from clusterwright.tools.kubernetes.changes.record import record
from clusterwright.tools.kubernetes.changes.resolve import require_own, resolve
from clusterwright.tools.kubernetes.changes.why import causes
from clusterwright.tools.kubernetes.desk import Desk
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.trust.approved import approved_by
from clusterwright.tools.trust.authority import actor
from clusterwright.tools.trust.plan_store import Kept, PlanStore, spent
from clusterwright.tools.trust.risk import Access

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.connection import Connection

_EARLIER = {"undo": State.UNDONE, "finish": State.APPLIED}


async def ask(desk: Desk, plan_id: str) -> str | None:
    """Return what a person must agree to before a plan is applied; None if it is covered already.

    Raises what `k8s_apply_change` raises for a plan that cannot be applied at all.
    """
    plan = await _plan(desk, plan_id)
    if await to_thread.run_sync(_covered, desk, plan):
        return None
    return question(plan)


async def apply(desk: Desk, caller: Caller, plan_id: str) -> AppliedChange:
    """Carry out a plan, after a person approved it, and prove that it worked; undo it if not.

    A plan acts at most once, and only on what it was made for.
    """
    plan = await _plan(desk, plan_id)
    by = await to_thread.run_sync(_covered, desk, plan) or _agreed(caller, plan, desk)
    connection = await desk.clusters.connect(plan.cluster)
    found = await _unchanged(desk, connection, plan)
    await to_thread.run_sync(_consume, desk, plan, by, caller)
    return await _to_its_end(desk, connection, _Job(plan, found, caller))


@dataclass(frozen=True, slots=True)
class _Job:
    plan: Plan
    draft: Draft
    caller: Caller


async def _plan(desk: Desk, plan_id: str) -> Plan:
    """Return a plan that may still be applied; raise RefusedError."""
    kept: Kept = await to_thread.run_sync(lambda: desk.authority.store.get(plan_id))
    plan = kept.plan
    require_own(plan, desk.vocabulary)
    desk.authority.require(plan.cluster, Access.WRITE)
    if kept.state is not State.PLANNED:
        raise spent(plan.id, kept.state)
    if datetime.now(UTC) > plan.expires:
        raise RefusedError(
            f"plan {plan.id} expired at {plan.expires:%Y-%m-%d %H:%M:%SZ}",
            hint=_plan_again(desk),
        )
    if any(one.dry_run in {DryRun.FORBIDDEN, DryRun.REFUSED} for one in plan.steps):
        raise RefusedError(f"the API server would not take plan {plan.id}", hint=_plan_again(desk))
    return plan


def _covered(desk: Desk, plan: Plan) -> str:
    """Return whose word covers a plan without a question; empty if nobody's does."""
    authority = desk.authority
    if not plan.steps:
        return "nothing is written"  # it waits for the proofs of what was
    signed = approved_by(authority, plan, datetime.now(UTC))
    if signed:
        return f"signed by {signed}"
    allowed = authority.policy.allows_unattended(
        kinds={desk.vocabulary.spelled(str(one["kind"])) for one in plan.changes},
        namespaces={one.object.namespace for one in plan.steps},
        cluster=plan.cluster,
        risk=plan.risk,
    )
    return "policy" if allowed and not plan.override_owner else ""


def _plan_again(desk: Desk) -> str:
    return desk.authority.guidance.plan_again(desk.vocabulary.plan_tool)


def _agreed(caller: Caller, plan: Plan, desk: Desk) -> str:
    """Return that a person agreed; raise RefusedError for any other answer, also for none."""
    guidance = desk.authority.guidance
    match caller.said:
        case Said.YES:
            return "asked, and agreed"
        case Said.NO | Said.CANCELLED:
            raise RefusedError(
                f"{guidance.person} did not agree to plan {plan.id}; nothing was changed",
                hint=guidance.declined(plan.id),
            )
        case Said.UNABLE | Said.NOT_ASKED:
            raise RefusedError(
                f"plan {plan.id} needs a person's approval, and {guidance.nobody}"
                f"{_not_covered(plan, desk)}; nothing was changed",
                hint=guidance.approve(plan.id),
            )


def _not_covered(plan: Plan, desk: Desk) -> str:
    """Return what a rule of the policy would have to cover; nothing where there are no rules."""
    if not desk.authority.policy.unattended or plan.override_owner:
        return ""
    kinds = sorted({desk.vocabulary.spelled(str(one["kind"])) for one in plan.changes})
    namespaces = sorted({one.object.namespace for one in plan.steps})
    return (
        f", and no rule of the policy covers changes {kinds} in namespaces {namespaces}"
        f" of {plan.cluster!r} at risk {plan.risk}"
    )


async def _unchanged(desk: Desk, connection: "Connection", plan: Plan) -> Draft:
    """Return the plan worked out again; raise ConflictError if it comes to something else."""
    if await connection.identity() != plan.identity:
        raise RefusedError(
            f"{plan.cluster!r} is another cluster than the one that plan {plan.id} was made for",
            hint=_plan_again(desk),
        )
    resolved = await to_thread.run_sync(resolve, plan.changes, desk, plan.identity)
    found = await draft(
        desk,
        connection,
        resolved.changes,
        stamp=plan.made,
        override_owner=plan.override_owner,
        done=resolved.done,
    )
    if found.digest != plan.digest:
        raise ConflictError(
            f"what plan {plan.id} rests on has changed since it was made; nothing was changed",
            hint=_plan_again(desk),
        )
    return found


def _consume(desk: Desk, plan: Plan, by: str, caller: Caller) -> None:
    authority = desk.authority
    if authority.audit.tells("applying", plan.id):  # also if an old store was put back
        raise spent(plan.id, State.APPLIED)
    authority.store.consume(plan.id)
    authority.audit.append(
        "applying",
        plan=plan.id,
        who=actor(),
        client=caller.name,
        approved=by,
        cluster=plan.cluster,
        digest=plan.digest,
    )


async def _to_its_end(desk: Desk, connection: "Connection", job: _Job) -> AppliedChange:
    """Carry a plan out whole: a client that leaves must not leave half a change behind."""
    answers: list[AppliedChange] = []
    with anyio.CancelScope(shield=True):
        answers.append(await _carry_out(desk, connection, job))
    return answers[0]


async def _carry_out(desk: Desk, connection: "Connection", job: _Job) -> AppliedChange:
    store, plan = desk.authority.store, job.plan
    work = _work(desk, connection, plan.id, partial(store.note, plan.id), job.caller)
    with store.holding(plan.id):
        outcome = await work.write(job.draft)
        if not plan.steps:
            outcome.checks += job.draft.left
        if not outcome.failure:
            await work.prove(outcome, desk.authority.policy)
        why = await causes(connection, outcome.unmet)  # before an undo takes it away
        answer = await _conclude(desk, connection, job, outcome)
        answer = answer.model_copy(update={"causes": why})
        await to_thread.run_sync(_end, desk, plan, answer)
    await record(connection, plan.id, job.draft, answer.render().partition("\n")[0])
    return answer


def _work(desk: Desk, connection: "Connection", plan: str, note: Note, caller: Caller) -> Work:
    """Return how a plan is carried out, with what the desk's domain runs and looks at for it."""
    own, wait = desk.kinds, desk.authority.policy.proof_seconds
    does, look = own.performer, own.look
    run = partial(does.run, desk.clusters, connection, wait=wait) if does else None
    look = partial(look, connection) if look else None
    return Work(connection, plan, note, caller.tell, run=run, look=look)


async def _conclude(
    desk: Desk, connection: "Connection", job: _Job, outcome: Outcome
) -> AppliedChange:
    plan = job.plan
    problems = (*((outcome.failure,) if outcome.failure else ()), *outcome.unproven)
    answer = AppliedChange(
        cluster=plan.cluster,
        plan_id=plan.id,
        state=State.APPLIED,
        done=tuple(outcome.written),
        problems=problems,
    )
    back = _how_to_undo(desk, plan, outcome)
    if not problems:
        proven = dict.fromkeys(outcome.proven)
        return answer.model_copy(update={"proven": tuple(proven), "next": back})
    if not plan.steps:
        return answer.model_copy(update={"state": State.UNPROVEN})
    if not outcome.written:
        return answer.model_copy(update={"state": State.REFUSED, "next": _plan_again(desk)})
    stands = State.FAILED if outcome.failure else State.UNPROVEN
    stuck = not outcome.inverses or any(one is None for one in outcome.inverses)
    if stuck or not desk.authority.policy.undo_on_failure:
        return answer.model_copy(update={"state": stands, "next": back})
    try:
        undone = await _undo(desk, connection, job, outcome)
    except ToolError as error:
        said = (*problems, f"it could not be undone either: {error}")
        update = {"state": stands, "problems": said, "next": back}
        return answer.model_copy(update=update)
    said = (*problems, *(f"undone, and not proven: {one}" for one in undone.unproven))
    proven = (f"and proven: {one}" for one in dict.fromkeys(undone.proven))
    update = {"state": State.UNDONE, "undone": (*undone.written, *proven), "problems": said}
    return answer.model_copy(update=update)


async def _undo(desk: Desk, connection: "Connection", job: _Job, outcome: Outcome) -> Outcome:
    """Write the inverses, the last first; raise ToolError if not all of them took place.

    Those that a domain has of its own are proven as well: it knows what has to come of them.
    """
    plan = job.plan
    back = joined([one for one in reversed(outcome.inverses) if one is not None])
    found = await draft(desk, connection, back, stamp=connection.now, override_owner=True)
    note = partial(_note_undo, desk, plan)
    work = _work(desk, connection, f"{plan.id}-undo", note, job.caller)
    undoing = await work.write(found)
    if undoing.failure:
        raise ConflictError(undoing.failure)
    if desk.kinds.inverses:
        await work.prove(undoing, desk.authority.policy)
    return undoing


def _note_undo(desk: Desk, plan: Plan, entry: dict[str, object]) -> None:
    """Keep the steps of an undo apart from those that they undo."""
    desk.authority.store.note(f"{plan.id}-undo", dict(entry))


def _end(desk: Desk, plan: Plan, answer: AppliedChange) -> None:
    desk.authority.store.end(plan.id, answer.state)
    if answer.state in {State.APPLIED, State.UNPROVEN}:
        for one in plan.changes:
            if one["kind"] in _EARLIER:  # which is thereby at its end as well
                _end_earlier(desk.authority.store, one)
    desk.authority.audit.append(
        "ended",
        plan=plan.id,
        who=actor(),
        cluster=plan.cluster,
        state=answer.state,
        done=list(answer.done),
        problems=list(answer.problems),
        undone=list(answer.undone),
    )


def _end_earlier(store: PlanStore, change: Manifest) -> None:
    """Keep what became of a plan that was undone, or finished with those that were to finish it."""
    name, kind = str(change["plan"]), str(change["kind"])
    if kind == "finish":
        lineage(store, name).end(store, _EARLIER[kind])
    else:
        store.end(name, _EARLIER[kind])


def _how_to_undo(desk: Desk, plan: Plan, outcome: Outcome) -> str | None:
    stuck = bool(outcome.inverses) and not any(outcome.inverses)
    if stuck or all(one.irreversible for one in plan.steps):
        return None
    return desk.authority.guidance.go_back(plan.id)
