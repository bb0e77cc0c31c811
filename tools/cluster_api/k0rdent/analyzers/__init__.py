"""The analyzers of k0rdent, one fault family per module.

A ClusterDeployment goes through credential, template, config, release and Cluster, in this order.
Each fault is told once, at the object that has it: what stands above it is a member or a relation.
"""

from clusterwright.tools.analyzer import Analyzer
from clusterwright.tools.cluster_api.k0rdent.analyzers.credential import CREDENTIAL_ANALYZER
from clusterwright.tools.cluster_api.k0rdent.analyzers.deletion import DELETION
from clusterwright.tools.cluster_api.k0rdent.analyzers.deployment import DEPLOYMENT_ANALYZER
from clusterwright.tools.cluster_api.k0rdent.analyzers.management import MANAGEMENT_ANALYZER
from clusterwright.tools.cluster_api.k0rdent.analyzers.multi_cluster import MULTI_CLUSTER
from clusterwright.tools.cluster_api.k0rdent.analyzers.provider import PROVIDER
from clusterwright.tools.cluster_api.k0rdent.analyzers.release import RELEASE_ANALYZER
from clusterwright.tools.cluster_api.k0rdent.analyzers.service import SERVICE
from clusterwright.tools.cluster_api.k0rdent.analyzers.service_set import SERVICE_SET_ANALYZER
from clusterwright.tools.cluster_api.k0rdent.analyzers.template import TEMPLATE_ANALYZER
from clusterwright.tools.cluster_api.k0rdent.analyzers.upgrade import UPGRADE

K0RDENT: tuple[Analyzer, ...] = (
    MANAGEMENT_ANALYZER,
    TEMPLATE_ANALYZER,
    PROVIDER,
    CREDENTIAL_ANALYZER,
    DEPLOYMENT_ANALYZER,
    RELEASE_ANALYZER,
    SERVICE,
    SERVICE_SET_ANALYZER,
    UPGRADE,
    MULTI_CLUSTER,
    DELETION,
)
