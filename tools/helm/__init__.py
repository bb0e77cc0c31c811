"""The Helm domain: releases and charts, planned, proven and reversible."""

from clusterwright.tools.helm import (
    apply_change,
    diff,
    find_problems,
    get_release,
    list_releases,
    plan_change,
    render,
    search_charts,
    show_chart,
)
from clusterwright.tools.kubernetes.changes.vocabulary import Vocabulary
from clusterwright.tools.tool import Tool

TOOLS: tuple[Tool, ...] = (
    find_problems.TOOL,
    list_releases.TOOL,
    get_release.TOOL,
    diff.TOOL,
    search_charts.TOOL,
    show_chart.TOOL,
    render.TOOL,
)

PLAN_CHANGE, APPLY_CHANGE = plan_change.TOOL, apply_change.TOOL
"""The two tools through which releases are changed; they work in a `Desk` with this vocabulary."""
VOCABULARY = Vocabulary("helm", "helm", "clusterwright.tools.helm.changes.all")
