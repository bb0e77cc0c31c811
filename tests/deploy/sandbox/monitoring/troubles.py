"""Things that go wrong in a monitored sandbox, on simulated nodes."""

import json
from dataclasses import dataclass

from clusterwright.deploy.sandbox.runtime.node import BASE_IMAGE
from clusterwright.tools.manifest import Json, Manifest, items, name_of
from tests.deploy.sandbox.monitoring.watched import Watched, until

NODE = "sim-gpu-2"
"""The simulated node of which a GPU reports an error."""
_USAGE, _GPU = "usage.sandbox.clusterwright.io/", "gpu.sandbox.clusterwright.io/"
_SIMULATED = {
    "nodeSelector": {"kubernetes.io/hostname": "sim-1"},
    "tolerations": [{"key": "kwok.x-k8s.io/node", "operator": "Exists"}],
}


@dataclass(frozen=True, slots=True)
class Troubles:
    """A namespace in which each Deployment has a trouble of its own."""

    watched: Watched
    namespace: str

    @property
    def node(self) -> str:
        """A node whose kubelet was never there."""
        return f"{self.namespace}-node"

    def make(self) -> None:
        """Make everything that is wrong."""
        volume, claim = _volume(self.namespace)
        self.watched.create(
            self._deployment("busy", annotations={"cpu": "150m", "memory": "123Mi"}),
            self._autoscaler("busy"),
            self._deployment("crashing"),
            self._deployment("homeless", nodeSelector={"kubernetes.io/hostname": "nowhere"}),
            self._deployment("throttled", annotations={"throttled-ratio": "0.6"}),
            volume,
            claim,
            self._deployment("full", volumes=[_mounted("data")]),
            {"apiVersion": "v1", "kind": "Node", "metadata": {"name": self.node}},
            self._rule(),
            *([self._sleeper()] if self.watched.instance.has_node else []),
        )
        kubectl = self.watched.instance.kubectl
        kubectl("annotate", "node", NODE, f"{_GPU}2.xid=79")
        self._status("node", self.node, {"conditions": [_false("Ready")]})
        until(lambda: bool(self.pods("crashing")), "a pod")
        waiting = {"running": None, "waiting": {"reason": "CrashLoopBackOff"}}
        status = {"name": "main", "restartCount": 7, "ready": False, "state": waiting}
        changed: Json = {"conditions": [_false("Ready")], "containerStatuses": [status]}
        (pod,) = self.pods("crashing")
        self._status("pod", pod, changed)

    def pods(self, app: str) -> list[str]:
        """Return the names of the pods of a Deployment that run."""
        found = self.watched.get("pods", f"-n={self.namespace}", f"-l=app={app}")
        return [
            name_of(one) for one in items(found, "items") if one["status"]["phase"] == "Running"
        ]

    def _status(self, kind: str, name: str, status: Json) -> None:
        patch = json.dumps({"status": status})
        inside = (f"-n={self.namespace}", "--subresource=status", f"-p={patch}")
        self.watched.instance.kubectl("patch", kind, name, *inside)

    def _deployment(
        self, name: str, *, annotations: dict[str, str] | None = None, **spec: Json
    ) -> Manifest:
        resources = {"requests": {"cpu": "100m"}, "limits": {"cpu": "500m"}}
        said = {f"{_USAGE}{key}": value for key, value in (annotations or {}).items()}
        container = {"name": "main", "image": "example.com/main:1", "resources": resources}
        template: Json = {
            "metadata": {"labels": {"app": name}, "annotations": said},
            "spec": {**_SIMULATED, "containers": [container], **spec},
        }
        return {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": name, "namespace": self.namespace},
            "spec": {"selector": {"matchLabels": {"app": name}}, "template": template},
        }

    def _sleeper(self) -> Manifest:
        """Return a pod that really runs."""
        container = {"name": "sleeper", "image": BASE_IMAGE}
        return {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "sleeper", "namespace": self.namespace},
            "spec": {"terminationGracePeriodSeconds": 0, "containers": [container]},
        }

    def _autoscaler(self, name: str) -> Manifest:
        target = {"type": "Utilization", "averageUtilization": 50}
        return {
            "apiVersion": "autoscaling/v2",
            "kind": "HorizontalPodAutoscaler",
            "metadata": {"name": name, "namespace": self.namespace},
            "spec": {
                "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name},
                "minReplicas": 1,
                "maxReplicas": 3,
                "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": target}}],
            },
        }

    def _rule(self) -> Manifest:
        """Return an alert of somebody's own, which is critical at once."""
        labels = {"severity": "critical", "namespace": self.namespace}
        rule = {"alert": "ShopClosed", "expr": "vector(1)", "labels": labels}
        return {
            "apiVersion": "monitoring.coreos.com/v1",
            "kind": "PrometheusRule",
            "metadata": {"name": "shop", "namespace": self.namespace},
            "spec": {"groups": [{"name": "shop", "rules": [rule]}]},
        }


def _false(condition: str) -> Manifest:
    return {"type": condition, "status": "False", "reason": "Tried"}


def _mounted(claim: str) -> Manifest:
    return {"name": "data", "persistentVolumeClaim": {"claimName": claim}}


def _volume(namespace: str) -> tuple[Manifest, Manifest]:
    """Return a volume, bound to a claim that is almost full."""
    size, modes = {"storage": "10Gi"}, ["ReadWriteOnce"]
    volume = {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": namespace},
        "spec": {
            "capacity": size,
            "accessModes": modes,
            "hostPath": {"path": "/nowhere"},
            "claimRef": {"namespace": namespace, "name": "data"},
        },
    }
    claim = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {
            "name": "data",
            "namespace": namespace,
            "annotations": {f"{_USAGE}used-ratio": "0.985"},
        },
        "spec": {
            "accessModes": modes,
            "resources": {"requests": size},
            "volumeName": namespace,
            "storageClassName": "",
        },
    }
    return volume, claim
