"""The analyzers of Cluster API, one fault family per module, from the cluster down to its nodes."""

from clusterwright.tools.analyzer import Analyzer
from clusterwright.tools.cluster_api.analyzers.autoscaler import AUTOSCALER
from clusterwright.tools.cluster_api.analyzers.certificate import CERTIFICATE
from clusterwright.tools.cluster_api.analyzers.cluster_class import CLUSTER_CLASS
from clusterwright.tools.cluster_api.analyzers.connection import CONNECTION
from clusterwright.tools.cluster_api.analyzers.control_plane import CONTROL_PLANE_ANALYZER
from clusterwright.tools.cluster_api.analyzers.deletion import DELETION
from clusterwright.tools.cluster_api.analyzers.node import NODE
from clusterwright.tools.cluster_api.analyzers.orphan import ORPHAN
from clusterwright.tools.cluster_api.analyzers.paused import PAUSED
from clusterwright.tools.cluster_api.analyzers.pool import POOL_ANALYZER
from clusterwright.tools.cluster_api.analyzers.provider import PROVIDER_ANALYZER
from clusterwright.tools.cluster_api.analyzers.provision import PROVISION
from clusterwright.tools.cluster_api.analyzers.remediation import REMEDIATION
from clusterwright.tools.cluster_api.analyzers.resource_set import RESOURCE_SET_ANALYZER
from clusterwright.tools.cluster_api.analyzers.rollout import ROLLOUT_ANALYZER
from clusterwright.tools.cluster_api.analyzers.topology import TOPOLOGY
from clusterwright.tools.cluster_api.analyzers.versions import VERSIONS
from clusterwright.tools.cluster_api.k0rdent.analyzers import K0RDENT
from clusterwright.tools.cluster_api.sveltos.analyzers import SVELTOS

ANALYZERS: tuple[Analyzer, ...] = (
    TOPOLOGY,
    CLUSTER_CLASS,
    PROVIDER_ANALYZER,
    PAUSED,
    VERSIONS,
    PROVISION,
    CONTROL_PLANE_ANALYZER,
    CERTIFICATE,
    CONNECTION,
    POOL_ANALYZER,
    ROLLOUT_ANALYZER,
    AUTOSCALER,
    NODE,
    REMEDIATION,
    DELETION,
    RESOURCE_SET_ANALYZER,
    ORPHAN,
    *K0RDENT,
    *SVELTOS,
)
