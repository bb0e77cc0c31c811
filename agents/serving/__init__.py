"""The agent as tools of an MCP server: one diagnosis across all servers, and one safe repair."""

from clusterwright.agents.serving import apply_fix, diagnose, explain, findings, plan_fix, report
from clusterwright.tools.resource import Resource
from clusterwright.tools.tool import Tool

TOOLS: tuple[Tool, ...] = (diagnose.TOOL, explain.TOOL)
PLAN_FIX, APPLY_FIX = plan_fix.TOOL, apply_fix.TOOL
"""The two tools through which the agent repairs; offered as far as the access mode goes."""
RESOURCES: tuple[Resource, ...] = (findings.RESOURCE, report.RESOURCE)
