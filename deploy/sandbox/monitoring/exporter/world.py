"""What the API server has, kept up to date by watches, one for each kind."""

import sys
import threading
import time

import httpx

from clusterwright.deploy.sandbox.capi.provider.api import Api
from clusterwright.tools.manifest import Manifest, name_of, namespace_of

KINDS = (
    ("v1", "Node"),
    ("v1", "Pod"),
    ("v1", "Namespace"),
    ("v1", "PersistentVolumeClaim"),
    ("v1", "PersistentVolume"),
    ("v1", "ResourceQuota"),
    ("apps/v1", "Deployment"),
    ("apps/v1", "ReplicaSet"),
    ("apps/v1", "StatefulSet"),
    ("apps/v1", "DaemonSet"),
    ("batch/v1", "Job"),
    ("batch/v1", "CronJob"),
    ("autoscaling/v2", "HorizontalPodAutoscaler"),
    ("policy/v1", "PodDisruptionBudget"),
)
Key = tuple[str, str]
"""Namespace and name."""


class World:
    """The objects of every kind, by key."""

    def __init__(self, api: Api) -> None:
        """Take the cluster; nothing is known before `follow`."""
        self._api = api
        self._lock = threading.Lock()
        self._objects: dict[str, dict[Key, Manifest]] = {}

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
        return self._objects.get(kind, {}).get((namespace, name))

    def _follow(self, api_version: str, kind: str) -> None:
        """List and watch; a watch that ends or fails begins with a list again."""
        while True:
            try:
                found, version = self._api.list_at(api_version, kind)
                with self._lock:
                    self._objects[kind] = {_key(one): one for one in found}
                for event in self._api.watch(api_version, kind, version):
                    if event["type"] == "ERROR":
                        break
                    self._take(kind, event["type"], event["object"])
            except (httpx.HTTPError, ValueError) as error:
                sys.stderr.write(f"{time.strftime('%H:%M:%S')} {kind}: {error}\n")
                sys.stderr.flush()
                time.sleep(1)

    def _take(self, kind: str, what: str, one: Manifest) -> None:
        with self._lock:
            if what == "DELETED":
                self._objects[kind].pop(_key(one), None)
            else:
                self._objects[kind][_key(one)] = one


def _key(one: Manifest) -> Key:
    return namespace_of(one), name_of(one)
