"""A small workload cluster as its management cluster has it, and what runs on it."""

from collections.abc import Sequence
from datetime import UTC, datetime

from clusterwright.tools.cluster_api.estate import CLUSTER, CORE
from clusterwright.tools.kubernetes.changes.step import Elsewhere, Scene, Step
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot
from clusterwright.tools.trust.risk import Risk

NOW = datetime(2026, 1, 1, tzinfo=UTC)
API = f"{CORE}/v1beta2"
_CONTROL_PLANE = "controlplane.cluster.x-k8s.io"
CLUSTER_REF = Ref("Cluster", "train", "default", CORE)


def made(kind: str, name: str, spec: Json = None, status: Json = None, **more: Json) -> Manifest:
    api = more.pop("api", API)
    labels = {"cluster.x-k8s.io/cluster-name": "train", **more.pop("labels", {})}
    return {
        "apiVersion": api,
        "kind": kind,
        "metadata": {
            "name": name,
            "namespace": "default",
            "uid": f"uid-{name}",
            "resourceVersion": "1",
            "generation": 1,
            "labels": labels,
            **more,
        },
        "spec": {"clusterName": "train", **(spec or {})},
        "status": status or {},
    }


def classy(version: str = "v1.35.2", *, pools: Json = None, **topology: Json) -> Manifest:
    listed = pools or [{"class": "gpu-worker", "name": "gpu", "replicas": 2}]
    found = made(
        "Cluster",
        "train",
        {
            "controlPlaneRef": {"apiGroup": _CONTROL_PLANE, "kind": "XPlane", "name": "train"},
            "topology": {
                "classRef": {"name": "gpu"},
                "version": version,
                "controlPlane": {"replicas": 1},
                "workers": {"machineDeployments": listed},
                "variables": [{"name": "accelerator", "value": "T4"}],
                **topology,
            },
        },
    )
    del found["spec"]["clusterName"]
    return found


def bare(**spec: Json) -> Manifest:
    """Return a Cluster without a class."""
    reference = {"apiGroup": _CONTROL_PLANE, "kind": "XPlane", "name": "train"}
    return made("Cluster", "train", {"controlPlaneRef": reference, **spec})


def control_plane(version: str = "v1.35.2", **spec: Json) -> Manifest:
    return made("XPlane", "train", {"version": version, **spec}, api=f"{_CONTROL_PLANE}/v1")


def pool(name: str = "gpu", replicas: int = 2, version: str = "v1.35.2", **more: Json) -> Manifest:
    spec: Manifest = {
        "replicas": replicas,
        "template": {"spec": {"version": version}},
        **more.pop("spec", {}),
    }
    labels = {"topology.cluster.x-k8s.io/deployment-name": name}
    return made("MachineDeployment", f"train-{name}", spec, labels=labels, **more)


def machine(name: str, of: str = "gpu", *conditions: Manifest, **more: Json) -> Manifest:
    """Return a machine of a pool, or of the control plane."""
    labels = {"cluster.x-k8s.io/deployment-name": f"train-{of}"}
    if of == "control-plane":
        labels = {"cluster.x-k8s.io/control-plane": ""}
    version = more.pop("version", "v1.35.2")
    owner = {"kind": "MachineSet", "name": "s", "apiVersion": API, "controller": True, "uid": "s"}
    status = {
        "nodeRef": {"name": f"node-{name}"},
        "nodeInfo": {"kubeletVersion": version},
        "conditions": list(conditions),
    }
    more.setdefault("ownerReferences", [owner])
    return made("Machine", name, {"version": version}, status, labels=labels, **more)


def cluster_class(**spec: Json) -> Manifest:
    patches = [
        {
            "name": "accelerator",
            "definitions": [
                {
                    "selector": {
                        "matchResources": {"machineDeploymentClass": {"names": ["gpu-worker"]}}
                    },
                    "jsonPatches": [{"path": "/gpu", "valueFrom": {"variable": "accelerator"}}],
                },
                {
                    "selector": {"matchResources": {"infrastructureCluster": True}},
                    "jsonPatches": [{"path": "/region", "valueFrom": {"variable": "region"}}],
                },
            ],
        }
    ]
    variables = [
        {
            "name": name,
            "definitions": [
                {
                    "from": "inline",
                    "required": name == "accelerator",
                    "schema": {"openAPIV3Schema": {"type": "string"}},
                }
            ],
        }
        for name in ("accelerator", "region", "note")
    ]
    return made("ClusterClass", "gpu", {"patches": patches, **spec}, {"variables": variables})


def running(*objects: Manifest) -> Elsewhere:
    """Return what was read of the workload cluster."""
    return Elsewhere(snapshot("capi:default/train", objects), "uid-workload")


def node(name: str, gpus: int = 1) -> Manifest:
    allocatable = {"nvidia.com/gpu": str(gpus)}
    return {"kind": "Node", "metadata": {"name": name}, "status": {"allocatable": allocatable}}


def pod(name: str, node: str, *, gpus: int = 0, owned: bool = True, **labels: str) -> Manifest:
    owner = {"kind": "ReplicaSet", "name": "r", "apiVersion": "apps/v1", "controller": True}
    limits = {"nvidia.com/gpu": str(gpus)} if gpus else {}
    return {
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": "ml",
            "labels": labels,
            "ownerReferences": [owner] if owned else [],
        },
        "spec": {"nodeName": node, "containers": [{"resources": {"limits": limits}}]},
        "status": {"conditions": [{"type": "Ready", "status": "True"}], "phase": "Running"},
    }


def snapshot(cluster: str, objects: Sequence[Manifest]) -> Snapshot:
    found: dict[str, list[Manifest]] = {}
    for one in objects:
        ref = Ref.of(one)
        found.setdefault(f"{ref.kind}.{ref.group}" if ref.group else ref.kind, []).append(one)
    return Snapshot(cluster, NOW, found)


def scene(*objects: Manifest, runs: Elsewhere | None = None) -> Scene:
    """Return a scene in which everything was read, the pools and machines live as well."""
    live = {Ref.of(one): one for one in objects}
    there = (
        {CLUSTER_REF: runs or running()} if any(one["kind"] == "Cluster" for one in objects) else {}
    )
    around = snapshot("test", objects)
    assert CLUSTER in around.objects or not there
    return Scene("test", NOW, live, around, "uid-management", there)


NAME = "default/train"
MACHINES = (machine("m-1"), machine("m-2"))
BUSY = running(
    node("node-m-1", 8), node("node-m-2", 8), pod("a", "node-m-1", gpus=4), pod("b", "node-m-1")
)
LOST = Elsewhere(None, why_not="it did not answer")


def worst(step: Step) -> Risk:
    return max((one[0] for one in step.risks or ()), key=lambda one: one.rank)


def reasons(step: Step) -> str:
    return "; ".join(said for _, said in step.risks or ())


def notes(step: Step) -> str:
    return "\n".join(step.notes)


def condition(kind: str, status: str, **more: Json) -> Manifest:
    return {"type": kind, "status": status, "reason": "Because", "observedGeneration": 1, **more}
