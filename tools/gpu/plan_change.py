"""The tool that works a change of accelerators out, and changes nothing."""

from importlib import import_module
from typing import Annotated

from pydantic import Field

from clusterwright.tools.gpu.changes.asked import Changes
from clusterwright.tools.kubernetes.desk import Desk
from clusterwright.tools.kubernetes.parameters import Cluster
from clusterwright.tools.kubernetes.plan_change import PlannedChange
from clusterwright.tools.tool import Effect, Tool

_WORK = "clusterwright.tools.kubernetes.changes.planning"
"""Loaded when first needed: start-up does without it."""


async def gpu_plan_change(
    desk: Desk,
    changes: Changes,
    override_owner: Annotated[
        bool, Field(description="Even if its owner will take it back.")
    ] = False,
    cluster: Cluster = None,
) -> PlannedChange:
    """Plan a change of GPU nodes: who loses GPUs, where they could go, risk, proof, the way back.

    Changes nothing.
    """
    work = import_module(_WORK)
    answer: PlannedChange = await work.plan(
        desk, [one.told() for one in changes], cluster, override_owner=override_owner
    )
    return answer


TOOL = Tool(gpu_plan_change, Effect.PLAN, "Plan a change of GPU nodes", idempotent=False)
