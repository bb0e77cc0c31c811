"""Changes of what k0rdent keeps: ClusterDeployments, and services on one cluster or on many."""

from clusterwright.tools.cluster_api.k0rdent.changes.create_deployment import CreateDeployment
from clusterwright.tools.cluster_api.k0rdent.changes.delete_deployment import DeleteDeployment
from clusterwright.tools.cluster_api.k0rdent.changes.service import (
    AddService,
    RemoveService,
    UpgradeService,
)
from clusterwright.tools.cluster_api.k0rdent.changes.set_config import SetConfig
from clusterwright.tools.cluster_api.k0rdent.changes.upgrade_deployment import UpgradeDeployment
from clusterwright.tools.kubernetes.changes.kind import Change

OF_K0RDENT: tuple[type[Change], ...] = (
    CreateDeployment,
    SetConfig,
    UpgradeDeployment,
    AddService,
    UpgradeService,
    RemoveService,
    DeleteDeployment,
)
