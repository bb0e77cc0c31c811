"""The tool that works a change of monitoring out, and changes nothing."""

from importlib import import_module
from typing import Annotated

from pydantic import Field

from clusterwright.tools.kubernetes.parameters import Cluster
from clusterwright.tools.kubernetes.plan_change import PlannedChange
from clusterwright.tools.prometheus.changes.asked import Asked
from clusterwright.tools.prometheus.desk import Desk
from clusterwright.tools.tool import Effect, Tool

_WORK = "clusterwright.tools.kubernetes.changes.planning"
"""Loaded when first needed: start-up does without it."""


async def prom_plan_change(
    desk: Desk,
    changes: Annotated[
        list[Asked], Field(min_length=1, max_length=10, description="One of each thing.")
    ],
    override_owner: Annotated[
        bool, Field(description="Also where an owner (Helm, GitOps) will take it back.")
    ] = False,
    cluster: Cluster = None,
) -> PlannedChange:
    """Work out a silence, rule or monitor: what it would mute, fire or select now, and its risk.

    Changes nothing; prom_apply_change carries it out once a person or a policy approves.
    """
    work = import_module(_WORK)
    answer: PlannedChange = await work.plan(
        desk, [one.told() for one in changes], cluster, override_owner=override_owner
    )
    return answer


TOOL = Tool(prom_plan_change, Effect.PLAN, "Plan a change of monitoring", idempotent=False)
