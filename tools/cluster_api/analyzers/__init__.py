"""The analyzers of Cluster API, one fault family per module."""

from clusterwright.tools.analyzer import Analyzer
from clusterwright.tools.cluster_api.analyzers.connection import CONNECTION
from clusterwright.tools.cluster_api.analyzers.deletion import DELETION
from clusterwright.tools.cluster_api.analyzers.health_check import HEALTH_CHECK_ANALYZER
from clusterwright.tools.cluster_api.analyzers.infrastructure import INFRASTRUCTURE
from clusterwright.tools.cluster_api.analyzers.machine import MACHINE_ANALYZER
from clusterwright.tools.cluster_api.analyzers.topology import TOPOLOGY
from clusterwright.tools.cluster_api.k0rdent.analyzers import K0RDENT
from clusterwright.tools.cluster_api.sveltos.analyzers import SVELTOS

ANALYZERS: tuple[Analyzer, ...] = (
    TOPOLOGY,
    INFRASTRUCTURE,
    MACHINE_ANALYZER,
    CONNECTION,
    DELETION,
    HEALTH_CHECK_ANALYZER,
    *K0RDENT,
    *SVELTOS,
)
