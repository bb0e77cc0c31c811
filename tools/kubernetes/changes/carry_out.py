"""Carry a draft out: write step by step, journal each, prove success, and go back if it fails."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import anyio
from anyio import to_thread

from clusterwright.tools.diff import Difference, clean, differences
from clusterwright.tools.errors import (
    ConflictError,
    RefusedError,
    ToolError,
    UnreachableError,
)
from clusterwright.tools.kubernetes.changes.draft import Draft
from clusterwright.tools.kubernetes.changes.fresh import fresh
from clusterwright.tools.kubernetes.changes.inverse import fields_of, inverse_of
from clusterwright.tools.kubernetes.changes.journal import FAILED, begun, done, took_place
from clusterwright.tools.kubernetes.changes.proofs import holds
from clusterwright.tools.kubernetes.changes.step import Check, Failed, Met, Pending, Step, Verdict
from clusterwright.tools.kubernetes.changes.trial import Tried
from clusterwright.tools.kubernetes.changes.veil import hide, secrets_of
from clusterwright.tools.kubernetes.changes.write import Verb
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.ref import Ref
from clusterwright.tools.trust.policy import Policy

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.connection import Connection

_ATTEMPTS = 4
_EVICTION_SECONDS = 60.0
_PAUSE = 0.5
"""Seconds between two looks at the proofs."""
_SOON, _LONGER_PAUSE = 60.0, 2.0
"""What takes longer than that is looked at less often."""
_HEARTBEAT = 15.0
"""Seconds after which what is still so is told again."""
Note = Callable[[Manifest], None]
Tell = Callable[[float, float, str], Awaitable[None]]
Run = Callable[[Step, str], Awaitable[str]]
"""Runs a domain's program for a step, in the name of a plan; as `Performer.run`."""
Look = Callable[[Manifest], Awaitable[Manifest | None]]
"""Looks at what is beyond the API server, for a proof; as `Kinds.look`."""


@dataclass
class Outcome:
    """What took place."""

    written: list[str] = field(default_factory=list[str])
    checks: list[Check] = field(default_factory=list[Check])
    inverses: list[Manifest | None] = field(default_factory=list["Manifest | None"])
    failure: str = ""
    """Why a step failed; those after it were not tried."""
    proven: tuple[str, ...] = ()
    """Proofs of success that were met, with what showed it."""
    unproven: tuple[str, ...] = ()
    """Proofs of success that were not met, with what was seen instead."""
    unmet: tuple[Ref, ...] = ()
    """The objects that they are about."""


