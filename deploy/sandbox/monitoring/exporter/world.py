"""What the API server has, kept up to date by watches, one for each kind."""

import sys
import time

from clusterwright.deploy.sandbox.capi.provider.api import Api
from clusterwright.deploy.sandbox.capi.provider.store import Store
from clusterwright.tools.manifest import Manifest

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
_VERSIONS = {kind: api_version for api_version, kind in KINDS}


class World:
    """The objects of every kind, by key."""

    def __init__(self, api: Api) -> None:
        """Take the cluster; nothing is known before `follow`."""
        self._store = Store(api, KINDS, _say)

    def follow(self) -> None:
        """Start to follow every kind."""
        self._store.follow()

    @property
    def complete(self) -> bool:
        """Whether every kind was listed once."""
        return self._store.complete

    def all(self, kind: str) -> list[Manifest]:
        """Return every object of a kind, as of now."""
        return self._store.all(_VERSIONS[kind], kind)

    def get(self, kind: str, namespace: str, name: str) -> Manifest | None:
        """Return an object, as of now."""
        return self._store.find(_VERSIONS[kind], kind, namespace, name) or None


def _say(line: str) -> None:
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {line}\n")
    sys.stderr.flush()
