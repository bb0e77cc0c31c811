"""Clusters of GPU nodes as their operators leave them when all is well, and ways to spoil them.

Labels, DaemonSets, init containers as NVIDIA/gpu-operator v26.7 (assets/) and ROCm/gpu-operator
v1.5 write them.
"""

import copy
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from clusterwright.tools.coverage import Coverage, Gap
from clusterwright.tools.gpu.estate import Estate
from clusterwright.tools.gpu.funnel import funnel_of
from clusterwright.tools.gpu.funnel.stage import Stage, State
from clusterwright.tools.manifest import Json, Manifest

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
OPERATOR = "gpu-operator"
_INITS = {
    "nvidia-driver-daemonset": ("k8s-driver-manager",),
    "nvidia-container-toolkit-daemonset": ("driver-validation",),
    "nvidia-operator-validator": (
        *("driver-validation", "toolkit-validation", "cuda-validation", "plugin-validation"),
    ),
    "nvidia-device-plugin-daemonset": ("toolkit-validation", "config-manager-init"),
    "gpu-feature-discovery": ("toolkit-validation",),
    "nvidia-mig-manager": ("toolkit-validation",),
    "nvidia-vfio-manager": (),
    "nvidia-sandbox-validator": ("vfio-pci-validation",),
    "nvidia-sandbox-device-plugin-daemonset": ("vfio-pci-validation",),
    "nvidia-kata-sandbox-device-plugin-daemonset": ("vfio-pci-validation",),
    "nvidia-vgpu-manager-daemonset": ("k8s-driver-manager",),
    "nvidia-vgpu-device-manager": ("vgpu-manager-validation",),
    "nvidia-device-plugin-mps-control-daemon": ("toolkit-validation", "mps-control-daemon-mounts"),
    "amd-device-plugin": ("driver-init",),
    "amd-node-labeller": ("driver-init",),
    "intel-gpu-plugin": (),
}
_DEPLOY = {
    "nvidia-driver-daemonset": "driver",
    "nvidia-container-toolkit-daemonset": "container-toolkit",
    "nvidia-operator-validator": "operator-validator",
    "nvidia-device-plugin-daemonset": "device-plugin",
    "gpu-feature-discovery": "gpu-feature-discovery",
    "nvidia-mig-manager": "mig-manager",
    "nvidia-vfio-manager": "vfio-manager",
    "nvidia-sandbox-validator": "sandbox-validator",
    "nvidia-sandbox-device-plugin-daemonset": "sandbox-device-plugin",
    "nvidia-kata-sandbox-device-plugin-daemonset": "kata-sandbox-device-plugin",
    "nvidia-vgpu-manager-daemonset": "vgpu-manager",
    "nvidia-vgpu-device-manager": "vgpu-device-manager",
    "nvidia-device-plugin-mps-control-daemon": "device-plugin",
}
DRIVER, TOOLKIT, VALIDATOR, PLUGIN, GFD, MIG = tuple(_DEPLOY)[:6]
CONTAINERS = (DRIVER, TOOLKIT, VALIDATOR, PLUGIN, GFD, MIG)
PASSTHROUGH = tuple(_DEPLOY)[6:9]
SANDBOX_VALIDATOR, SANDBOX_PLUGIN, KATA_PLUGIN, VGPU_MANAGER, VGPU_DEVICES, MPS = tuple(_DEPLOY)[7:]
VGPU = (VGPU_MANAGER, VGPU_DEVICES, SANDBOX_VALIDATOR, SANDBOX_PLUGIN)
WORKLOAD = "nvidia.com/gpu.workload.config"
"""The label that tells whom the devices of a node are for."""
PASSED = "nvidia.com/GH100_H100_SXM5_80GB"
"""What an H100 is offered as to virtual machines."""


def ago(**length: float) -> str:
    """Return a time before the cluster's clock, as the API spells it."""
    return (NOW - timedelta(**length)).isoformat().replace("+00:00", "Z")


def node(
    name: str = "gpu-1", *, labels: Json = None, devices: Json = None, **status: Json
) -> Manifest:
    """Return a node that has been ready for a day."""
    devices = {"nvidia.com/gpu": "8"} if devices is None else devices
    ready = {"type": "Ready", "status": "True", "lastTransitionTime": ago(days=1)}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": labels or {}, "creationTimestamp": ago(days=1)},
        "spec": {},
        "status": {
            "capacity": {"cpu": "64", **devices},
            "allocatable": {"cpu": "64", **devices},
            "conditions": [ready],
            **status,
        },
    }


def nvidia_labels(*daemonsets: str, **more: str) -> dict[str, str]:
    """Return the labels of a node that operator and discovery have looked at."""
    return {
        "feature.node.kubernetes.io/pci-10de.present": "true",
        "nvidia.com/gpu.present": "true",
        "nvidia.com/gpu.product": "NVIDIA-H100-80GB-HBM3",
        "nvidia.com/gpu.count": "8",
        **{f"nvidia.com/gpu.deploy.{_DEPLOY[one]}": "true" for one in daemonsets or CONTAINERS},
        **more,
    }


