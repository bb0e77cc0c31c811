"""The tool that carries out a plan, once, after a person, a signature or a policy approved it."""

from importlib import import_module
from typing import Annotated

from pydantic import Field

from clusterwright.tools.answer import Answer
from clusterwright.tools.caller import Caller
from clusterwright.tools.change import State
from clusterwright.tools.kubernetes.desk import Desk
from clusterwright.tools.tool import Effect, Tool

_WORK = "clusterwright.tools.kubernetes.changes.applying"
"""Loaded when first needed: start-up does without it."""


class AppliedChange(Answer):
    """What came of a plan, honestly."""

    plan_id: str
    state: State = Field(description="applied: proven. unproven, undone, failed: see problems.")
    done: tuple[str, ...] = Field(default=(), description="Steps that took place.")
    proven: tuple[str, ...] = Field(default=(), description="Proofs that were met, and held.")
    problems: tuple[str, ...] = ()
    causes: tuple[str, ...] = Field(default=(), description="What the analyzers found about it.")
    undone: tuple[str, ...] = ()
    next: str | None = None

    def render(self) -> str:
        """Return one line on the outcome, then what it rests on."""
        lines = [f"{_HEADLINES[self.state]} (plan {self.plan_id} on {self.cluster})."]
        lines += [f"done: {one}" for one in self.done]
        lines += [f"proven: {one}" for one in self.proven]
        lines += [f"problem: {one}" for one in self.problems]
        lines += [f"cause: {one}" for one in self.causes]
        lines += [f"undone: {one}" for one in self.undone]
        lines += [f"Next: {self.next}"] if self.next else []
        return "\n".join(lines)


_HEADLINES = {
    State.APPLIED: "Applied, and proven to work",
    State.UNPROVEN: "Applied, NOT proven to work; it was left as it is",
    State.UNDONE: "Did not work, and was undone",
    State.FAILED: "Failed; what was done before stands",
    State.REFUSED: "Nothing was changed",
}


async def consent(desk: Desk, plan_id: str) -> str | None:
    """Return what a person must agree to before a plan is applied; None if it is covered already.

    Raises what `k8s_apply_change` raises for a plan that cannot be applied at all.
    """
    question: str | None = await import_module(_WORK).ask(desk, plan_id)
    return question


async def k8s_apply_change(
    desk: Desk,
    caller: Caller,
    plan_id: Annotated[str, Field(max_length=60, description="From k8s_plan_change.")],
) -> AppliedChange:
    """Carry out a plan, after a person approved it, and prove that it worked; undo it if not.

    A plan acts at most once, and only on what it was made for.
    """
    answer: AppliedChange = await import_module(_WORK).apply(desk, caller, plan_id)
    return answer


TOOL = Tool(
    k8s_apply_change, Effect.DESTROY, "Apply a planned change", idempotent=False, ask=consent
)
