"""The tool that carries out a plan for accelerators, once, after it was approved."""

from importlib import import_module
from typing import Annotated

from pydantic import Field

from clusterwright.tools.caller import Caller
from clusterwright.tools.kubernetes.apply_change import AppliedChange, consent
from clusterwright.tools.kubernetes.desk import Desk
from clusterwright.tools.tool import Effect, Tool

_WORK = "clusterwright.tools.kubernetes.changes.applying"
"""Loaded when first needed: start-up does without it."""


async def gpu_apply_change(
    desk: Desk,
    caller: Caller,
    plan_id: Annotated[str, Field(max_length=60, description="From gpu_plan_change.")],
) -> AppliedChange:
    """Carry out a plan, after a person approved it, and wait until its node proves it.

    What is not proven is undone. A plan acts at most once.
    """
    answer: AppliedChange = await import_module(_WORK).apply(desk, caller, plan_id)
    return answer


TOOL = Tool(
    gpu_apply_change,
    Effect.DESTROY,
    "Apply a planned change of GPU nodes",
    idempotent=False,
    ask=consent,
)
