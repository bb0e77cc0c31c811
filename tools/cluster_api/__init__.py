"""The Cluster API domain: clusters as objects of a management cluster."""

from clusterwright.tools.cluster_api import (
    apply_change,
    describe_class,
    describe_cluster,
    find_problems,
    list_classes,
    list_clusters,
    plan_change,
)
from clusterwright.tools.kubernetes.changes.vocabulary import Vocabulary
from clusterwright.tools.tool import Tool

TOOLS: tuple[Tool, ...] = (
    find_problems.TOOL,
    list_clusters.TOOL,
    describe_cluster.TOOL,
    list_classes.TOOL,
    describe_class.TOOL,
)

PLAN_CHANGE, APPLY_CHANGE = plan_change.TOOL, apply_change.TOOL
"""The two tools through which clusters are changed; they work in a `Desk` with this vocabulary."""
VOCABULARY = Vocabulary("cluster_api", "capi", "clusterwright.tools.cluster_api.changes.all")
