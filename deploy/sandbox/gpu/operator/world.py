"""What the simulated operator sees, kept up to date by watches, and how it writes."""

import sys
import threading
import time
from collections.abc import Iterable, Mapping

import httpx

from clusterwright.deploy.sandbox.capi.provider.api import Api
from clusterwright.deploy.sandbox.gpu.hardware import STEER
from clusterwright.tools.manifest import Manifest, labels_of, name_of, namespace_of, strings, text

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
Key = tuple[str, str]
"""Namespace and name."""


class World:
    """The objects of every kind, by key."""

    def __init__(self, api: Api) -> None:
        """Take the cluster; nothing is known before `follow`."""
        self.api = api
        self.api.written = self._written
        self.changed = threading.Event()
        self.said: dict[str, str] = {}
        """By node, the log of its MIG manager, of the last layout."""
        self._lock = threading.Lock()
        self._objects: dict[str, dict[Key, Manifest]] = {}
        self._by_node: dict[str, list[Manifest]] | None = None

    def follow(self) -> None:
        """Start to follow every kind."""
        for api_version, kind in KINDS:
            follower = threading.Thread(target=self._follow, args=(api_version, kind), daemon=True)
            follower.start()

    @property
    def complete(self) -> bool:
        """Whether every kind was listed once."""
        return len(self._objects) == len(KINDS)

    def all(self, kind: str) -> list[Manifest]:
        """Return every object of a kind, as of now."""
        with self._lock:
            return list(self._objects.get(kind, {}).values())

    def get(self, kind: str, namespace: str, name: str) -> Manifest | None:
        """Return an object, as of now."""
        with self._lock:
            return self._objects.get(kind, {}).get((namespace, name))

    def pods_on(self, node: Manifest) -> list[Manifest]:
        """Return the pods of a node that have not ended and are not being deleted."""
        with self._lock:
            if self._by_node is None:
                self._by_node = _by_node(self._objects.get("Pod", {}).values())
            return list(self._by_node.get(name_of(node), ()))

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

    def _written(self, one: Manifest) -> None:
        """Know at once what was written: the watch tells it a little later."""
        with self._lock:
            known = self._objects.get(text(one, "kind"), {})
            self._by_node = None
            if _key(one) in known:
                known[_key(one)] = one

    def _follow(self, api_version: str, kind: str) -> None:
        """List and watch; a watch that ends or fails begins with a list again."""
        while True:
            try:
                found, version = self.api.list_at(api_version, kind)
                with self._lock:
                    self._objects[kind] = {_key(one): one for one in found}
                    self._by_node = None
                self.changed.set()
                for event in self.api.watch(api_version, kind, version):
                    if event["type"] == "ERROR":
                        break
                    self._take(kind, event["type"], event["object"])
                    self.changed.set()
            except (httpx.HTTPError, ValueError) as error:
                say(f"{kind}: {error}")
                time.sleep(1)

    def _take(self, kind: str, what: str, one: Manifest) -> None:
        with self._lock:
            if kind == "Pod":
                self._by_node = None
            if what == "DELETED":
                self._objects[kind].pop(_key(one), None)
            else:
                self._objects[kind][_key(one)] = one


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


def say(line: str) -> None:
    """Write a line to the program's log."""
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {line}\n")
    sys.stderr.flush()


def _key(one: Manifest) -> Key:
    return namespace_of(one), name_of(one)
