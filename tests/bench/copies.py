"""Copies of workload clusters: all objects of real ones, with their status, under other names."""

import json
from collections.abc import Sequence
from typing import NamedTuple

from clusterwright.deploy.sandbox import Instance
from clusterwright.deploy.sandbox.runtime.simulated import SIMULATED
from clusterwright.tools.manifest import Manifest

_LABEL = "cluster.x-k8s.io/cluster-name"
_LEVELS = (
    ("clusters.cluster.x-k8s.io",),
    (
        "kubeadmcontrolplanes",
        "sandboxcontrolplanes",
        "devclusters",
        "awsclusters",
        "machinedeployments",
    ),
    ("machinesets",),
    ("machines",),
    ("kubeadmconfigs", "sandboxconfigs", "devmachines", "awsmachines"),
)
"""Owners before what they own, whose references carry the owner's uid."""
_SERVERS = ("uid", "resourceVersion", "creationTimestamp", "generation", "managedFields")
"""Metadata that the API server fills in."""
_EVERY = 10
"""Of so many copies, one is of a cluster that is refused its machines."""
_AT_ONCE = 200


def copy(instance: Instance, count: int) -> None:
    """Make copies of the instance's clusters in turn, every tenth of one that fails."""
    originals = _originals(instance)
    well, refused = _split(originals)
    uids: dict[tuple[int, str], str] = {}
    for level in _LEVELS:
        wanted: list[_Copy] = []
        for number in range(count):
            pool = refused if number % _EVERY == 0 else well
            source = pool[number % len(pool)]
            objects = originals[source].get(level, [])
            wanted += [_copied(one, source, number, uids) for one in objects]
        _make(instance, wanted, uids)


class _Copy(NamedTuple):
    """An object of one copy, and the uid that it is a copy of."""

    number: int
    was: str
    manifest: Manifest


Objects = dict[tuple[str, ...], list[Manifest]]


def _originals(instance: Instance) -> dict[str, Objects]:
    """Return the objects of each cluster, by level."""
    found: dict[str, Objects] = {}
    for level in _LEVELS:
        for one in _listed(instance, ",".join(level)):
            metadata = one["metadata"]
            name = metadata.get("labels", {}).get(_LABEL) or metadata["name"]
            found.setdefault(name, {}).setdefault(level, []).append(one)
    return found


def _split(originals: dict[str, Objects]) -> tuple[list[str], list[str]]:
    well = sorted(name for name in originals if name.startswith("real-"))
    return well, sorted(name for name in originals if name.startswith("refused-"))


def _copied(one: Manifest, source: str, number: int, uids: dict[tuple[int, str], str]) -> _Copy:
    """Return an object of a copy; in its name and its references stands the copy's name."""
    found: Manifest = json.loads(json.dumps(one).replace(source, f"simulated-{number:03d}"))
    metadata = found["metadata"]
    was = str(metadata["uid"])
    for field in _SERVERS:
        metadata.pop(field, None)
    metadata.setdefault("annotations", {})[SIMULATED] = f"a copy of {source}"
    for owner in metadata.get("ownerReferences", []):
        owner["uid"] = uids.get((number, owner["uid"]), owner["uid"])
    return _Copy(number, was, found)


def _make(instance: Instance, wanted: Sequence[_Copy], uids: dict[tuple[int, str], str]) -> None:
    """Create objects, then write their status; note the uids that they were given."""
    for start in range(0, len(wanted), _AT_ONCE):
        part = wanted[start : start + _AT_ONCE]
        bodies = [one.manifest for one in part]
        made = _documents(_send(instance, bodies, "create", "-o", "json"))
        for one, created in zip(part, made, strict=True):
            uids[one.number, one.was] = created["metadata"]["uid"]
        _send(instance, bodies, "replace", "--subresource=status")


def _documents(spelled: str) -> list[Manifest]:
    """Return the objects that kubectl prints one after the other."""
    decoder, found, place = json.JSONDecoder(), list[Manifest](), 0
    while place < len(spelled.rstrip()):
        one, place = decoder.raw_decode(spelled, place)
        found.append(one)
        place += len(spelled[place:]) - len(spelled[place:].lstrip())
    return found


def _send(instance: Instance, objects: Sequence[Manifest], *words: str) -> str:
    listed = {"apiVersion": "v1", "kind": "List", "items": list(objects)}
    return instance.kubectl(*words, "-f", "-", stdin=json.dumps(listed))


def _listed(instance: Instance, kinds: str) -> list[Manifest]:
    found: list[Manifest] = json.loads(instance.kubectl("get", kinds, "-A", "-o", "json"))["items"]
    return found
