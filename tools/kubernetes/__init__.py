"""The Kubernetes domain: what any cluster has."""

from clusterwright.tools.kubernetes import describe, events, find_problems, get, list_, logs
from clusterwright.tools.tool import Tool

TOOLS: tuple[Tool, ...] = (
    find_problems.TOOL,
    list_.TOOL,
    get.TOOL,
    describe.TOOL,
    logs.TOOL,
    events.TOOL,
)
