"""What a simulated part sees of a cluster, kept up to date by watches."""

import threading
from collections.abc import Sequence

from clusterwright.deploy.sandbox.capi.provider.api import Api
from clusterwright.deploy.sandbox.capi.provider.store import Named, Store
from clusterwright.deploy.sandbox.runtime.log import say
from clusterwright.tools.manifest import Manifest


class Followed:
    """The objects of a store by the name of their kind alone."""

    def __init__(self, api: Api, kinds: Sequence[Named]) -> None:
        """Take the cluster and which kinds; nothing is known before `follow`."""
        self.store = Store(api, kinds, say)
        self._versions = {kind: api_version for api_version, kind in kinds}

    def follow(self) -> None:
        """Start to follow every kind."""
        self.store.follow()

    @property
    def changed(self) -> threading.Event:
        """Set whenever an object has changed; whoever has looked clears it."""
        return self.store.changed

    @property
    def complete(self) -> bool:
        """Whether every kind was listed once."""
        return self.store.complete

    def all(self, kind: str) -> list[Manifest]:
        """Return every object of a kind, as of now."""
        return self.store.all(self._versions[kind], kind)

    def get(self, kind: str, namespace: str, name: str) -> Manifest | None:
        """Return an object, as of now."""
        return self.store.find(self._versions[kind], kind, namespace, name) or None
