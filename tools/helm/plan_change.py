"""The tool that works a change of releases out, and changes nothing."""

from importlib import import_module
from typing import Annotated

from pydantic import Field

from clusterwright.tools.helm.changes.asked import Asked
from clusterwright.tools.kubernetes.desk import Desk
from clusterwright.tools.kubernetes.parameters import Cluster
from clusterwright.tools.kubernetes.plan_change import PlannedChange
from clusterwright.tools.tool import Effect, Tool

_WORK = "clusterwright.tools.kubernetes.changes.planning"
"""Loaded when first needed: start-up does without it."""


async def helm_plan_change(
    desk: Desk,
    changes: Annotated[
        list[Asked], Field(min_length=1, max_length=10, description="One of each release.")
    ],
    override_owner: Annotated[
        bool, Field(description="Also where an owner (GitOps, HPA) will take it back.")
    ] = False,
    cluster: Cluster = None,
) -> PlannedChange:
    """Work a change of Helm releases out: render, dry-run each object, diff, what would fail.

    Changes nothing; helm_apply_change carries it out once a person or a policy approves.
    """
    work = import_module(_WORK)
    answer: PlannedChange = await work.plan(
        desk, [one.told() for one in changes], cluster, override_owner=override_owner
    )
    return answer


TOOL = Tool(helm_plan_change, Effect.PLAN, "Plan a change of releases", idempotent=False)
