"""What the simulated controller sees and writes: the objects of a round, workload clusters."""

from collections.abc import Sequence
from pathlib import Path

import httpx

from clusterwright.deploy.sandbox.capi.k0rdent.controller.told import Told, differs, merged
from clusterwright.deploy.sandbox.capi.k0rdent.controller.workloads import Workloads
from clusterwright.deploy.sandbox.capi.k0rdent.kinds import BY_NAME, KINDS
from clusterwright.deploy.sandbox.capi.provider.api import Api
from clusterwright.deploy.sandbox.runtime.simulated import SIMULATED
from clusterwright.tools.manifest import Json, Manifest, mapping, name_of, namespace_of, text, texts

CLUSTER_API = "cluster.x-k8s.io/v1beta2"
SYSTEM = "kcm-system"
"""The namespace in which k0rdent itself runs."""
Key = tuple[str, str]
"""Namespace and name."""


class World:
    """The objects of one round, by kind and key."""

    def __init__(self, api: Api, directory: Path) -> None:
        """Take the management cluster, and a place for files."""
        self.api = api
        self.workloads = Workloads(api, directory)
        self.round = 0
        self._objects: dict[str, dict[Key, Manifest]] = {}

    def load(self) -> None:
        """Read everything anew."""
        self.round += 1
        kinds = [(one.api_version, one.name) for one in KINDS] + [(CLUSTER_API, "Cluster")]
        self._objects = {
            kind: {key_of(one): one for one in self.api.list(version, kind)}
            for version, kind in kinds
        }

    def all(self, kind: str) -> list[Manifest]:
        """Return every object of a kind."""
        return list(self._objects.get(kind, {}).values())

    def get(self, kind: str, namespace: str, name: str) -> Manifest | None:
        """Return an object of this round."""
        return self._objects.get(kind, {}).get((namespace, name))

    def read(self, api_version: str, kind: str, namespace: str, name: str) -> Manifest | None:
        """Return an object of any kind as it is now."""
        return self.api.read(api_version, kind, namespace, name)

    def ensure(
        self, kind: str, namespace: str, name: str, spec: Manifest, **metadata: Json
    ) -> Manifest:
        """Return an object that has this spec, made or changed as needs be."""
        found = self.get(kind, namespace, name)
        if found is None:
            made: Manifest = {
                "apiVersion": BY_NAME[kind].api_version,
                "kind": kind,
                "metadata": {"name": name, "namespace": namespace} | metadata,
                "spec": spec,
            }
            made["metadata"].setdefault("annotations", {})[SIMULATED] = "k0rdent and Sveltos"
            if not namespace:
                made["metadata"].pop("namespace")
            self.api.create(made)
            found = self.api.read(made["apiVersion"], kind, namespace, name) or made
            self._objects.setdefault(kind, {})[namespace, name] = found
        elif found.get("spec") != spec:
            # A merge would keep what is not wanted any more.
            gone = dict.fromkeys(mapping(found, "spec").keys() - spec.keys())
            found["spec"] = self.api.patch(found, {"spec": gone | spec})["spec"]
        return found

    def tell(
        self,
        manifest: Manifest,
        status: Manifest,
        told: Sequence[Told] = (),
        *,
        without: tuple[str, ...] = (),
    ) -> None:
        """Write a status where it differs from what is there."""
        if told or without:
            status = status | {"conditions": merged(manifest, list(told), without=without)}
        if differs(status, manifest.get("status", {})):
            written = self.api.patch(manifest, {"status": status}, status=True)
            manifest["status"] = written.get("status", {})

    def hold(self, manifest: Manifest, finalizer: str) -> None:
        """See that an object does not go before it is let go."""
        found = texts(manifest, "metadata", "finalizers")
        if finalizer not in found:
            self._finalizers(manifest, [*found, finalizer])

    def let_go(self, manifest: Manifest, finalizer: str) -> None:
        """Let an object go."""
        found = texts(manifest, "metadata", "finalizers")
        if finalizer in found:
            self._finalizers(manifest, [one for one in found if one != finalizer])

    def _finalizers(self, manifest: Manifest, wanted: list[str]) -> None:
        version = text(manifest, "metadata", "resourceVersion")
        change = {"metadata": {"finalizers": wanted, "resourceVersion": version}}
        manifest["metadata"] = self.api.patch(manifest, change)["metadata"]


def key_of(manifest: Manifest) -> Key:
    """Return an object's namespace and name."""
    return namespace_of(manifest), name_of(manifest)


def owned_by(manifest: Manifest) -> list[Manifest]:
    """Return the ownerReferences of what an object makes."""
    return [
        {
            "apiVersion": text(manifest, "apiVersion"),
            "kind": text(manifest, "kind"),
            "name": name_of(manifest),
            "uid": text(manifest, "metadata", "uid"),
            "controller": True,
        }
    ]


def first(found: list[Manifest]) -> Manifest:
    """Return the first of some objects; an empty one where there are none."""
    return found[0] if found else {}


def leaving(manifest: Manifest) -> bool:
    """Return whether an object is being deleted."""
    return bool(text(manifest, "metadata", "deletionTimestamp"))


def said(error: httpx.HTTPError) -> str:
    """Return what an API server said, or why it said nothing."""
    if isinstance(error, httpx.HTTPStatusError):
        try:
            return text(error.response.json(), "message") or str(error)
        except ValueError:
            return str(error)
    return str(error)
