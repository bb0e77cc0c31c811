"""The analyzers of Sveltos, one fault family per module.

A finding is about the profile, or about the MultiClusterService of k0rdent that made it; the
ClusterSummaries that show it are its members, so that one mistake on fifty clusters is told once.
"""

from clusterwright.tools.analyzer import Analyzer
from clusterwright.tools.cluster_api.sveltos.analyzers.cluster import CLUSTER_ANALYZER
from clusterwright.tools.cluster_api.sveltos.analyzers.dependency import DEPENDENCY
from clusterwright.tools.cluster_api.sveltos.analyzers.drift import DRIFT
from clusterwright.tools.cluster_api.sveltos.analyzers.summary import SUMMARY_ANALYZER
from clusterwright.tools.cluster_api.sveltos.analyzers.suspension import SUSPENSION

SVELTOS: tuple[Analyzer, ...] = (CLUSTER_ANALYZER, SUMMARY_ANALYZER, DEPENDENCY, DRIFT, SUSPENSION)
