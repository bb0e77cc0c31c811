"""What the simulated operator sees, kept up to date by watches, and how it writes."""

import threading
from collections.abc import Iterable, Mapping

from clusterwright.deploy.sandbox.capi.provider.api import Api
from clusterwright.deploy.sandbox.capi.provider.followed import Followed
from clusterwright.deploy.sandbox.gpu.hardware import STEER
from clusterwright.tools.manifest import Manifest, labels_of, name_of, strings, text

KINDS = (
    ("v1", "Node"),
    ("v1", "Pod"),
    ("v1", "ConfigMap"),
    ("apps/v1", "DaemonSet"),
    ("apps/v1", "ControllerRevision"),
    ("nvidia.com/v1", "ClusterPolicy"),
    ("nvidia.com/v1alpha1", "NVIDIADriver"),
    ("amd.com/v1alpha1", "DeviceConfig"),
    ("resource.k8s.io/v1", "ResourceSlice"),
)


class World(Followed):
    """The objects of every kind, by key."""

    def __init__(self, api: Api) -> None:
        """Take the cluster; nothing is known before `follow`."""
        super().__init__(api, KINDS)
        self.api = api
        self.said: dict[str, str] = {}
        """By node, the log of its MIG manager, of the last layout."""
        self._lock = threading.Lock()
        self._by_node: tuple[int, dict[str, list[Manifest]]] = (-1, {})
        """Pods by node, and after how many changes that was."""

    def pods_on(self, node: Manifest) -> list[Manifest]:
        """Return the pods of a node that have not ended and are not being deleted."""
        with self._lock:
            changes = self.store.changes
            if self._by_node[0] != changes:
                self._by_node = changes, _by_node(self.all("Pod"))
            return list(self._by_node[1].get(name_of(node), ()))

    def label(self, node: Manifest, labels: Mapping[str, str | None]) -> None:
        """Set labels of a node, or remove those that are None, where they differ."""
        self._metadata(node, "labels", labels)

    def annotate(self, node: Manifest, annotations: Mapping[str, str | None]) -> None:
        """Set annotations of a node, or remove those that are None, where they differ."""
        self._metadata(node, "annotations", annotations)

    def _metadata(self, one: Manifest, field: str, wanted: Mapping[str, str | None]) -> None:
        here = strings(one, "metadata", field)
        change = {key: value for key, value in wanted.items() if here.get(key) != value}
        if change:
            one["metadata"] = self.api.patch(one, {"metadata": {field: change}})["metadata"]


def _by_node(pods: Iterable[Manifest]) -> dict[str, list[Manifest]]:
    found: dict[str, list[Manifest]] = {}
    for pod in pods:
        ended = text(pod, "status", "phase") in {"Succeeded", "Failed"}
        leaving = bool(text(pod, "metadata", "deletionTimestamp"))
        if not ended and not leaving:
            found.setdefault(text(pod, "spec", "nodeName"), []).append(pod)
    return found


def steered(one: Manifest, key: str) -> str:
    """Return what an annotation says that steers what is simulated; empty for none and `ok`."""
    said = strings(one, "metadata", "annotations").get(f"{STEER}{key}", "").strip()
    return "" if said == "ok" else said


def has_label(node: Manifest, key: str, value: str = "true") -> bool:
    """Return whether a label has a value."""
    return labels_of(node).get(key) == value
