"""Repair one root cause: plan its remedy where the change belongs, apply it, prove it.

Nothing here knows how to write to a cluster: all of it goes through the two tools for changes of
the server that told the finding, or of the one whose owner the object is, and what those refuse is
refused. Several root causes: `rounds.py`.
"""

import re
from collections.abc import Callable, Iterator, Sequence

from clusterwright.agents.diagnose.diagnosis import RootCause, named
from clusterwright.agents.diagnose.gather import Answered
from clusterwright.agents.hub import Hub
from clusterwright.agents.remediate.found import Found, Scope
from clusterwright.agents.remediate.hands import Hands
from clusterwright.agents.remediate.machines import behind
from clusterwright.agents.remediate.owners import Owner, owner_of
from clusterwright.agents.remediate.questions import questions_in
from clusterwright.agents.remediate.release import HELM, in_values
from clusterwright.agents.remediate.repair import (
    Clock,
    Happened,
    Moment,
    Repair,
    Result,
    began,
    utc_now,
)
from clusterwright.agents.remediate.told import Planned
from clusterwright.agents.remediate.verify import GONE_SECONDS, verify
from clusterwright.tools.change import State
from clusterwright.tools.errors import (
    BusyError,
    ConflictError,
    InvalidInputError,
    NotFoundError,
    RefusedError,
    ToolError,
)
from clusterwright.tools.excerpt import counted
from clusterwright.tools.finding import Remedy
from clusterwright.tools.ref import Ref

_ENDED: dict[str, tuple[Result, Happened]] = {
    State.UNDONE: (Result.UNDONE, Happened.UNDONE),
    State.REFUSED: (Result.REFUSED, Happened.REFUSED),
}
"""What came of a plan that did not work, as its apply tells; any other state leaves something."""
_NOT_APPLIED = (BusyError, ConflictError, InvalidInputError, NotFoundError, RefusedError)
"""What an apply raises before it writes."""
_AFTERWARDS = re.compile(r"the audit .* cannot be written|the answer would take \d+ bytes")
"""Refusals that an apply may also raise when it has written."""
_NOT_APPROVED = re.compile(r"agree|approv")
Say = Callable[[str], None]


