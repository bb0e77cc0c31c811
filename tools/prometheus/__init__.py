"""Prometheus and Alertmanager: queries, targets, rules and alerts, and what they say of a cluster.

Numbers are worked out where they are kept: what a tool asks for is a summary that the server
computed, not series to be summed up here.
"""

from clusterwright.tools.prometheus import (
    alerts,
    apply_change,
    cardinality,
    costs,
    explain_query,
    find_problems,
    plan_change,
    query,
    rules,
    search_metrics,
    signals,
    targets,
)
from clusterwright.tools.prometheus.desk import VOCABULARY as VOCABULARY
from clusterwright.tools.tool import Tool

TOOLS: tuple[Tool, ...] = (
    alerts.TOOL,
    cardinality.TOOL,
    costs.TOOL,
    explain_query.TOOL,
    find_problems.TOOL,
    query.TOOL,
    rules.TOOL,
    search_metrics.TOOL,
    signals.TOOL,
    targets.TOOL,
)

PLAN_CHANGE, APPLY_CHANGE = plan_change.TOOL, apply_change.TOOL
"""The two tools through which silences, rules and monitors are changed; they work in a `Desk`."""
