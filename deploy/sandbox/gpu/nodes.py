"""The simulated GPU nodes: what a machine brings along, before any operator has seen it."""

from dataclasses import dataclass

from clusterwright.deploy.sandbox.gpu.hardware import COUNT, PRODUCT, STEER
from clusterwright.deploy.sandbox.runtime.simulated import SIMULATED
from clusterwright.tools.manifest import Manifest

KERNEL = "5.15.0-153-generic"
_SYSTEM = {
    "architecture": "amd64",
    "operatingSystem": "linux",
    "osImage": "Ubuntu 22.04.5 LTS",
    "kernelVersion": KERNEL,
    "containerRuntimeVersion": "containerd://1.7.27",
    "kubeletVersion": "v1.36.3",
    "kubeProxyVersion": "",
    "machineID": "",
    "systemUUID": "",
    "bootID": "",
}


@dataclass(frozen=True, slots=True)
class Pool:
    """Nodes of one kind."""

    name: str
    nodes: int
    product: str
    count: int
    """Devices of a node."""
    cpu: str
    memory: str


POOLS = (
    Pool("t4", 2, "Tesla-T4", 4, "48", "192Gi"),
    Pool("a100", 2, "NVIDIA-A100-SXM4-80GB", 8, "128", "1024Gi"),
    Pool("h100", 2, "NVIDIA-H100-80GB-HBM3", 8, "192", "2048Gi"),
    Pool("mi300x", 1, "AMD_Instinct_MI300X_OAM", 8, "192", "2048Gi"),
)
MIG_NODE = "gpu-a100-2"
"""The node that is split into MIG devices from the start."""
NAMES = tuple(f"gpu-{pool.name}-{n + 1}" for pool in POOLS for n in range(pool.nodes))


def gpu_nodes(kubelet_port: int) -> list[Manifest]:
    """Return the nodes; their kubelets, which have nothing but logs, listen on that port."""
    return [
        _node(f"gpu-{pool.name}-{n + 1}", pool, kubelet_port)
        for pool in POOLS
        for n in range(pool.nodes)
    ]


def _node(name: str, pool: Pool, kubelet_port: int) -> Manifest:
    labels = {
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "node.kubernetes.io/pool": pool.name,
        "type": "kwok",
    }
    if name == MIG_NODE:
        labels["nvidia.com/mig.config"] = "all-1g.10gb"
    resources = {
        "cpu": pool.cpu,
        "memory": pool.memory,
        "pods": "250",
        "ephemeral-storage": "1Ti",
    }
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "labels": labels,
            "annotations": {
                "kwok.x-k8s.io/node": "fake",
                SIMULATED: f"a machine with {pool.count} x {pool.product}",
                PRODUCT: pool.product,
                COUNT: str(pool.count),
                f"{STEER}kubelet-port": str(kubelet_port),
                "metrics.k8s.io/resource-metrics-path": f"/nodes/{name}/metrics/resource",
            },
        },
        "spec": {
            "taints": [{"key": "kwok.x-k8s.io/node", "value": "fake", "effect": "NoSchedule"}]
        },
        "status": {
            "capacity": resources,
            "allocatable": resources,
            "nodeInfo": dict(_SYSTEM),
        },
    }