class Fixer:
    """Repairs what is wrong in a scope."""

    def __init__(
        self,
        hub: Hub,
        scope: Scope,
        *,
        dry_run: bool,
        say: Say,
        now: Clock = utc_now,
        patience: float = GONE_SECONDS,
    ) -> None:
        """Take where, whether anything is to be changed at all, whom to tell, and the time.

        `patience` is how many seconds a finding may stay after its repair was proven.
        """
        self._hub = hub
        self.scope = scope
        self._dry_run = dry_run
        self._say = say
        self._now = now
        self._patience = patience

    async def fix(self, found: Found, root: RootCause) -> Repair:
        """Try a root cause's remedies in their order, until one is done or the answer is clear."""
        seen = Moment(found.at or self._now(), Happened.SEEN, f"{root.code} on {root.subject}")
        repair = Repair(root, moments=[*began(root), seen])
        if found.source(root) is None:
            repair.reasons.append("it is not found any more; ask again what is wrong")
            return repair
        for answer, finding in found.sources(root):
            for remedy in finding.remedies:
                await self._try(found, answer, remedy, repair)
                if repair.plan or repair.result not in {Result.REFUSED, Result.ASKS}:
                    return repair
        await self._replace(found, repair)
        return repair

    async def carry_out(self, found: Found, repair: Repair) -> None:
        """Apply what a dry run planned for a root cause that a new look still finds; prove it."""
        hands = found.hands_by(repair.server)
        if found.source(repair.root) is None or hands is None:
            repair.result = Result.REFUSED
            silent = f"the server {repair.server} did not answer"
            why = "it is not found any more" if hands else silent
            repair.reasons.append(f"{why}; nothing was changed")
            return
        own = (one.cluster for one in found.answers if one.server == repair.server)
        await self._apply(found, hands, next(own, ""), repair)

    async def _try(self, found: Found, answer: Answered, remedy: Remedy, repair: Repair) -> None:
        """Plan and apply one remedy; write down how it ended."""
        asked = questions_in(remedy)
        if asked:
            # What was refused for its owner stays the better thing to tell.
            repair.result = repair.result if repair.result is Result.REFUSED else Result.ASKS
            repair.reasons += [f"{_to(remedy)}, tell: {one}" for one in asked]
            repair.asked += asked
            repair.remedy = repair.remedy or remedy
            return
        repair.remedy = remedy
        hands = found.hands(answer, remedy)
        if hands is None:
            repair.result = Result.REFUSED
            repair.reasons.append(f"{_to(remedy)} takes {remedy.tool}, which no server has here")
            return
        try:
            plan, lines = await hands.planned(self._hub, remedy.changes, answer.cluster)
        except ToolError as error:
            await self._refused(found, answer, repair, error)
            return
        repair.told = lines
        await self._go_on(found, hands, answer.cluster, repair, plan)

    async def _go_on(
        self, found: Found, hands: Hands, cluster: str, repair: Repair, plan: Planned
    ) -> None:
        """Keep a plan, and apply it unless all is tried only; what would change nothing is none."""
        if plan.plan_id is None or repair.remedy is None:
            repair.result = Result.REFUSED
            what = _to(repair.remedy) if repair.remedy else "it"
            repair.reasons.append(f"{what} would change nothing: {plan.note}")
            return
        repair.plan, repair.planned, repair.server = plan.plan_id, plan, hands.server
        repair.result = Result.PLANNED
        self._note(repair, Happened.PLANNED, f"{plan.plan_id}, risk {plan.risk}")
        if not self._dry_run:
            await self._apply(found, hands, cluster, repair)

    async def _refused(
        self, found: Found, answer: Answered, repair: Repair, error: ToolError
    ) -> None:
        """Write down a refusal; what was refused for its owner is tried where that keeps it."""
        repair.result = Result.REFUSED
        repair.reasons.append(_told(error, repair.remedy))
        self._note(repair, Happened.REFUSED, _told(error, repair.remedy))
        owner = owner_of(error)
        if owner is None or repair.remedy is None:
            return
        repair.elsewhere.append(owner.where)
        if owner.release is not None:
            await self._at_release(found, answer.cluster, owner, repair)

    async def _at_release(self, found: Found, cluster: str, owner: Owner, repair: Repair) -> None:
        """Make the change in the values of the release that the object is of."""
        if repair.remedy is None:
            return
        made = await in_values(self._hub, found, cluster, repair.remedy, owner)
        if made.why_not:
            repair.reasons.append(made.why_not)
        if made.value:
            repair.elsewhere[-1:] = [f"{made.value} in {owner.where}"]
        hands = found.hands_of(HELM, cluster)
        if made.remedy is None or made.planned is None or hands is None:
            return
        repair.remedy, repair.told = made.remedy, made.lines
        where = f"{owner.object} belongs to {owner.name}: changed there, by {made.value}"
        repair.reasons = [where]
        await self._go_on(found, hands, cluster, repair, made.planned)

    async def _replace(self, found: Found, repair: Repair) -> None:
        """Ask whether the Machine of a node may be replaced, where nothing else helps the node."""
        root = repair.root
        origin = behind(found, root.cluster, root.subject)
        remedy = origin.remedy(root.subject) if origin else None
        if origin is None or remedy is None:
            return
        repair.elsewhere.append(f"{origin.pool or origin.machine}, by Cluster API")
        await self._try(found, origin.answer, remedy, repair)

    async def _apply(self, found: Found, hands: Hands, cluster: str, repair: Repair) -> None:
        self._say(f"applying {repair.plan}: {repair.remedy.say if repair.remedy else ''}")
        try:
            applied = await hands.applied(self._hub, repair.plan, self._say)
        except ToolError as error:
            repair.result = _result_of(error)
            repair.reasons.append(_told(error, repair.remedy))
            failed = repair.result is Result.FAILED
            what = Happened.FAILED if failed else Happened.REFUSED
            self._note(repair, what, _told(error, None))
            return
        repair.reasons += applied.problems
        repair.proven += applied.proven
        if applied.state != State.APPLIED:
            stands = (Result.FAILED, Happened.FAILED)
            repair.result, what = _ENDED.get(applied.state, stands)
            self._note(repair, what, "; ".join((*applied.problems, *applied.causes)))
            return
        self._note(repair, Happened.APPLIED, "; ".join(applied.done))
        await self._prove(found, hands, cluster, repair)

    async def _prove(self, found: Found, hands: Hands, cluster: str, repair: Repair) -> None:
        """Look whether the cause and its symptoms are gone; undo what did not help."""
        root = repair.root
        self._say(f"waiting until {root.code} on {root.subject} is gone")
        seen = await verify(self._hub, self.scope, found, root, self._patience)
        repair.left = list(seen.left)
        if seen.helped:
            repair.result = Result.FIXED
            repair.reasons += [f"shows now: {one}" for one in repair.shows]
            self._note(repair, Happened.PROVEN, _proven(repair))
            return
        repair.reasons += seen.against(root)
        await self._undo(hands, cluster, repair)
        what = Happened.UNDONE if repair.result is Result.UNDONE else Happened.FAILED
        self._note(repair, what, "; ".join(seen.against(root)))

    async def _undo(self, hands: Hands, cluster: str, repair: Repair) -> None:
        """Go back; what cannot be undone stands, and is told."""
        changes = [{"kind": "undo", "plan": repair.plan}]
        repair.result = Result.FAILED
        self._say(f"undoing {repair.plan}")
        try:
            plan, _ = await hands.planned(self._hub, changes, cluster)
            if plan.plan_id is None:
                return
            applied = await hands.applied(self._hub, plan.plan_id)
        except ToolError as error:
            repair.reasons.append(f"it could not be undone: {_told(error, None)}")
            return
        if applied.took_place:
            repair.result = Result.UNDONE
        repair.reasons += [f"undo: {one}" for one in applied.problems]

    def _note(self, repair: Repair, what: Happened, said: str) -> None:
        repair.moments.append(Moment(self._now(), what, said))


