"""Repair root causes one after the other, each through plan, approval, apply and proof.

Nothing here knows how to write to a cluster: all of it goes through the two tools for changes of
the server that told the finding, and what those refuse is refused.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import anyio
from pydantic import BaseModel, Field

from clusterwright.agents.diagnose.correlate import correlate
from clusterwright.agents.diagnose.diagnosis import Diagnosis, RootCause
from clusterwright.agents.diagnose.gather import Answered, gather
from clusterwright.agents.hub import Hub
from clusterwright.agents.problems import SUFFIX
from clusterwright.agents.remediate.questions import questions_in
from clusterwright.agents.remediate.repair import Repair, Result
from clusterwright.tools.errors import RefusedError, ToolError
from clusterwright.tools.finding import Finding, Remedy, Severity
from clusterwright.tools.ref import Ref

_APPLY_SECONDS = 4_500.0
"""More than a policy gives to proofs as a rule, an hour where machines have to come."""
_GONE_SECONDS = 60.0
"""How long a finding may stay after its repair was proven: events and back-offs take a while."""
_PAUSE = 1.0
_PLAN = "_plan_change"
_REPAIRED = frozenset({"applied"})
Say = Callable[[str], None]


class Planned(BaseModel):
    """What is read of a plan."""

    plan_id: str | None = None
    note: str | None = None
    risk: str | None = None
    unfinished: tuple[str, ...] = ()


class Applied(BaseModel):
    """What is read of an apply."""

    state: str
    done: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    undone: tuple[str, ...] = ()
    proven: tuple[str, ...] = Field(default=())


@dataclass(frozen=True, slots=True)
class Scope:
    """What is looked at."""

    cluster: str | None = None
    namespace: str | None = None


@dataclass(frozen=True, slots=True)
class Hands:
    """The server that carries a remedy out, by its two tools for changes."""

    server: str
    prefix: str

    @property
    def plan(self) -> str:
        """The tool that plans."""
        return f"{self.prefix}{_PLAN}"

    @property
    def apply(self) -> str:
        """The tool that applies."""
        return f"{self.prefix}_apply_change"


@dataclass(frozen=True, slots=True)
class Found:
    """A look at the cluster: root causes, and the findings behind them with their server."""

    diagnosis: Diagnosis
    answers: tuple[Answered, ...]

    def source(self, root: RootCause) -> tuple[Answered, Finding] | None:
        """Return the answer and the finding that a root cause is made of.

        A title may tell an age, and so differ from one look to the next: it only chooses between
        findings of one code about one object.
        """
        alike = [
            (answer, one)
            for answer in self.answers
            for one in answer.findings
            if answer.cluster == root.cluster
            and (one.code, one.subject) == (root.code, root.subject)
        ]
        same = (found for found in alike if found[1].title == root.title)
        return next(same, alike[0] if alike else None)

    def hands(self, answer: Answered, remedy: Remedy) -> "Hands | None":
        """Return who carries out a remedy of an answer; None if that server looks nowhere there."""
        if not remedy.tool:
            return Hands(answer.server, answer.tool.removesuffix(SUFFIX))
        prefix = remedy.tool.removesuffix(_PLAN)
        return next(
            (
                Hands(one.server, prefix)
                for one in self.answers
                if (one.tool, one.cluster) == (f"{prefix}{SUFFIX}", answer.cluster)
            ),
            None,
        )

    def problems(self) -> set[tuple[str, Ref]]:
        """Return every finding that hurts, by code and subject."""
        return {
            (one.code, one.subject)
            for answer in self.answers
            for one in answer.findings
            if one.severity is not Severity.INFO
        }


async def look(hub: Hub, scope: Scope, kubeconfig: str = "") -> Found:
    """Return what is wrong at this moment."""
    answers = await gather(hub, cluster=scope.cluster, namespace=scope.namespace)
    return Found(correlate(answers, kubeconfig=kubeconfig), tuple(answers))


class Fixer:
    """Repairs what is wrong in a scope."""

    def __init__(self, hub: Hub, scope: Scope, *, dry_run: bool, say: Say) -> None:
        """Take where, whether anything is to be changed at all, and whom to tell."""
        self._hub = hub
        self.scope = scope
        self._dry_run = dry_run
        self._say = say

    async def fix(self, found: Found, root: RootCause) -> Repair:
        """Try a root cause's remedies in their order, until one is done or the answer is clear."""
        repair = Repair(root)
        source = found.source(root)
        if source is None:
            repair.reasons.append("it is not found any more; ask again what is wrong")
            return repair
        answer, finding = source
        for remedy in finding.remedies:
            await self._try(found, answer, remedy, repair)
            if repair.result not in {Result.REFUSED, Result.ASKS}:
                break
        return repair

    async def carry_out(self, found: Found, repair: Repair) -> None:
        """Apply what a dry run planned for a root cause that a new look still finds; prove it."""
        source = found.source(repair.root)
        hands = found.hands(source[0], repair.remedy) if source and repair.remedy else None
        if source is None or hands is None:
            repair.result = Result.REFUSED
            repair.reasons.append("it is not found any more; nothing was changed")
            return
        await self._apply(found, hands, source[0].cluster, repair)

    async def _try(self, found: Found, answer: Answered, remedy: Remedy, repair: Repair) -> None:
        """Plan and apply one remedy; write down how it ended."""
        asked = questions_in(remedy)
        if asked:
            # What was refused for its owner stays the better thing to tell.
            repair.result = repair.result if repair.result is Result.REFUSED else Result.ASKS
            repair.reasons += [f"{_to(remedy)}, tell: {one}" for one in asked]
            repair.remedy = repair.remedy or remedy
            return
        repair.remedy = remedy
        hands = found.hands(answer, remedy)
        if hands is None:
            repair.result = Result.REFUSED
            repair.reasons.append(f"{_to(remedy)} takes {remedy.tool}, which no server has here")
            return
        arguments = {"changes": list(remedy.changes), "cluster": answer.cluster or None}
        arguments = {key: value for key, value in arguments.items() if value}
        try:
            planned = await self._hub.result(hands.server, hands.plan, arguments)
        except ToolError as error:
            repair.result = Result.REFUSED
            repair.reasons.append(_told(error, remedy))
            return
        plan = Planned.model_validate(planned.structured_content)
        repair.told = [line for one in planned.content for line in _lines(one)]
        if plan.plan_id is None:
            repair.result = Result.REFUSED
            repair.reasons.append(f"{_to(remedy)} would change nothing: {plan.note}")
            return
        repair.plan, repair.result = plan.plan_id, Result.PLANNED
        if not self._dry_run:
            await self._apply(found, hands, answer.cluster, repair)

    async def _apply(self, found: Found, hands: Hands, cluster: str, repair: Repair) -> None:
        self._say(f"applying {repair.plan}: {repair.remedy.say if repair.remedy else ''}")
        arguments = {"plan_id": repair.plan}
        try:
            result = await self._hub.result(
                hands.server, hands.apply, arguments, seconds=_APPLY_SECONDS, tell=self._say
            )
        except ToolError as error:
            refused = isinstance(error, RefusedError)
            repair.result = Result.DECLINED if refused else Result.FAILED
            repair.reasons.append(_told(error, repair.remedy))
            return
        applied = Applied.model_validate(result.structured_content)
        repair.reasons += applied.problems
        if applied.state not in _REPAIRED:
            undone = applied.state in {"undone", "refused"}
            repair.result = Result.UNDONE if undone else Result.FAILED
            return
        repair.result = Result.FIXED
        worse = await self._verify(found, repair)
        if worse:
            repair.reasons += worse
            await self._undo(hands, cluster, repair)

    async def _verify(self, found: Found, repair: Repair) -> list[str]:
        """Return why a repair did not help: its finding stays, or something new appeared."""
        before, root = found.problems(), repair.root
        related = {root.subject, *root.members} | {
            ref for one in (*root.circle, *root.symptoms) for ref in (one.subject, *one.members)
        }
        deadline = anyio.current_time() + _GONE_SECONDS
        self._say(f"waiting until {root.code} on {root.subject} is gone")
        while True:
            now = await look(self._hub, self.scope)
            stays = any(
                (one.code, one.subject) == (root.code, root.subject)
                for answer in now.answers
                for one in answer.findings
            )
            failed = [one.tool or one.server for one in now.answers if one.failed]
            fresh = [
                one
                for one in sorted(now.problems() - before)
                if one[1] in related and not _revealed(now, one, root)
            ]
            if not (stays or failed or fresh):
                return []
            if anyio.current_time() > deadline:
                reasons = [f"{root.code} on {root.subject} is still there"] if stays else []
                reasons += [f"{code} on {ref} is new" for code, ref in fresh]
                return reasons + [f"{one} did not answer" for one in failed]
            await anyio.sleep(_PAUSE)

    async def _undo(self, hands: Hands, cluster: str, repair: Repair) -> None:
        """Go back; what cannot be undone stands, and is told."""
        changes = [{"kind": "undo", "plan": repair.plan}]
        arguments = {"changes": changes, "cluster": cluster}
        repair.result = Result.FAILED
        self._say(f"undoing {repair.plan}")
        try:
            planned = await self._hub.result(hands.server, hands.plan, arguments)
            plan = Planned.model_validate(planned.structured_content).plan_id
            if plan is None:
                return
            result = await self._hub.result(
                hands.server, hands.apply, {"plan_id": plan}, seconds=_APPLY_SECONDS
            )
        except ToolError as error:
            repair.reasons.append(f"it could not be undone: {_told(error, None)}")
            return
        applied = Applied.model_validate(result.structured_content)
        if applied.state in {"applied", "unproven"}:
            repair.result = Result.UNDONE
        repair.reasons += [f"undo: {one}" for one in applied.problems]


