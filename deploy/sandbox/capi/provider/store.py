"""A cluster's objects as they are now, kept up to date by watching.

Asking for all of them each second would keep a core busy at rest and would notice a change half a
second late on average.
"""

import threading
import time
from collections.abc import Callable, Sequence

import httpx

from clusterwright.deploy.sandbox.capi.provider.api import Api
from clusterwright.tools.manifest import Manifest, mapping, name_of, namespace_of, text

Named = tuple[str, str]
"""apiVersion and kind."""
_PAUSE = 0.5


class Store:
    """The objects of some kinds; a thread for each kind watches them."""

    def __init__(self, api: Api, kinds: Sequence[Named], say: Callable[[str], None]) -> None:
        """Take which kinds; nothing is watched yet."""
        self._api = api
        self._say = say
        self._lock = threading.Lock()
        self._objects: dict[Named, dict[tuple[str, str], Manifest]] = {one: {} for one in kinds}
        self._gone: set[str] = set()
        """The uids of objects that were deleted: an answer to our own write may come after that."""
        self._listed = {one: threading.Event() for one in kinds}
        self.changed = threading.Event()
        """Set whenever an object has changed; whoever has looked clears it."""
        self.changes = 0
        """How often something has changed: what was worked out holds while this stays."""

    def follow(self) -> None:
        """Start to watch; what writes through the API says is known at once."""
        self._api.written = self._keep
        for kind in self._objects:
            threading.Thread(target=self._follow, args=(kind,), daemon=True).start()

    def start(self) -> None:
        """Watch, and return once everything was read."""
        self.follow()
        for listed in self._listed.values():
            listed.wait()

    @property
    def complete(self) -> bool:
        """Whether every kind was listed once."""
        return all(one.is_set() for one in self._listed.values())

    def all(self, api_version: str, kind: str) -> list[Manifest]:
        """Return the objects of a kind; those who change them change copies."""
        with self._lock:
            return [dict(one) for one in self._objects[api_version, kind].values()]

    def find(self, api_version: str, kind: str, namespace: str, name: str) -> Manifest:
        """Return an object; an empty one when there is none."""
        with self._lock:
            return dict(self._objects[api_version, kind].get((namespace, name), {}))

    def _follow(self, kind: Named) -> None:
        while True:
            try:
                found, version = self._api.list_at(*kind)
                self._replace(kind, found)
                for event in self._api.watch(*kind, version):
                    if event.get("type") == "ERROR":
                        break
                    self._take(kind, text(event, "type"), mapping(event, "object"))
            except (httpx.HTTPError, ValueError) as error:  # also half a line, cut off
                self._say(f"watching {kind[1]}: {str(error).partition(chr(10))[0]}")
                time.sleep(_PAUSE)

    def _replace(self, kind: Named, found: Sequence[Manifest]) -> None:
        with self._lock:
            self._objects[kind] = {(namespace_of(one), name_of(one)): one for one in found}
            self._listed[kind].set()
            self._tell()

    def _take(self, kind: Named, what: str, one: Manifest) -> None:
        if what == "DELETED":
            with self._lock:
                self._gone.add(text(one, "metadata", "uid"))
                self._objects[kind].pop((namespace_of(one), name_of(one)), None)
                self._tell()
        else:
            self._keep(one)

    def _keep(self, one: Manifest) -> None:
        """Keep an object unless a newer one, or its end, is known.

        A watch may come before or after the answer to our own write.
        """
        kind = text(one, "apiVersion"), text(one, "kind")
        key = namespace_of(one), name_of(one)
        with self._lock:
            known = self._objects.get(kind)
            if known is None or text(one, "metadata", "uid") in self._gone:
                return
            if _version(known.get(key, {})) >= _version(one):
                return
            known[key] = one
            self._tell()

    def _tell(self) -> None:
        self.changes += 1
        self.changed.set()


def _version(one: Manifest) -> int:
    return int(text(one, "metadata", "resourceVersion") or 0)
