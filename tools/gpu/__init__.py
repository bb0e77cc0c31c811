"""GPUs of a cluster: what there is, who has it, and where it is stuck on the way to a pod."""

from clusterwright.tools.gpu import (
    apply_change,
    describe_node,
    explain_fit,
    explain_xid,
    find_problems,
    inventory,
    operator_status,
    plan_change,
    usage,
)
from clusterwright.tools.gpu.desk import VOCABULARY as VOCABULARY
from clusterwright.tools.tool import Tool

TOOLS: tuple[Tool, ...] = (
    describe_node.TOOL,
    explain_fit.TOOL,
    explain_xid.TOOL,
    find_problems.TOOL,
    inventory.TOOL,
    operator_status.TOOL,
)
MEASURED: tuple[Tool, ...] = (usage.TOOL,)
"""Tools that ask a Prometheus besides; they work with a `Monitoring`."""

PLAN_CHANGE, APPLY_CHANGE = plan_change.TOOL, apply_change.TOOL
"""The two tools through which GPU nodes are changed."""
