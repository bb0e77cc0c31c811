"""Devices that DRA drivers publish, and which of them a node can reach."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from clusterwright.tools.gpu.fit.node_info import NodeInfo
from clusterwright.tools.kubernetes.analyzers.node_match import selects
from clusterwright.tools.manifest import Json, Manifest, dig, items, mapping, number, text, truth
from clusterwright.tools.snapshot import Snapshot

SLICE = "ResourceSlice"
Key = tuple[str, str, str]
"""Driver, pool and name of a device."""


@dataclass(frozen=True, slots=True)
class Device:
    """One device, of resource.k8s.io v1 or a beta: there its shape stands below `basic`."""

    driver: str
    pool: str
    name: str
    shape: Manifest

    @property
    def key(self) -> Key:
        """What tells it from all others."""
        return self.driver, self.pool, self.name

    @property
    def accounted(self) -> bool:
        """Whether it is more than given or not: a part of another one, or shared by claims."""
        return bool(items(self.shape, "consumesCounters")) or truth(
            self.shape, "allowMultipleAllocations"
        )

    def value(self, which: str, domain: str, name: str) -> Json:
        """Return an attribute (string, int, bool or version) or a capacity; None without it."""
        found = mapping(self.shape, which)
        short = domain == self.driver
        entry: Json = found.get(f"{domain}/{name}", found.get(name) if short else None)
        if not isinstance(entry, dict):
            return entry  # a capacity of a beta
        return next((dig(entry, kind) for kind in _KINDS if dig(entry, kind) is not None), None)


_KINDS = ("string", "int", "bool", "version", "value")


class Pools:
    """The slices of a cluster, those of the newest generation of each pool."""

    def __init__(self, snapshot: Snapshot) -> None:
        """Sort the slices by pool."""
        self._pools: dict[tuple[str, str], list[Manifest]] = defaultdict(list)
        for one in snapshot.of_kind(SLICE):
            pool = mapping(one, "spec", "pool")
            known = self._pools[text(one, "spec", "driver"), text(pool, "name")]
            newest = _generation(known[0]) if known else -1
            if _generation(one) > newest:
                known.clear()
            if _generation(one) >= newest:
                known.append(one)

    def on(self, node: NodeInfo) -> Sequence[Device]:
        """Return the devices that a node can reach; an incomplete pool gives none."""
        return [
            device
            for (driver, pool), slices in self._pools.items()
            if len(slices) >= number(slices[0], "spec", "pool", "resourceSliceCount")
            for one in slices
            for device in _devices(one, driver, pool, node)
        ]

    def incomplete(self, node: NodeInfo) -> bool:
        """Return whether a pool of the node lacks slices, so that nobody knows all devices."""
        return any(
            len(slices) < number(slices[0], "spec", "pool", "resourceSliceCount")
            and any(_reaches(mapping(one, "spec"), node) for one in slices)
            for slices in self._pools.values()
        )


def _generation(one: Manifest) -> int:
    return number(one, "spec", "pool", "generation")


def _devices(one: Manifest, driver: str, pool: str, node: NodeInfo) -> Iterator[Device]:
    spec = mapping(one, "spec")
    each = truth(spec, "perDeviceNodeSelection")
    if not each and not _reaches(spec, node):
        return
    for device in items(spec, "devices"):
        shape = mapping(device, "basic") or device
        if not each or _reaches(shape, node):
            yield Device(driver, pool, text(device, "name"), shape)


def _reaches(where: Manifest, node: NodeInfo) -> bool:
    """Return whether what a slice or device says of nodes includes one."""
    if text(where, "nodeName") == node.name or truth(where, "allNodes"):
        return True
    return bool(mapping(where, "nodeSelector")) and matches_selector(
        mapping(where, "nodeSelector"), node
    )


def matches_selector(selector: Manifest, node: NodeInfo) -> bool:
    """Return whether a NodeSelector (`nodeSelectorTerms`) selects a node."""
    required = {"requiredDuringSchedulingIgnoredDuringExecution": selector}
    if not items(selector, "nodeSelectorTerms"):
        return False
    return selects({"spec": {"affinity": {"nodeAffinity": required}}}, node.manifest)
