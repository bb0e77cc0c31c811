"""The simulated nodes: objects that kwok keeps Ready, with hardware that no machine here has."""

from clusterwright.tools.manifest import Manifest

SIMULATED = "sandbox.clusterwright.io/simulated"
"""Annotation on everything that is not what it says; its value names what is imitated."""
_LABELS = (
    "as labelled by NVIDIA GPU feature discovery (k8s-device-plugin, docs/gpu-feature-discovery)"
)


STANDS_FOR = "sandbox.clusterwright.io/address"
"""Annotation on a pod that stands for a process of the sandbox; its value is that one's address."""
INFRASTRUCTURE = "node-role.kubernetes.io/infra"
"""Label and taint of the node for such pods."""


def simulated_nodes(*, monitored: bool = False) -> list[Manifest]:
    """Return two GPU nodes and one without, tainted so that only what asks for them lands there.

    A monitored sandbox has one more, for the pods that stand for its own processes.
    """
    found = [
        _node("sim-gpu-1", cpu="96", memory="1024Gi", gpus=8, product="NVIDIA-H100-80GB-HBM3"),
        _node("sim-gpu-2", cpu="48", memory="192Gi", gpus=4, product="Tesla-T4"),
        _node("sim-1", cpu="32", memory="128Gi"),
    ]
    return [*found, _infrastructure()] if monitored else found


def _infrastructure() -> Manifest:
    node = _node("infra-1", cpu="8", memory="32Gi")
    node["metadata"]["labels"][INFRASTRUCTURE] = ""
    node["metadata"]["annotations"][SIMULATED] = "the machine on which the sandbox's processes run"
    node["spec"]["taints"].append({"key": INFRASTRUCTURE, "effect": "NoSchedule"})
    return node


def _node(name: str, *, cpu: str, memory: str, gpus: int = 0, product: str = "") -> Manifest:
    labels = {
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "type": "kwok",
    }
    resources = {"cpu": cpu, "memory": memory, "pods": "250"}
    if gpus:
        resources["nvidia.com/gpu"] = str(gpus)
        labels |= {
            "nvidia.com/gpu.present": "true",
            "nvidia.com/gpu.count": str(gpus),
            "nvidia.com/gpu.product": product,
        }
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "labels": labels,
            "annotations": {
                "kwok.x-k8s.io/node": "fake",
                SIMULATED: _LABELS if gpus else "a node without hardware",
                # All simulated kubelets have one address; metrics-server asks under this path.
                "metrics.k8s.io/resource-metrics-path": f"/nodes/{name}/metrics/resource",
            },
        },
        "spec": {
            "taints": [{"key": "kwok.x-k8s.io/node", "value": "fake", "effect": "NoSchedule"}]
        },
        "status": {"capacity": resources, "allocatable": resources},
    }
