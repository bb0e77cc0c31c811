"""Clusters of a few nodes and pods, as values."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

NOW = datetime(2026, 11, 27, tzinfo=UTC)
H100 = "NVIDIA-H100-80GB-HBM3"


def node(name: str, *, taints: Sequence[str] = (), cordoned: bool = False, **has: Json) -> Manifest:
    """Return a node; `gpu=8`, `mig_1g_10gb=4`, `cpu="8"`, `product=...` are what it has."""
    product, labels = has.pop("product", H100), has.pop("labels", {})
    resources = {"cpu": "64", "memory": "512Gi", "pods": "110"}
    resources |= {_resource(key): str(value) for key, value in has.items()}
    spec: Manifest = {"taints": [{"key": key, "effect": "NoSchedule"} for key in taints]}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "labels": {
                "kubernetes.io/hostname": name,
                "nvidia.com/gpu.product": product,
                **labels,
            },
        },
        "spec": spec | ({"unschedulable": True} if cordoned else {}),
        "status": {"allocatable": resources},
    }


def pod(name: str, on: str = "", priority: int = 0, **asks: Json) -> Manifest:
    """Return a pod of the namespace ml; `gpu=1`, `cpu="2"` are what it asks for."""
    spec: Manifest = asks.pop("spec", {})
    metadata: Manifest = asks.pop("metadata", {})
    limits = {_resource(key): str(value) for key, value in asks.items()}
    container = {"name": "c", "image": "i", "resources": {"limits": limits}}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "ml", **metadata},
        "spec": {"containers": [container], "nodeName": on, "priority": priority, **spec},
        "status": {"phase": "Running" if on else "Pending"},
    }


def snapshot(*objects: Manifest, read: Sequence[str] = ()) -> Snapshot:
    """Return a cluster that holds these objects; kinds that were `read` may hold none."""
    kinds: dict[str, list[Manifest]] = {"Node": [], "Pod": [], **{kind: [] for kind in read}}
    for one in objects:
        kinds.setdefault(Ref.of(one).kind_key, []).append(one)
    return Snapshot("here", NOW, kinds)


def custom(group: str, kind: str, name: str, namespace: str = "ml", **rest: Json) -> Manifest:
    """Return a custom resource."""
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    metadata |= rest.pop("metadata", {})
    return {"apiVersion": group, "kind": kind, "metadata": metadata, **rest}


def told(kind: str, status: str, reason: str, message: str = "") -> Mapping[str, str]:
    """Return a condition."""
    return {"type": kind, "status": status, "reason": reason, "message": message}


def _resource(key: str) -> str:
    if key in {"cpu", "memory", "pods"}:
        return key
    if key.startswith("amd"):
        return "amd.com/gpu"
    return f"nvidia.com/{'mig-' + key[4:].replace('_', '.') if key.startswith('mig') else key}"
