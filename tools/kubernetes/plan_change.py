"""The tool that works a change out, and changes nothing."""

from datetime import UTC, datetime
from importlib import import_module
from typing import Annotated

from pydantic import Field

from clusterwright.tools.answer import Answer
from clusterwright.tools.change import Plan, PlanStep
from clusterwright.tools.kubernetes.changes.asked import Asked
from clusterwright.tools.kubernetes.changes.question import told
from clusterwright.tools.kubernetes.desk import Desk
from clusterwright.tools.kubernetes.parameters import Cluster
from clusterwright.tools.tool import Effect, Tool
from clusterwright.tools.trust.risk import Risk

_WORK = "clusterwright.tools.kubernetes.changes.planning"
"""Loaded when first needed: start-up does without it."""


class PlannedChange(Answer):
    """A plan: what would happen, how risky it is, what will prove success, how to go back."""

    plan_id: str | None = Field(default=None, description="To apply it by.")
    expires: datetime | None = None
    risk: Risk | None = None
    reasons: tuple[str, ...] = ()
    steps: tuple[PlanStep, ...] = ()
    more_steps: int = Field(default=0, description="Left out: `clusterwright plans ID` has all.")
    proofs: tuple[str, ...] = Field(default=(), description="What must be true after it.")
    undo: str | None = None
    digest: str | None = None
    unfinished: tuple[str, ...] = Field(
        default=(), description="Plans whose apply was cut short: finish or undo them."
    )
    note: str | None = None

    def render(self) -> str:
        """Return the plan as a person would write it."""
        lines: list[str] = []
        if self.plan_id is None:
            lines.append(f"{self.note or 'Nothing to change'} on {self.cluster}.")
        else:
            why = "; ".join(self.reasons)
            lines.append(f"Plan {self.plan_id} for {self.cluster}, risk {self.risk}: {why}.")
            lines += list(told(self._plan()))[:-1]
            if self.more_steps:
                lines.append(f"{self.more_steps} more steps: clusterwright plans {self.plan_id}")
            lines += [f"Next: {self.note}"] if self.note else []
        lines += [f"Unfinished: {one}" for one in self.unfinished]
        return "\n".join(lines)

    def _plan(self) -> Plan:
        now = datetime.now(UTC)
        return Plan(
            id=self.plan_id or "",
            made=now,
            expires=self.expires or now,
            cluster=self.cluster,
            identity="",
            changes=(),
            digest=self.digest or "",
            risk=self.risk or Risk.HIGH,
            reasons=self.reasons,
            steps=self.steps,
            proofs=self.proofs,
            undo=self.undo or "",
        )


async def k8s_plan_change(
    desk: Desk,
    changes: Annotated[
        list[Asked],
        Field(min_length=1, max_length=20, description="In order; a finding's fix as it is."),
    ],
    override_owner: Annotated[
        bool, Field(description="Also where an owner (Helm, GitOps, HPA) will take it back.")
    ] = False,
    cluster: Cluster = None,
) -> PlannedChange:
    """Work a change out by dry run: diff, risk, proofs of success and the way back.

    Changes nothing; k8s_apply_change carries it out once a person or a policy approves.
    """
    work = import_module(_WORK)
    answer: PlannedChange = await work.plan(
        desk, [one.told() for one in changes], cluster, override_owner=override_owner
    )
    return answer


TOOL = Tool(k8s_plan_change, Effect.PLAN, "Plan a change", idempotent=False)