class Work:
    """One apply of one draft."""

    def __init__(
        self,
        connection: "Connection",
        plan: str,
        note: Note,
        tell: Tell,
        *,
        run: Run | None = None,
        look: Look | None = None,
    ) -> None:
        """Take where to write, whose plan it is, its journal, whom to tell, and the domain's own.

        `run` is for its steps that are no writes, `look` for its proofs that are no objects.
        """
        self._connection = connection
        self._run, self._look = run, look
        self._agent = f"plan/{plan}"
        self._note = note
        self._tell = tell

    async def write(self, draft: Draft) -> Outcome:
        """Write the steps in order; stop at the first that fails."""
        outcome = Outcome()
        for place, tried in enumerate(draft.tried, 1):
            step = tried.step
            if step.carried_by is not None:  # the run before it has written it
                outcome.checks += step.checks
                continue
            await self._tell(place - 1, len(draft.tried), step.say)
            try:
                if step.write.verb is Verb.RUN:
                    await self._perform(place, tried, draft, outcome)
                else:
                    await self._write(place, tried, outcome)
            except ToolError as error:
                said = hide(str(error), secrets_of(step.before) | step.secrets)
                outcome.failure = f"step {place} ({tried.step.say}): {said}"
            if outcome.failure:
                break
        return outcome

    async def _perform(self, place: int, tried: Tried, draft: Draft, outcome: Outcome) -> None:
        """Run the program that a step asks for, and tell meanwhile how far its objects are."""
        step = tried.step
        entry = begun(place, step, step.inverse, [])
        await to_thread.run_sync(self._note, entry)
        carried = [one.step for one in draft.tried if one.step.carried_by == step.ref]
        checks = [check for one in carried for check in one.checks]
        try:
            failure = await self._run_followed(step, checks)
        except ToolError:
            await to_thread.run_sync(self._note, {**entry, "what": FAILED})
            raise
        await to_thread.run_sync(self._note, done(entry, step.inverse))
        outcome.written.append(step.say)
        if not step.remade:
            outcome.inverses.append(None if step.irreversible else step.inverse)
        outcome.checks += step.checks
        if failure:
            outcome.failure = f"step {place} ({step.say}): {failure}"
            outcome.unmet = tuple(check.ref for check in checks)

    async def _run_followed(self, step: Step, checks: Sequence[Check]) -> str:
        """Return what the run returns; raise its error as it is, and not in a group of one."""
        if self._run is None:
            raise RefusedError(f"nothing here runs: {step.say}", hint="this is a fault of ours")
        failures: list[str] = []
        errors: list[ToolError] = []
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._follow, step, checks)
            try:
                failures.append(await self._run(step, self._agent))
            except ToolError as error:
                errors.append(error)
            tasks.cancel_scope.cancel()
        if errors:
            raise errors[0]
        return failures[0]

    async def _follow(self, step: Step, checks: Sequence[Check]) -> None:
        """Tell what is not ready yet, for as long as a program runs; the same again now and then.

        Clients give up on a call that is silent for a minute.
        """
        told, told_at, started = "", anyio.current_time(), anyio.current_time()
        while True:
            await anyio.sleep(_LONGER_PAUSE)
            verdicts = [await self._judge(one) for one in checks]
            met, now = sum(isinstance(one, Met) for one in verdicts), anyio.current_time()
            said = _waits_for(checks, verdicts) or f"{step.say}: under way"
            if said != told or now - told_at >= _HEARTBEAT:
                await self._tell(met, len(checks) + 1, f"{said} ({now - started:.0f} s)")
                told, told_at = said, now

    async def _write(self, place: int, tried: Tried, outcome: Outcome) -> None:
        step = await fresh(self._connection, tried.step)
        foreseen = inverse_of(step, tried.after or {}, tried.changed)
        secret = step.ref.kind == "Secret"
        entry = begun(place, step, foreseen, [] if secret else fields_of(tried.changed))
        await to_thread.run_sync(self._note, entry)
        try:
            step, sent = await self._send(tried, step)
        except UnreachableError:
            # The answer was lost, which leaves open whether the write was done.
            found = await self._connection.live(step.ref)
            if not took_place(entry, found):
                await to_thread.run_sync(self._note, {**entry, "what": FAILED})
                raise
            sent = found or {}
        except ToolError:
            await to_thread.run_sync(self._note, {**entry, "what": FAILED})
            raise
        gone = step.write.verb in {Verb.DELETE, Verb.EVICT}
        changed = () if gone else differences(clean(step.before or {}), clean(sent))
        inverse = inverse_of(step, sent, changed)
        await to_thread.run_sync(self._note, done(entry, inverse))
        outcome.written.append(step.say)
        if not step.remade:
            outcome.inverses.append(inverse)
        outcome.checks += [*_kept(step, changed), *step.checks]

    async def _send(self, tried: Tried, step: Step) -> tuple[Step, Manifest]:
        """Write; again, if all that came in between was a controller's status.

        An eviction that a budget refuses at this moment is tried again, as a drain does: the pod
        before it may not have been replaced yet.
        """
        evicts = step.write.verb is Verb.EVICT
        deadline = anyio.current_time() + _EVICTION_SECONDS
        attempt = 0
        while True:
            attempt += 1
            try:
                sent = await self._connection.write(step.write, dry_run=False, agent=self._agent)
            except ConflictError:
                if evicts and anyio.current_time() < deadline:
                    await anyio.sleep(_PAUSE)
                elif step.write.version and attempt < _ATTEMPTS:
                    step = await fresh(self._connection, tried.step)
                else:
                    raise
            else:
                return step, sent.found

    async def prove(self, outcome: Outcome, policy: Policy) -> None:
        """Wait until all proofs are met and have held for a time; note those that are not."""
        begun_at = anyio.current_time()
        deadline = begun_at + _seconds(outcome.checks, policy)
        held_since: float | None = None
        stuck_since: float | None = None
        told = ""
        while True:
            verdicts = [await self._judge(one) for one in outcome.checks]
            now = anyio.current_time()
            open_ = _open(outcome.checks, verdicts)
            if not open_:
                held_since = held_since if held_since is not None else now
                if now - held_since >= policy.settle_seconds:
                    outcome.proven = _met(outcome.checks, verdicts)
                    return
            else:
                held_since = None
            stuck = any(isinstance(one, Pending) and one.stuck for one in verdicts)
            stuck_since = (stuck_since if stuck_since is not None else now) if stuck else None
            broken = any(isinstance(one, Failed) for one in verdicts) or (
                stuck_since is not None and now - stuck_since >= policy.proof_seconds
            )
            if open_ and (broken or now >= deadline):
                outcome.unproven = open_
                outcome.unmet = tuple(
                    one.ref
                    for one, verdict in zip(outcome.checks, verdicts, strict=True)
                    if not isinstance(verdict, Met)
                )
                return
            said = _waits_for(outcome.checks, verdicts) or "all proofs are met; do they hold?"
            if said != told:
                await self._tell(len(verdicts) - len(open_), len(verdicts), said)
                told = said
            await anyio.sleep(_PAUSE if now - begun_at < _SOON else _LONGER_PAUSE)

    async def _judge(self, check: Check) -> Verdict:
        try:
            if check.beyond is not None and self._look is not None:
                return check.judge(await self._look(check.beyond), ())
            found = await self._connection.live(check.ref)
            listed: list[Manifest] = []
            for asked in check.listings:
                listed += await self._connection.list(
                    await self._connection.resource(asked.kind),
                    asked.namespace or None,
                    label_selector=asked.labels,
                    field_selector=asked.fields,
                )
            return check.judge(found, listed)
        except ToolError as error:
            return Pending(f"it cannot be read: {error}")