def chosen(roots: Sequence[RootCause], target: str | None) -> list[RootCause]:
    """Return the root causes that a Ref, a finding code, or nothing (all) means."""
    if target is None:
        return list(roots)
    return [one for one in roots if target in {one.code, *_objects(one)}]


def may_hide(roots: Sequence[RootCause], target: str | None) -> bool:
    """Return whether an object may be among those that a root of its namespace only counts."""
    try:
        ref = Ref.parse(target or "")
    except InvalidInputError:
        return False
    parts = (part for one in roots for part in (one, *one.folded))
    cut = (one for one in parts if one.more_members)
    return any(ref.namespace in {at.namespace for at in (one.subject, *one.members)} for one in cut)


def _objects(root: RootCause) -> Iterator[str]:
    """Yield all objects that a root cause names as broken."""
    for one in (root, *root.folded):
        yield from (str(ref) for ref in (one.subject, *one.members))


def _to(remedy: Remedy) -> str:
    """Return what a remedy does as a purpose, within a sentence."""
    first, rest = remedy.say[:1], remedy.say[1:]
    return f"to {first.lower() if rest[:1].islower() else first}{rest}"


def _proven(repair: Repair) -> str:
    """Return what is proven of a repair, and what is left nevertheless."""
    new = "; ".join(f"shows now: {one}" for one in repair.shows)
    said = f"{named(repair.root.code, repair.root.subject)} is gone"
    said += f"; {new}" if new else ", and nothing new has appeared"
    over = sum(not one.shows for one in repair.left)
    return f"{said}; left over: {counted(over, 'symptom')}" if over else said


def _result_of(error: ToolError) -> Result:
    """Return what an apply that raises has come to: failed where nobody knows what was written."""
    if not isinstance(error, _NOT_APPLIED) or _AFTERWARDS.search(str(error)):
        return Result.FAILED
    unapproved = isinstance(error, RefusedError) and _NOT_APPROVED.search(str(error))
    return Result.DECLINED if unapproved else Result.REFUSED


def _told(error: ToolError, remedy: Remedy | None) -> str:
    said = f"{error}. {error.hint}" if error.hint else str(error)
    return f"{_to(remedy)}: {said}" if remedy else said
