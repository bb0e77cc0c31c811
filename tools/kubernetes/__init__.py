"""The Kubernetes domain: what any cluster has."""

from clusterwright.tools.kubernetes import find_problems
from clusterwright.tools.tool import Tool

TOOLS: tuple[Tool, ...] = (find_problems.TOOL,)
