"""The Kubernetes domain: what any cluster has."""

from clusterwright.tools.kubernetes import (
    apply_change,
    describe,
    events,
    find_problems,
    get,
    list_,
    logs,
    plan_change,
)
from clusterwright.tools.tool import Tool

TOOLS: tuple[Tool, ...] = (
    find_problems.TOOL,
    list_.TOOL,
    get.TOOL,
    describe.TOOL,
    logs.TOOL,
    events.TOOL,
)

PLAN_CHANGE, APPLY_CHANGE = plan_change.TOOL, apply_change.TOOL
"""The two tools through which everything is changed; they work in a `Desk`."""
