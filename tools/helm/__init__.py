"""The Helm domain: releases and charts, planned, proven and reversible."""

from clusterwright.tools.helm import apply_change, plan_change
from clusterwright.tools.kubernetes.changes.vocabulary import Vocabulary
from clusterwright.tools.tool import Tool

TOOLS: tuple[Tool, ...] = ()

PLAN_CHANGE, APPLY_CHANGE = plan_change.TOOL, apply_change.TOOL
"""The two tools through which releases are changed; they work in a `Desk` with this vocabulary."""
VOCABULARY = Vocabulary("helm", "helm", "clusterwright.tools.helm.changes.all")