def _revealed(now: Found, problem: tuple[str, Ref], root: RootCause) -> bool:
    """Return whether a problem only shows because another one of its object is out of the way."""
    worst = min(
        (
            tuple(Severity).index(one.severity)
            for answer in now.answers
            for one in answer.findings
            if (one.code, one.subject) == problem
        ),
        default=0,
    )
    return problem[1] == root.subject and worst >= tuple(Severity).index(root.severity)


def chosen(roots: Sequence[RootCause], target: str | None) -> list[RootCause]:
    """Return the root causes that a Ref, a finding code, or nothing (all) means."""
    if target is None:
        return list(roots)
    return [
        one
        for one in roots
        if target in {one.code, str(one.subject), *(str(ref) for ref in one.members)}
        or any(target == str(symptom.subject) for symptom in one.symptoms)
    ]


def _to(remedy: Remedy) -> str:
    """Return what a remedy does as a purpose, within a sentence."""
    first, rest = remedy.say[:1], remedy.say[1:]
    return f"to {first.lower() if rest[:1].islower() else first}{rest}"


def _told(error: ToolError, remedy: Remedy | None) -> str:
    said = f"{error}. {error.hint}" if error.hint else str(error)
    return f"{_to(remedy)}: {said}" if remedy else said


def _lines(content: object) -> list[str]:
    text = getattr(content, "text", "")
    return text.splitlines() if isinstance(text, str) else []
