"""The Cluster API domain: clusters as objects of a management cluster."""

from clusterwright.tools.cluster_api import (
    check_upgrade,
    describe_class,
    describe_cluster,
    find_problems,
    list_classes,
    list_clusters,
    progress,
)
from clusterwright.tools.resource import Resource
from clusterwright.tools.tool import Tool

TOOLS: tuple[Tool, ...] = (
    find_problems.TOOL,
    list_clusters.TOOL,
    describe_cluster.TOOL,
    progress.TOOL,
    check_upgrade.TOOL,
    list_classes.TOOL,
    describe_class.TOOL,
)
RESOURCES: tuple[Resource, ...] = (progress.RESOURCE,)
