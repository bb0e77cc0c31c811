"""The tool that works a change of accelerators out, and changes nothing."""

from importlib import import_module
from typing import Annotated

from pydantic import Field

from clusterwright.tools.gpu.changes.asked import Asked
from clusterwright.tools.kubernetes.desk import Desk
from clusterwright.tools.kubernetes.parameters import Cluster
from clusterwright.tools.kubernetes.plan_change import PlannedChange
from clusterwright.tools.tool import Effect, Tool

_WORK = "clusterwright.tools.kubernetes.changes.planning"
"""Loaded when first needed: start-up does without it."""


async def gpu_plan_change(
    desk: Desk,
    changes: Annotated[
        list[Asked], Field(min_length=1, max_length=20, description="One of each node.")
    ],
    override_owner: Annotated[
        bool, Field(description="Also where an owner (Cluster API, NFD) will take it back.")
    ] = False,
    cluster: Cluster = None,
) -> PlannedChange:
    """Work out a change of GPU nodes: who uses them and where that could go, its risk and proof.

    Changes nothing; gpu_apply_change carries it out once a person or a policy approves.
    """
    work = import_module(_WORK)
    answer: PlannedChange = await work.plan(
        desk, [one.told() for one in changes], cluster, override_owner=override_owner
    )
    return answer


TOOL = Tool(gpu_plan_change, Effect.PLAN, "Plan a change of GPU nodes", idempotent=False)
