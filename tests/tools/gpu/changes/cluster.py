"""A small cluster with GPUs as a plan sees it, of objects made by hand."""

from datetime import UTC, datetime

from clusterwright.tools.gpu.changes.config_file import ConfigFile
from clusterwright.tools.gpu.changes.node_change import Known
from clusterwright.tools.kubernetes.changes.step import Scene
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

NOW = datetime(2026, 1, 1, tzinfo=UTC)
NODE = Ref("Node", "gpu-1")
H100 = {
    "nvidia.com/gpu.present": "true",
    "nvidia.com/gpu.product": "NVIDIA-H100-80GB-HBM3",
    "nvidia.com/gpu.count": "8",
    "nvidia.com/mig.capable": "true",
    "nvidia.com/mig.config": "all-disabled",
    "nvidia.com/mig.config.state": "success",
    "nvidia.com/mig.strategy": "mixed",
}
LAYOUTS = """
version: v1
mig-configs:
  all-disabled: [{devices: all, mig-enabled: false}]
  all-1g.10gb: [{devices: all, mig-enabled: true, mig-devices: {1g.10gb: 7}}]
  all-1g.5gb: [{devices: all, mig-enabled: true, mig-devices: {1g.5gb: 7}}]
  mixed: [{devices: all, mig-enabled: true, mig-devices: {1g.10gb: 1, 3g.40gb: 1}}]
  halves:
  - {devices: [0, 1, 2, 3], mig-enabled: false}
  - {devices: [4, 5, 6, 7], mig-enabled: true, mig-devices: {3g.40gb: 2}}
  of-a100: [{device-filter: ["0x20B210DE"], devices: all, mig-enabled: false}]
  odd: nonsense
"""


def made(kind: str, name: str, api: str = "v1", namespace: str = "", **more: Json) -> Manifest:
    metadata: Manifest = {
        "name": name,
        "uid": f"uid-{name}",
        "resourceVersion": "1",
        "creationTimestamp": "2025-12-01T00:00:00Z",
        **more.pop("metadata", {}),
    }
    metadata |= {"namespace": namespace} if namespace else {}
    return {"apiVersion": api, "kind": kind, "metadata": metadata, **more}


def node(name: str = "gpu-1", gpus: int = 8, upgrade: str = "", **labels: str) -> Manifest:
    """Return a node; `__` in the name of a label stands for a slash, `_` for a dot."""
    given = {key.replace("__", "/").replace("_", "."): value for key, value in labels.items()}
    given |= {"nvidia.com/gpu-driver-upgrade-state": upgrade} if upgrade else {}
    amounts = {"nvidia.com/gpu": str(gpus), "cpu": "64", "memory": "1Ti", "pods": "110"}
    status = {"capacity": amounts, "allocatable": amounts}
    metadata = {"labels": {**H100, "kubernetes.io/hostname": name, **given}, "annotations": {}}
    return made("Node", name, metadata=metadata, spec={}, status=status)


def controlled(kind: str, name: str) -> list[Manifest]:
    return [{"apiVersion": "apps/v1", "kind": kind, "name": name, "controller": True}]


def user(name: str, gpus: int = 0, on: str = "gpu-1", owner: str = "ReplicaSet") -> Manifest:
    """Return a pod with GPUs of a node."""
    limits = {"nvidia.com/gpu": str(gpus)} if gpus else {}
    spec = {"nodeName": on, "containers": [{"name": "app", "resources": {"limits": limits}}]}
    metadata = {"ownerReferences": controlled(owner, "train")} if owner else {}
    status = {"phase": "Running"}
    return made("Pod", name, namespace="ml", metadata=metadata, spec=spec, status=status)


def operand(daemonset: str, on: str = "gpu-1") -> list[Manifest]:
    """Return a DaemonSet of the operator, and its pod on a node."""
    metadata = {"ownerReferences": controlled("DaemonSet", daemonset)}
    ready = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}
    pod = made(
        "Pod",
        f"{daemonset}-{on}",
        namespace="gpu-operator",
        metadata=metadata,
        spec={"nodeName": on, "containers": [{"name": "it", "image": "it:1"}]},
        status=ready,
    )
    template = {"spec": {"containers": [{"name": "it", "image": "it:2"}]}}
    of = made(
        "DaemonSet", daemonset, "apps/v1", namespace="gpu-operator", spec={"template": template}
    )
    return [of, pod]


def scene(*objects: Manifest, known: Known | None = None) -> Scene:
    """Return a scene with what was read, the node that changes live."""
    by_kind: dict[str, list[Manifest]] = {"Pod": [], "Node": [], "DaemonSet": []}
    for one in objects:
        by_kind.setdefault(Ref.of(one).kind_key, []).append(one)
    around = Snapshot("test", NOW, by_kind)
    live = {Ref.of(one): one for one in by_kind["Node"]}
    return Scene("test", NOW, live, around, prepared={NODE: known or Known()})


def layouts(content: str = LAYOUTS) -> Known:
    ref = Ref("ConfigMap", "default-mig-parted-config", "gpu-operator")
    return Known(mig=ConfigFile(ref, {"config.yaml": content}))
