"""Which resources are network devices: what RDMA and SR-IOV plugins offer beside GPUs.

Administrators name them, mostly after what makes them: Mellanox/k8s-rdma-shared-dev-plugin
(`rdma/...`), k8snetworkplumbingwg/sriov-network-operator (prefix `openshift.io`),
Mellanox/network-operator (prefix `nvidia.com`: `hostdev`, `mlnxnics`, `sriovlegacy`, and names of
interfaces, as `resibp24s0`), intel/sriov-network-device-plugin (`intel.com/intel_sriov_...`).
"""

import math
import re
from collections.abc import Mapping

from clusterwright.tools.kubernetes.analyzers.capacity import requested
from clusterwright.tools.manifest import Manifest

_DOMAINS = frozenset({"rdma", "openshift.io", "mellanox.com"})
_NAMES = re.compile(
    r"(?:rdma|hostdev|gdrcopy|nvswitch|resib|res(?:eth|en)|sriov|mlnx|mellanox|roce|connectx"
    r"|bluefield|doca)"
    r"|(?:ib|hca|cx|bf|rail|nics?|vnics?|vf|sf|eth|en[ops])(?:[-_\d]|$)"
    r"|.*(?:sriov|rdma|roce|switchdev|_nic|netdevice)",
    re.IGNORECASE,
)


def is_network_device(resource: str) -> bool:
    """Return whether a resource counts network devices, by the names that are usual."""
    prefix, _, name = resource.partition("/")
    return bool(name) and (prefix in _DOMAINS or names_network(name))


def names_network(name: str) -> bool:
    """Return whether the name of a resource, without its prefix, is that of network devices.

    NVSwitches, which are handed to virtual machines with the GPUs, are among them.
    """
    return _NAMES.match(name) is not None


def network_devices_of(pod: Manifest) -> Mapping[str, int]:
    """Return the network devices that a pod asks for, by resource."""
    return {
        key: int(amount)
        for key, amount in requested(pod).items()
        if is_network_device(key) and math.isfinite(amount) and amount >= 1
    }