def vm_node(name: str = "gpu-1", **more: str) -> Manifest:
    """Return a node whose 8 H100 are passed through, so that no driver tells which they are."""
    labels = nvidia_labels(*PASSTHROUGH, **{WORKLOAD: "vm-passthrough", **more})
    del labels["nvidia.com/gpu.product"], labels["nvidia.com/gpu.count"]
    return node(name, labels=labels, devices={PASSED: "8"})


def daemonset(name: str, selector: Json = None, owner: Json = None) -> Manifest:
    """Return a DaemonSet of an operator, settled."""
    selector = {f"nvidia.com/gpu.deploy.{_DEPLOY[name]}": "true"} if selector is None else selector
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {
            "name": name,
            "namespace": OPERATOR,
            "labels": {"app": name},
            "ownerReferences": [owner] if owner else [],
        },
        "spec": {
            "template": {
                "spec": {
                    "nodeSelector": selector,
                    "tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists"}],
                    "initContainers": [{"name": one} for one in _INITS.get(name, ())],
                    "containers": [{"name": "main", "image": "registry.example/operand:1"}],
                }
            }
        },
        "status": {
            "desiredNumberScheduled": 1,
            "numberReady": 1,
            "updatedNumberScheduled": 1,
        },
    }


def pod_of(name: str, on: str = "gpu-1") -> Manifest:
    """Return a DaemonSet's pod that runs and is ready."""
    owner = {"apiVersion": "apps/v1", "kind": "DaemonSet", "name": name, "controller": True}
    ended = {"terminated": {"exitCode": 0, "reason": "Completed"}}
    running = {"running": {"startedAt": ago(hours=20)}}
    inits = _INITS.get(name, ())
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": f"{name}-{on}",
            "namespace": OPERATOR,
            "labels": {"app": name},
            "ownerReferences": [owner],
            "creationTimestamp": ago(hours=20),
        },
        "spec": {
            "nodeName": on,
            "initContainers": [{"name": one, "image": "i"} for one in inits],
            "containers": [{"name": "main", "image": "registry.example/operand:1"}],
        },
        "status": {
            "phase": "Running",
            "startTime": ago(hours=20),
            "conditions": [{"type": "Ready", "status": "True"}],
            "initContainerStatuses": [{"name": one, "state": ended} for one in inits],
            "containerStatuses": [
                {"name": "main", "containerID": "c://1", "ready": True, "state": running}
            ],
        },
    }


def event_of(pod: Manifest, reason: str, message: str) -> Manifest:
    """Return what was reported of an object a minute ago, for the twelfth time."""
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": "e", "namespace": OPERATOR},
        "involvedObject": {
            **{key: pod[key] for key in ("apiVersion", "kind")},
            **{key: pod["metadata"][key] for key in ("name", "namespace")},
        },
        "reason": reason,
        "message": message,
        "type": "Warning",
        "count": 12,
        "lastTimestamp": ago(minutes=1),
    }


def policy(**spec: Json) -> Manifest:
    """Return a ClusterPolicy that is ready."""
    return {
        "apiVersion": "nvidia.com/v1",
        "kind": "ClusterPolicy",
        "metadata": {"name": "cluster-policy", "creationTimestamp": ago(days=30)},
        "spec": spec,
        "status": {"state": "ready"},
    }


def user_pod(name: str, on: str = "gpu-1", started: str = "", **devices: str) -> Manifest:
    """Return a pod of a user's that has devices."""
    asked = {
        key.replace("_", "/", 1).replace("nvidia/", "nvidia.com/"): n for key, n in devices.items()
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "research", "creationTimestamp": ago(hours=3)},
        "spec": {
            "nodeName": on,
            "containers": [{"name": "main", "resources": {"limits": asked}}],
        },
        "status": {"phase": "Running", "startTime": started or ago(hours=3)},
    }


