"""The GPU sandbox, steered as anybody would steer it, and put back afterwards."""

import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from clusterwright.deploy.sandbox import Instance
from clusterwright.deploy.sandbox.capi.provider.api import Api
from clusterwright.deploy.sandbox.gpu.hardware import STEER
from clusterwright.deploy.sandbox.gpu.operands import NAMESPACE
from clusterwright.tools.manifest import (
    Manifest,
    condition,
    items,
    mapping,
    name_of,
    namespace_of,
    strings,
    text,
)

_VERSIONS = {
    "Node": "v1",
    "Pod": "v1",
    "Event": "v1",
    "DaemonSet": "apps/v1",
    "ClusterPolicy": "nvidia.com/v1",
    "NVIDIADriver": "nvidia.com/v1alpha1",
    "DeviceConfig": "amd.com/v1alpha1",
    "ResourceSlice": "resource.k8s.io/v1",
    "ResourceClaim": "resource.k8s.io/v1",
}
_DEADLINE = 40.0


@dataclass(frozen=True, slots=True)
class Steered:
    """A sandbox with GPU nodes."""

    instance: Instance
    api: Api

    @classmethod
    def of(cls, instance: Instance) -> "Steered":
        """Take a sandbox; its API server is asked directly, which costs less than kubectl."""
        place = instance.directory / "certificates"
        files = [str(place / name) for name in ("ca.crt", "admin.crt", "admin.key")]
        return cls(instance, Api(f"https://127.0.0.1:{instance.record.api_port}", *files))

    def get(self, kind: str, name: str, namespace: str = "") -> Manifest:
        """Return an object; an empty one when there is none."""
        return self.api.get(_VERSIONS[kind], kind, namespace, name)

    def list(self, kind: str, namespace: str = "") -> list[Manifest]:
        """Return the objects of a kind."""
        found = self.api.list(_VERSIONS[kind], kind)
        return [one for one in found if namespace in {"", namespace_of(one)}]

    def labels(self, node: str) -> dict[str, str]:
        """Return the labels of a node."""
        return strings(self.get("Node", node), "metadata", "labels")

    def offered(self, node: str, field: str = "allocatable") -> dict[str, str]:
        """Return the devices that a node has or can give, leaving out those of which it has 0.

        What once was registered stays at 0, so what there is of that depends on who came before.
        """
        amounts = mapping(self.get("Node", node), "status", field)
        return {key: value for key, value in amounts.items() if ".com/" in key and value != "0"}

    def pods(self, node: str, namespace: str = NAMESPACE) -> dict[str, Manifest]:
        """Return the operands' pods of a node, by the name of their DaemonSet."""
        found = [p for p in self.list("Pod", namespace) if text(p, "spec", "nodeName") == node]
        return {
            text(owner, "name"): pod
            for pod in found
            for owner in items(pod, "metadata", "ownerReferences")
        }

    def rolling_out(self) -> set[str]:
        """Return the operands of which not every pod is Ready and of the newest template."""
        return {name_of(one) for one in self.list("DaemonSet") if not _is_rolled_out(one)}

    def waiting(self, node: str, namespace: str = NAMESPACE) -> dict[str, str]:
        """Return for each operand that is not ready its container and what that one does."""
        found: dict[str, str] = {}
        for name, pod in self.pods(node, namespace).items():
            if condition(pod, "Ready").get("status") != "True":
                found[name] = _stuck(pod)
        return found

    def policy(self) -> tuple[str, str, str]:
        """Return state, reason and message of the ClusterPolicy: of the condition that is true."""
        found = self.get("ClusterPolicy", "cluster-policy")
        true = [one for one in items(found, "status", "conditions") if one["status"] == "True"]
        return text(found, "status", "state"), text(true[0], "reason"), text(true[0], "message")

    def events(self, pod: Manifest) -> dict[str, str]:
        """Return what was told of a pod, by reason."""
        uid = text(pod, "metadata", "uid")
        found = self.list("Event", namespace_of(pod))
        ours = [one for one in found if text(one, "involvedObject", "uid") == uid]
        return {text(one, "reason"): text(one, "message") for one in ours}

    def label(self, node: str, key: str, value: str) -> None:
        """Set a label of a node."""
        self._mark(node, "labels", {key: value})

    @contextmanager
    def labelled(self, node: str, key: str, value: str) -> Generator[None]:
        """Label a node, and undo it."""
        self._mark(node, "labels", {key: value})
        try:
            yield
        finally:
            self._mark(node, "labels", {key: None})

    @contextmanager
    def annotated(self, node: str, key: str, value: str) -> Generator[None]:
        """Steer what a node imitates, and undo it."""
        self._mark(node, "annotations", {f"{STEER}{key}": value})
        try:
            yield
        finally:
            self._mark(node, "annotations", {f"{STEER}{key}": None})

    def _mark(self, node: str, field: str, words: Mapping[str, str | None]) -> None:
        one: Manifest = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": node}}
        self.api.patch(one, {"metadata": {field: words}})

    @contextmanager
    def having(self, *objects: Manifest) -> Generator[None]:
        """Have some objects."""
        for one in objects:
            assert self.api.create(one)
        try:
            yield
        finally:
            for one in objects:
                self.api.delete(one)

    @contextmanager
    def asking(self, spec: Manifest, undo: Manifest) -> Generator[None]:
        """Change the ClusterPolicy, and undo it."""
        policy = self.get("ClusterPolicy", "cluster-policy")
        self.api.patch(policy, {"spec": spec})
        try:
            yield
        finally:
            self.api.patch(policy, {"spec": undo})


def until(holds: Callable[[], object], wanted: object = True) -> None:
    """Wait until something is as wanted, and compare it at last so that a failure tells."""
    deadline = time.monotonic() + _DEADLINE
    while (found := holds()) != wanted and time.monotonic() < deadline:
        time.sleep(0.2)
    assert found == wanted, f"{found!r} is not {wanted!r} after {_DEADLINE} s"


def _is_rolled_out(one: Manifest) -> bool:
    told = mapping(one, "status")
    current = told.get("observedGeneration") == one["metadata"]["generation"]
    wanted = told.get("desiredNumberScheduled", 0)
    counts = (told.get(key, 0) for key in ("numberReady", "updatedNumberScheduled"))
    return current and all(count == wanted for count in counts)


def _stuck(pod: Manifest) -> str:
    for field in ("initContainerStatuses", "containerStatuses"):
        for one in items(pod, "status", field):
            if not one["ready"]:
                waiting = text(one, "state", "waiting", "reason")
                return f"{one['name']} {waiting or 'running'}"
    return ""
