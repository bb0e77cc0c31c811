"""What the conditions of infrastructure and bootstrap providers mean, one table per provider.

A provider that is not here is told by the contract alone: its conditions that are not well, its
`failureMessage` (v1beta1), and whether it reports that it did its part.
"""

from clusterwright.tools.cluster_api.providers.aws import AWS
from clusterwright.tools.cluster_api.providers.azure import AZURE
from clusterwright.tools.cluster_api.providers.gcp import GCP
from clusterwright.tools.cluster_api.providers.k0s import K0S
from clusterwright.tools.cluster_api.providers.kubeadm import KUBEADM
from clusterwright.tools.cluster_api.providers.metal3 import METAL3
from clusterwright.tools.cluster_api.providers.openstack import OPENSTACK
from clusterwright.tools.cluster_api.providers.row import Fault, Provider, Row
from clusterwright.tools.cluster_api.providers.row import meaning as _meaning
from clusterwright.tools.cluster_api.providers.vsphere import VSPHERE

PROVIDERS: tuple[Provider, ...] = (
    AWS,
    AZURE,
    GCP,
    OPENSTACK,
    METAL3,
    VSPHERE,
    KUBEADM,
    K0S,
)


def meaning(kind: str, condition: str, reason: str, message: str) -> Row | None:
    """Return what a condition of an object of a kind means; None where no table says it."""
    return _meaning(PROVIDERS, kind, condition, reason, message)


__all__ = ["PROVIDERS", "Fault", "Provider", "Row", "meaning"]
