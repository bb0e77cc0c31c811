"""What the agent's tools work in: servers, what was found lately, and fixes that were planned."""

import re
from collections import OrderedDict
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import anyio
from mcp.client import ClientRequestContext
from mcp_types import ElicitRequestFormParams, ElicitRequestParams, ElicitResult

from clusterwright.agents.diagnose.diagnosis import Diagnosis
from clusterwright.agents.hub import Hub, Target
from clusterwright.agents.remediate.found import Found, Scope, look
from clusterwright.agents.remediate.hands import Hands
from clusterwright.agents.remediate.repair import Repair
from clusterwright.agents.remediate.verify import GONE_SECONDS
from clusterwright.agents.serving.explained import Whole
from clusterwright.agents.serving.held import Held
from clusterwright.agents.serving.kept import Kept, keep
from clusterwright.tools.errors import BusyError, NotFoundError
from clusterwright.tools.turn import waiting

_MOST_SCOPES = 1_000
_MOST_PLANS = 100
_MOST_WAITING = 100
"""Fixes that wait for the one at work: they hold no turn of the server, which bounds all others."""
_PLAN = re.compile(r"(?m)^Plan (\S{1,60}), digest ")
"""How the last line of a question begins."""

Question = Callable[[str], Awaitable[str | None]]
"""Returns what a person must agree to before a plan is applied, None if it is covered already."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A fix that was planned, or the way back from one that did not help."""

    scope: Scope
    repair: Repair
    hands: Hands
    """Who carries it out."""
    back: bool = False
    """Whether it undoes another."""
    twins: frozenset[str] = frozenset()
    """The titles of what was not meant, though of the same code and about the same object."""


class Workplace:
    """Everything that a call may need of earlier ones; after a restart it is found anew."""

    def __init__(
        self,
        servers: Callable[[], Mapping[str, Target]],
        question: Question,
        *,
        may_apply: bool,
        patience: float = GONE_SECONDS,
    ) -> None:
        """Take how to make the servers, which happens at the first call, and who knows questions.

        `may_apply` is whether planned fixes may be applied here at all; `patience` how many
        seconds a finding may stay after its repair.
        """
        self._servers = servers
        self._question = question
        self.may_apply = may_apply
        self.patience = patience
        self._held: Held | None = None
        self._turn = anyio.Lock()
        self._agreed: str | None = None
        self._unanswered: list[str] = []
        self.looks = Kept[Diagnosis]()
        self.wholes = Kept[Whole]()
        self._scopes: OrderedDict[str, Scope] = OrderedDict()
        self._plans: OrderedDict[str, Planned] = OrderedDict()

    async def hub(self) -> Hub:
        """Return the connected servers."""
        if self._held is None or not self._held.open:
            self._held = Held(self._servers(), self._answer)
        return await self._held.hub()

    async def look(self, scope: Scope) -> Found:
        """Return what is wrong at this moment."""
        found = await look(await self.hub(), scope)
        self.know(found.diagnosis, scope)
        return found

    def know(self, diagnosis: Diagnosis, scope: Scope) -> None:
        """Know root causes by their ids, and where they were found, from now on."""
        for one in reversed(diagnosis.root_causes):  # of too many, the worst are the last to go
            known = self._scopes.get(one.id)
            wider = known if known and known.namespace is None else scope  # it shows all symptoms
            keep(self._scopes, one.id, wider, _MOST_SCOPES)

    def scope_of(self, cause: str) -> Scope | None:
        """Return where a cause was found, by its id."""
        return self._scopes.get(cause)

    def keep_plan(self, plan: str, planned: Planned) -> None:
        """Keep what a plan is to fix."""
        keep(self._plans, plan, planned, _MOST_PLANS)

    def plan(self, plan: str) -> Planned:
        """Return what a plan is to fix; raise NotFoundError."""
        if (planned := self._plans.get(plan)) is not None:
            return planned
        raise NotFoundError(
            f"this server has planned no fix {plan[:60]!r} since it started",
            hint="plan it again with plan_fix; a plan of <domain>_plan_change is applied by"
            " <domain>_apply_change",
        )

    async def question(self, plan: str) -> str | None:
        """Return what a person must agree to before a fix is applied; None if it is covered."""
        self.plan(plan)
        return await self._question(plan)

    @asynccontextmanager
    async def applying(self, plan: str, *, agreed: bool) -> AsyncGenerator[list[str]]:
        """Give a person's word, if they agreed, to the server that asks what they were asked.

        It is given for the very same text only, which names the plan and its digest, and by one
        call at a time; raise BusyError when too many wait. Yields the plans about which something
        else was asked: nobody answered.
        """
        await self._take_turn()
        try:
            self._agreed = await self._question(plan) if agreed else None
            self._unanswered = []
            yield self._unanswered
        finally:
            self._agreed = None
            self._turn.release()

    async def _take_turn(self) -> None:
        """Wait until no other fix is at work, and keep no other call from its turn meanwhile."""
        if (line := self._turn.statistics().tasks_waiting) >= _MOST_WAITING:
            raise BusyError(
                f"{line} fixes wait for the one at work; nothing was changed",
                hint="wait for what those come to, then call this again",
            )
        try:
            self._turn.acquire_nowait()
        except anyio.WouldBlock:
            async with waiting():
                await self._turn.acquire()

    async def aclose(self) -> None:
        """Let go of every connection."""
        held, self._held = self._held, None
        if held is not None:
            await held.aclose()

    async def _answer(
        self, context: ClientRequestContext, params: ElicitRequestParams
    ) -> ElicitResult:
        """Answer a server's question: with a person's word, or not at all."""
        del context  # the question says which plan it is about
        if not isinstance(params, ElicitRequestFormParams):
            return ElicitResult(action="cancel")
        if params.message == self._agreed:
            return ElicitResult(action="accept", content={"approve": True})
        self._unanswered += _PLAN.findall(params.message)[-1:]
        return ElicitResult(action="cancel")
