"""A thousand simulated nodes with eight GPUs each, and the pods that have most of them."""

import json
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from clusterwright.deploy.sandbox import Instance
from clusterwright.tools.manifest import Manifest

NODES, GPUS = 1_000, 8
PODS = 3_000
_OF_EACH = 2
"""GPUs of a pod."""
UNHEALTHY, WITHOUT = 10, 5
"""Nodes that lack a healthy device, and that have none to offer, though they are there."""
_NAMESPACES = 30
_PART, _AT_ONCE = 250, 4
_DEADLINE = 300.0
_PAUSE = 2.0
_PRODUCTS = (
    ("NVIDIA-H100-80GB-HBM3", "81559"),
    ("NVIDIA-A100-SXM4-80GB", "81920"),
    ("NVIDIA-L40S", "46068"),
    ("Tesla-T4", "15360"),
)
_LABEL = "bench-gpu"


def gather(instance: Instance) -> None:
    """Create nodes and pods and wait until every pod is Running.

    Pods are bound as they are created: it takes the scheduler minutes to find out where.
    """
    _create(instance, [_namespace(number) for number in range(_NAMESPACES)])
    for objects in ([_node(i) for i in range(NODES)], [_pod(i) for i in range(PODS)]):
        parts = [objects[start : start + _PART] for start in range(0, len(objects), _PART)]
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            list(threads.map(partial(_create, instance), parts))
    deadline = time.monotonic() + _DEADLINE
    while (running := _running(instance)) < PODS:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{running} of {PODS} pods run after {_DEADLINE:.0f} s")
        time.sleep(_PAUSE)


def _running(instance: Instance) -> int:
    chosen = ("-l", _LABEL, "--field-selector", "status.phase=Running")
    return len(instance.kubectl("get", "pods", "-A", *chosen, "-o", "name").splitlines())


def _create(instance: Instance, objects: Sequence[Manifest]) -> None:
    listed = {"apiVersion": "v1", "kind": "List", "items": objects}
    instance.kubectl("create", "-f", "-", stdin=json.dumps(listed))


def _node(number: int) -> Manifest:
    name = f"gpu-{number:04d}"
    product, memory = _PRODUCTS[number % len(_PRODUCTS)]
    offered = 0 if number < WITHOUT else GPUS
    usable = offered - 1 if WITHOUT <= number < WITHOUT + UNHEALTHY else offered
    resources = {"cpu": "128", "memory": "1Ti", "pods": "110"}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "annotations": {"kwok.x-k8s.io/node": "fake"},
            "labels": {
                _LABEL: "yes",
                "kubernetes.io/hostname": name,
                "feature.node.kubernetes.io/pci-10de.present": "true",
                "nvidia.com/gpu.present": "true",
                "nvidia.com/gpu.product": product,
                "nvidia.com/gpu.count": str(GPUS),
                "nvidia.com/gpu.memory": memory,
                "nvidia.com/gpu.replicas": "1",
                "nvidia.com/gpu.sharing-strategy": "none",
                "nvidia.com/mig.capable": "true" if number % len(_PRODUCTS) < 2 else "false",
                **{f"nvidia.com/gpu.deploy.{one}": "true" for one in ("driver", "device-plugin")},
            },
        },
        "status": {
            "capacity": {**resources, "nvidia.com/gpu": str(offered)},
            "allocatable": {**resources, "nvidia.com/gpu": str(usable)},
        },
    }


def _namespace(number: int) -> Manifest:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": f"team-{number:02d}"}}


def _pod(number: int) -> Manifest:
    limits = {"nvidia.com/gpu": str(_OF_EACH)}
    container = {
        "name": "train",
        "image": "registry.example/train:1.4.2",
        "resources": {"limits": limits, "requests": limits},
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": f"train-{number:04d}",
            "namespace": f"team-{number % _NAMESPACES:02d}",
            "labels": {_LABEL: "yes", "app.kubernetes.io/name": "train"},
        },
        "spec": {
            "nodeName": f"gpu-{WITHOUT + number % (NODES - WITHOUT):04d}",
            "tolerations": [{"operator": "Exists"}],
            "containers": [container],
        },
    }
