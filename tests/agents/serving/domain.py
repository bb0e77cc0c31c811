"""A server of one domain whose problems, plans and people's words are as a test says."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import anyio
from mcp.server import MCPServer

from clusterwright.agents.serving.workplace import Workplace
from clusterwright.servers.build import build
from clusterwright.tools.caller import Caller, Said
from clusterwright.tools.change import State
from clusterwright.tools.coverage import Coverage, Gap
from clusterwright.tools.errors import RefusedError, UnreachableError
from clusterwright.tools.finding import Finding, Remedy
from clusterwright.tools.kubernetes.apply_change import AppliedChange
from clusterwright.tools.kubernetes.plan_change import PlannedChange
from clusterwright.tools.kubernetes.problems import Problems
from clusterwright.tools.tool import Effect, Tool
from clusterwright.tools.trust.risk import Risk

CLUSTER = "dev"


@dataclass
class Domain:
    """What is wrong, and what a repair does about it."""

    findings: list[Finding] = field(default_factory=list[Finding])
    helps: bool = True
    """Whether what is applied takes the findings away."""
    shows: list[Finding] = field(default_factory=list[Finding])
    """What it finds once those are away."""
    lost: tuple[Gap, ...] = ()
    """What it can not read any more once something is applied."""
    silent: bool = False
    """Whether it fails when it is asked what is wrong."""
    covered: set[str] = field(default_factory=set[str])
    """Plans that need no question."""
    asks_otherwise: bool = False
    """Whether the server asks something else than `question` foretold."""
    held: anyio.Event | None = None
    """What applying waits for, if anything."""
    plans: list[str] = field(default_factory=list[str])
    applied: list[str] = field(default_factory=list[str])

    async def question(self, plan: str) -> str | None:
        """Foretell what will be asked."""
        return None if plan in self.covered else spelled(plan)

    async def aclose(self) -> None:
        """Hold nothing."""

    def server(self) -> MCPServer:
        """Return it as a server."""
        ask = Tool(k8s_apply_change, Effect.DESTROY, "Apply", idempotent=False, ask=_ask)
        plain = (
            Tool(k8s_find_problems, Effect.READ, "Find"),
            Tool(k8s_plan_change, Effect.PLAN, "Plan"),
        )
        tools = [(one, self) for one in (*plain, ask)]
        return build("domain", tools, title="Domain", instructions="")


def spelled(plan: str, what: str = "app -> cart") -> str:
    """Return the question about a plan."""
    return f"Change cluster dev? {what}\nPlan {plan}, digest d-{plan}, expires soon."


async def k8s_find_problems(domain: Domain, limit: int | None = None) -> Problems:
    """Find."""
    del limit
    if domain.silent:
        raise UnreachableError("the API server did not answer")
    checked = Coverage(checked={"Pod": 7}, gaps=domain.lost if domain.applied else ())
    found = tuple(domain.findings)
    return Problems(cluster=CLUSTER, total=len(found), findings=found, coverage=checked)


async def k8s_plan_change(
    domain: Domain, changes: list[dict[str, Any]], cluster: str | None = None
) -> PlannedChange:
    """Plan."""
    del cluster
    if changes[0].get("kind") == "forbidden":
        raise RefusedError("it belongs to Git", hint="change it there")
    plan = f"p-{len(domain.plans)}"
    domain.plans.append(plan)
    return PlannedChange(cluster=CLUSTER, plan_id=plan, risk=Risk.LOW, reasons=("small",))


async def _ask(domain: Domain, plan_id: str) -> str | None:
    if plan_id in domain.covered:
        return None
    return spelled(plan_id, "everything" if domain.asks_otherwise else "app -> cart")


async def k8s_apply_change(domain: Domain, caller: Caller, plan_id: str) -> AppliedChange:
    """Apply."""
    if plan_id not in domain.covered and caller.said is not Said.YES:
        raise RefusedError(f"nobody agreed to {plan_id}")
    domain.applied.append(plan_id)
    if domain.held is not None:
        await domain.held.wait()
    if domain.helps:
        domain.findings = [*domain.shows]
    return AppliedChange(cluster=CLUSTER, plan_id=plan_id, state=State.APPLIED, done=("patched",))


def with_remedy(finding: Finding, kind: str = "patch", **change: str) -> Finding:
    """Return a finding that has a ready-made change."""
    remedy = Remedy(say="select what there is", changes=({"kind": kind, **change},))
    return finding.model_copy(update={"remedies": (remedy,)})


@asynccontextmanager
async def working(domain: Domain) -> AsyncGenerator[Workplace]:
    """Open a workplace whose only server is of a domain."""
    work = Workplace(
        lambda: {"kubernetes": domain.server()}, domain.question, may_apply=True, patience=0.0
    )
    try:
        yield work
    finally:
        await work.aclose()
