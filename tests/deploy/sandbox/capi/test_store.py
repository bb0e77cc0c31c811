"""What the provider knows of objects whose end and whose last write cross."""

import threading
from collections.abc import Iterator, Sequence

from clusterwright.deploy.sandbox.capi.provider.api import Api
from clusterwright.deploy.sandbox.capi.provider.store import Store
from clusterwright.tools.manifest import Manifest

NAMED = ("example.test/v1", "Thing")


def thing(uid: str, version: int) -> Manifest:
    metadata = {"namespace": "a", "name": "b", "uid": uid, "resourceVersion": str(version)}
    return {"apiVersion": NAMED[0], "kind": NAMED[1], "metadata": metadata}


class SimulatedApi(Api):
    """An API server that lists one thing, and tells of its end when it is asked to watch."""

    def __init__(self) -> None:
        self.told = threading.Event()

    def list_at(self, api_version: str, kind: str) -> tuple[Sequence[Manifest], str]:
        assert (api_version, kind) == NAMED
        return [thing("first", 1)], "1"

    def watch(self, api_version: str, kind: str, version: str) -> Iterator[Manifest]:
        assert (api_version, kind, version) == (*NAMED, "1")
        yield {"type": "DELETED", "object": thing("first", 3)}
        self.told.set()
        threading.Event().wait()


def test_the_answer_to_our_last_write_does_not_bring_an_object_back() -> None:
    api = SimulatedApi()
    store = Store(api, [NAMED], print)
    store.start()
    assert api.told.wait(60)
    api.written(thing("first", 2))  # its last finalizer was removed; the watch was quicker
    assert store.all(*NAMED) == []
    api.written(thing("second", 4))  # of the same name, made since
    assert store.all(*NAMED) == [thing("second", 4)]
