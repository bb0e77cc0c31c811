"""Five thousand healthy simulated pods: what a scan has to read beside the broken ones."""

import json
import time

from clusterwright.deploy.sandbox import Instance
from clusterwright.tools.manifest import Manifest

NAMESPACES = 20
PODS = 250
"""Pods of each namespace; one namespace is also what `list_250_pods_bytes` lists."""
NODES = 50
_DEADLINE = 300.0
_ZONES = ("a", "b", "c")


def namespace(index: int) -> str:
    """Return the name of one of the crowd's namespaces."""
    return f"team-{index:02d}"


def gather(instance: Instance) -> None:
    """Create nodes and pods and wait until every pod is Running; nothing to do the second time."""
    if _running(instance) >= NAMESPACES * PODS:
        return
    objects = [_node(i) for i in range(NODES)]
    for i in range(NAMESPACES):
        objects.append(_object("v1", "Namespace", namespace(i)))
        objects.append(_deployment(namespace(i)))
    instance.kubectl(
        "apply", "-f", "-", stdin=json.dumps({"kind": "List", "apiVersion": "v1", "items": objects})
    )
    deadline = time.monotonic() + _DEADLINE
    while (running := _running(instance)) < NAMESPACES * PODS:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{running} of {NAMESPACES * PODS} pods run after {_DEADLINE:.0f} s")
        time.sleep(2)


def _running(instance: Instance) -> int:
    """Return the ready replicas of the crowd's Deployments."""
    listed = instance.kubectl("get", "deployments", "-A", "-l", "crowd=yes", "-o", "json")
    return sum(d["status"].get("readyReplicas", 0) for d in json.loads(listed)["items"])


def _object(version: str, kind: str, name: str, spec: Manifest | None = None) -> Manifest:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name}, "spec": spec or {}}


def _node(index: int) -> Manifest:
    name = f"crowd-{index:02d}"
    resources = {"cpu": "64", "memory": "256Gi", "pods": "250"}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "annotations": {"kwok.x-k8s.io/node": "fake"},
            "labels": {
                "crowd": "yes",
                "kubernetes.io/hostname": name,
                "topology.kubernetes.io/zone": _ZONES[index % len(_ZONES)],
            },
        },
        "spec": {"taints": [{"key": "crowd", "value": "yes", "effect": "NoSchedule"}]},
        "status": {"capacity": resources, "allocatable": resources},
    }


def _deployment(where: str) -> Manifest:
    labels = {"app.kubernetes.io/name": "api", "app.kubernetes.io/part-of": where}
    container = {
        "name": "api",
        "image": "registry.example/api:1.4.2",
        "ports": [{"name": "http", "containerPort": 8080}],
        "env": [{"name": "LOG_LEVEL", "value": "info"}, {"name": "REGION", "value": "eu-1"}],
        "readinessProbe": {"httpGet": {"path": "/ready", "port": "http"}},
        "livenessProbe": {"httpGet": {"path": "/live", "port": "http"}},
        "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}},
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "api", "namespace": where, "labels": labels | {"crowd": "yes"}},
        "spec": {
            "replicas": PODS,
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {
                    "nodeSelector": {"crowd": "yes"},
                    "tolerations": [{"operator": "Exists"}],
                    "containers": [container],
                },
            },
        },
    }
