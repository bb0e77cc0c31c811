"""The Kubernetes domain: what any cluster has."""

from clusterwright.tools.tool import Tool

TOOLS: tuple[Tool, ...] = ()