def _seconds(checks: Sequence[Check], policy: Policy) -> float:
    """Return how long to wait for proofs: as a policy says, longer where machines have to come."""
    wanted = max((one.seconds for one in checks), default=0.0)
    return max(policy.proof_seconds, min(wanted, policy.machine_proof_seconds))


def _waits_for(checks: Sequence[Check], verdicts: Sequence[Verdict]) -> str:
    """Return what the first proof that is not met waits for; empty if all are."""
    waiting = (
        f"{check.ref}: {verdict.why}"
        for check, verdict in zip(checks, verdicts, strict=True)
        if not isinstance(verdict, Met)
    )
    return next(waiting, "")


def _met(checks: Sequence[Check], verdicts: Sequence[Verdict]) -> tuple[str, ...]:
    return tuple(
        f"{check.say}: {verdict.how}" if isinstance(verdict, Met) and verdict.how else check.say
        for check, verdict in zip(checks, verdicts, strict=True)
    )


def _open(checks: Sequence[Check], verdicts: Sequence[Verdict]) -> tuple[str, ...]:
    return tuple(
        f"{check.say}: not yet, {verdict.why}"
        if isinstance(verdict, Pending)
        else f"{check.say}: no, {verdict.why}"
        for check, verdict in zip(checks, verdicts, strict=True)
        if not isinstance(verdict, Met)
    )


def _kept(step: Step, changed: Sequence[Difference]) -> list[Check]:
    """Return the check that what was written stays, for an object that stays."""
    stays = step.write.verb in {Verb.PATCH, Verb.APPLY} and not step.passing
    if not stays or step.before is None or not changed:
        return []
    finalizers = [one for one in changed if one.path[:2] == ("metadata", "finalizers")]
    return [] if finalizers else [holds(step.ref, changed)]