@dataclass
class Fleet:
    """Objects of a cluster, to be spoiled."""

    objects: dict[str, list[Manifest]] = field(default_factory=dict[str, list[Manifest]])
    gaps: tuple[Gap, ...] = ()

    @property
    def node(self) -> Manifest:
        """The first node."""
        return self.objects["Node"][0]

    @property
    def labels(self) -> dict[str, Json]:
        """The labels of the first node."""
        return self.node["metadata"]["labels"]

    def pod(self, name: str) -> Manifest:
        """Return the first pod of a DaemonSet."""
        return next(
            one
            for one in self.objects["Pod"]
            if one["metadata"].get("labels", {}).get("app") == name
        )

    def drop(self, kind: str, name: str) -> None:
        """Take away objects whose name begins so."""
        kept = [one for one in self.objects[kind] if not one["metadata"]["name"].startswith(name)]
        self.objects[kind] = kept

    def add(self, *objects: Manifest) -> None:
        """Add objects, of whichever kind."""
        for one in objects:
            group = one["apiVersion"].rpartition("/")[0]
            custom = f".{group}" if group.endswith(".com") else ""
            self.objects.setdefault(f"{one['kind']}{custom}", []).append(one)

    def stuck(self, name: str, at: int, *, since: str = "", **state: Json) -> None:
        """Let a pod hang in an init container, by its position, as the kubelet tells it."""
        pod, since = self.pod(name), since or ago(hours=1)
        statuses = pod["status"]["initContainerStatuses"]
        for one in statuses[at:]:
            one["state"] = {"waiting": {"reason": "PodInitializing"}}
        statuses[at].update(state or {"state": {"running": {"startedAt": since}}})
        pod["status"]["phase"] = "Pending"
        pod["status"]["startTime"] = since
        self._unready(pod, {"waiting": {"reason": "PodInitializing"}})

    def ails(self, name: str, *, restarts: int = 0, last: Json = None, **state: Json) -> None:
        """Let the main container of a pod be in a state."""
        pod = self.pod(name)
        self._unready(pod, state)
        status = pod["status"]["containerStatuses"][0]
        status["restartCount"] = restarts
        if last:
            status["lastState"] = {"terminated": last}

    def without_devices(self) -> None:
        """Let the first node advertise none."""
        for which in ("capacity", "allocatable"):
            self.node["status"][which].pop("nvidia.com/gpu")

    def without_driver(self) -> None:
        """Let all operands hang in their first init container, as they do without a driver."""
        for one in (TOOLKIT, VALIDATOR, PLUGIN, GFD):
            self.stuck(one, 0)
        self.without_devices()

    def _unready(self, pod: Manifest, state: Json) -> None:
        pod["status"]["conditions"] = [
            {"type": "Ready", "status": "False", "reason": "ContainersNotReady"}
        ]
        for one in pod["status"]["containerStatuses"]:
            one.pop("containerID", None)
            one.update({"ready": False, "state": state})

    def estate(self) -> Estate:
        """Return what would be read of it."""
        kinds = ("Node", "Pod", "DaemonSet", "Event")
        unread = {gap.what for gap in self.gaps}
        objects = {kind: [] for kind in kinds} | copy.deepcopy(self.objects)
        read = {kind: found for kind, found in objects.items() if kind not in unread}
        return Estate("test", NOW, read, Coverage(gaps=self.gaps))

    def funnel(self, name: str = "gpu-1") -> dict[str, Stage]:
        """Return the stages of a node by name."""
        estate = self.estate()
        found = estate.node(name)
        assert found is not None
        return {one.name: one for one in funnel_of(estate, found)}


def nvidia(daemonsets: Iterable[str] = CONTAINERS, **spec: Json) -> Fleet:
    """Return a cluster with one node of 8 H100, looked after by NVIDIA's operator."""
    fleet, names = Fleet(), tuple(daemonsets)
    fleet.add(node(labels=nvidia_labels(*names)), policy(**spec))
    fleet.add(*(daemonset(one) for one in names), *(pod_of(one) for one in names))
    return fleet


def vgpus(config: str = "A10-12Q", state: str = "success") -> Fleet:
    """Return a cluster with one node whose A10s are split for virtual machines."""
    fleet = nvidia(VGPU, sandboxWorkloads={"enabled": True})
    told = {"nvidia.com/vgpu.config": config, "nvidia.com/vgpu.config.state": state}
    labels = nvidia_labels(*VGPU, **{WORKLOAD: "vm-vgpu"}, **{k: v for k, v in told.items() if v})
    fleet.objects["Node"] = [node(labels=labels, devices={"nvidia.com/NVIDIA_A10-12Q": "4"})]
    return fleet


def amd(**driver: Json) -> Fleet:
    """Return a cluster with one node of 8 MI300X, looked after by AMD's operator."""
    owner = {
        "apiVersion": "amd.com/v1alpha1",
        "kind": "DeviceConfig",
        "name": "amd",
        "uid": "amd-1",
        "controller": True,
    }
    loaded = {"kmm.node.kubernetes.io/gpu-operator.amd.ready": ""}
    fleet = Fleet()
    fleet.add(
        node(
            labels={"feature.node.kubernetes.io/amd-gpu": "true", **loaded},
            devices={"amd.com/gpu": "8"},
        ),
        {
            "apiVersion": "amd.com/v1alpha1",
            "kind": "DeviceConfig",
            "metadata": {"name": "amd", "namespace": OPERATOR, "uid": "amd-1"},
            "spec": {
                "driver": {"enable": True, **driver},
                "selector": {"feature.node.kubernetes.io/amd-gpu": "true"},
            },
            "status": {"nodeModuleStatus": {"gpu-1": {"status": "Upgrade-Complete"}}},
        },
    )
    for name in ("amd-device-plugin", "amd-node-labeller"):
        fleet.add(daemonset(name, loaded, owner), pod_of(name))
    return fleet


CRASHING: dict[str, Json] = {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 5m0s"}}
"""The state of a container that keeps ending."""


def states(funnel: dict[str, Stage], state: State) -> list[str]:
    """Return the names of the stages in a state."""
    return [name for name, one in funnel.items() if one.state is state]


def broken(funnel: dict[str, Stage]) -> dict[str, str]:
    """Return the codes of the broken stages by name."""
    return {name: one.code for name, one in funnel.items() if one.state is State.BROKEN}
