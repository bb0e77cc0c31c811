"""Make a plan: work changes out, keep the plan, and tell it; nothing is stored in the cluster."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from anyio import to_thread

from clusterwright.tools.answer import CAP, longest
from clusterwright.tools.change import DryRun, Plan, PlanStep, State
from clusterwright.tools.errors import RefusedError
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.kubernetes.changes.draft import Draft, draft
from clusterwright.tools.kubernetes.changes.lineage import lineage
from clusterwright.tools.kubernetes.changes.resolve import resolve, settle_doubts
from clusterwright.tools.kubernetes.changes.trial import Tried
from clusterwright.tools.kubernetes.desk import Desk
from clusterwright.tools.kubernetes.plan_change import PlannedChange
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.trust.authority import actor
from clusterwright.tools.trust.guidance import Guidance
from clusterwright.tools.trust.plan_store import PlanStore, new_plan_id
from clusterwright.tools.trust.risk import Access

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.changes.vocabulary import Performer
    from clusterwright.tools.kubernetes.client.connection import Connection

_LIFETIME = timedelta(minutes=30)
_IMPOSSIBLE = frozenset({DryRun.FORBIDDEN, DryRun.REFUSED, DryRun.FAILED})
_MOST_TOLD = 5
"""Objects of one change that are refused, each told with its reason."""


async def plan(
    desk: Desk, asked: Sequence[Manifest], cluster: str | None, *, override_owner: bool
) -> PlannedChange:
    """Return the plan of changes; raise ToolError for what must not or cannot be done."""
    connection = await desk.clusters.connect(cluster)
    authority = desk.authority
    authority.require(connection.cluster, Access.PLAN)
    store = await to_thread.run_sync(lambda: authority.store)
    unfinished = tuple(await to_thread.run_sync(_unfinished, store, authority.guidance))
    identity = await connection.identity()
    await settle_doubts(connection, desk, asked)
    resolved = await to_thread.run_sync(resolve, asked, desk, identity)
    # By the API server's clock, as what is there already is told by it from what a plan made.
    stamp = resolved.stamp or connection.now.replace(microsecond=0)
    found = await draft(
        desk,
        connection,
        resolved.changes,
        stamp=stamp,
        override_owner=override_owner,
        done=resolved.done,
    )
    proves = bool(found.left) and asked[0].get("kind") == "finish"
    if not proves and not any(_does(one) for one in found.tried):
        note = await to_thread.run_sync(_nothing_left, asked, store)
        return PlannedChange(cluster=connection.cluster, note=note, unfinished=unfinished)
    _check_possible(found, desk.kinds.performer)
    made = await _plan(connection, found, asked, stamp, override_owner=override_owner)
    made = made.model_copy(update={"domain": desk.vocabulary.domain})
    await to_thread.run_sync(_keep, desk, made)
    return _answer(made, unfinished, _next(desk, made))


def _nothing_left(asked: Sequence[Manifest], store: PlanStore) -> str:
    """Return why there is nothing to do; a plan that was cut short is thereby at its end."""
    for one in asked:
        if one.get("kind") in {"undo", "finish"}:
            finished = one["kind"] == "finish"
            ended = State.UNPROVEN if finished else State.REFUSED
            lineage(store, str(one["plan"])).end(store, ended)
            what = "all its steps had taken place" if finished else "none of its steps had"
            return f"Nothing is left to do for plan {one['plan']}: {what}"
    return "Nothing to change: all is as the change asks for"


def _does(one: Tried) -> bool:
    return one.dry_run is not DryRun.PASSED or bool(one.diff)


def _check_possible(found: Draft, performer: "Performer | None") -> None:
    """Raise RefusedError for a change that the API server would not take."""
    refused = [one for one in found.tried if one.dry_run in _IMPOSSIBLE]
    if not refused:
        return
    told = [f"({one.step.say}): {one.said}" for one in refused]
    more = f"; and {len(told) - _MOST_TOLD} more like these" if len(told) > _MOST_TOLD else ""
    hints = [performer.hint(one.said) for one in refused] if performer else []
    usual = "ask for the permission, or change what the admission policy objects to"
    raise RefusedError(
        f"the API server would not take it {'; '.join(told[:_MOST_TOLD])}{more}",
        hint="; ".join(dict.fromkeys(one for one in hints if one)) or usual,
    )


async def _plan(
    connection: "Connection",
    found: Draft,
    asked: Sequence[Manifest],
    stamp: datetime,
    *,
    override_owner: bool,
) -> Plan:
    checks = [check for one in found.tried for check in one.step.checks]
    proofs = dict.fromkeys(check.say for check in checks or found.left)
    return Plan(
        id=new_plan_id(),
        made=stamp,
        expires=datetime.now(UTC).replace(microsecond=0) + _LIFETIME,
        cluster=connection.cluster,
        identity=await connection.identity(),
        changes=tuple(asked),
        override_owner=override_owner,
        digest=found.digest,
        risk=found.risk,
        reasons=found.reasons,
        steps=tuple(
            PlanStep(
                say=one.step.say,
                object=one.step.ref,
                dry_run=one.dry_run,
                diff=one.diff,
                notes=(*one.step.notes, *one.warnings, *((one.said,) if one.said else ())),
                irreversible=one.step.irreversible,
            )
            for one in found.tried
        ),
        proofs=tuple(proofs) or ("every object keeps what was written",),
        undo=_way_back(found),
    )


def _way_back(found: Draft) -> str:
    if not found.steps:
        return "nothing is written; it waits for the proofs of what was"
    stuck = [f"{one.ref}: {one.irreversible}" for one in found.steps if one.irreversible]
    if not stuck:
        return "every step can be undone, as long as nobody has written since"
    own = [one for one in found.steps if one.carried_by is None]  # a run is undone, or nothing is
    whole = "nothing can be undone" if all(one.irreversible for one in own) else "in part"
    return f"{whole} ({'; '.join(dict.fromkeys(stuck))})"


def _keep(desk: Desk, plan: Plan) -> None:
    desk.authority.store.add(plan)
    desk.authority.audit.append(
        "planned",
        plan=plan.id,
        who=actor(),
        cluster=plan.cluster,
        identity=plan.identity,
        digest=plan.digest,
        risk=plan.risk,
        objects=[str(one.object) for one in plan.steps],
        steps=[one.say for one in plan.steps],
    )


def _unfinished(store: PlanStore, guidance: Guidance) -> list[str]:
    """Return what was cut short, each with how to go on; what was to finish it counts with it."""
    roots = {
        (one := lineage(store, kept.plan.id).root).plan.id: one for kept in store.interrupted()
    }
    return [
        f"{name} ({one_line('; '.join(step.say for step in one.plan.steps), 200)}):"
        f" {guidance.go_on(name)}"
        for name, one in roots.items()
    ]


def _next(desk: Desk, plan: Plan) -> str:
    mode = desk.authority.policy.access_to(plan.cluster, desk.authority.access)
    if mode is Access.WRITE:
        return desk.authority.guidance.apply(desk.vocabulary.apply_tool, plan.id)
    return desk.authority.guidance.only_planned(plan.id)


def _answer(plan: Plan, unfinished: tuple[str, ...], note: str) -> PlannedChange:
    """Return a plan as it is told: as many of its steps as an answer can hold."""
    whole = _told(plan, unfinished, note)

    def page(most: int) -> PlannedChange:
        left = len(plan.steps) - most
        return whole.model_copy(update={"steps": plan.steps[:most], "more_steps": left})

    return longest(page, len(plan.steps), CAP) if plan.steps else whole


def _told(plan: Plan, unfinished: tuple[str, ...], note: str) -> PlannedChange:
    return PlannedChange(
        cluster=plan.cluster,
        plan_id=plan.id,
        expires=plan.expires,
        risk=plan.risk,
        reasons=plan.reasons,
        steps=plan.steps,
        proofs=plan.proofs,
        undo=plan.undo,
        digest=plan.digest,
        unfinished=unfinished,
        note=note,
    )
