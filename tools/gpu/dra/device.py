"""Devices that DRA drivers publish in ResourceSlices, and which of them a node can reach."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from clusterwright.tools.kubernetes.analyzers.node_match import KEEPING_OFF, matches_selector
from clusterwright.tools.manifest import (
    Json,
    Manifest,
    dig,
    items,
    mapping,
    name_of,
    number,
    text,
    truth,
)
from clusterwright.tools.snapshot import Snapshot

SLICE = "ResourceSlice"
Pool = tuple[str, str]
"""A DRA driver, and a pool of it."""
Key = tuple[str, str, str]
"""Driver, pool and name of a device."""
_KINDS = ("string", "int", "bool", "version", "value")


@dataclass(frozen=True, slots=True)
class Device:
    """One device, of resource.k8s.io v1 or a beta: there its shape stands below `basic`."""

    driver: str
    pool: str
    name: str
    shape: Manifest
    where: Manifest = field(default_factory=dict[str, Json])
    """What says which nodes reach it: its slice's spec, or its own shape."""
    slice: str = ""
    complete: bool = True
    """Whether all slices of its pool are there; else nobody is given any of its devices."""
    answers: dict[str, bool | None] = field(
        default_factory=dict[str, bool | None], compare=False, repr=False
    )
    """What selectors were found to say of it: many claims ask the same."""

    @property
    def key(self) -> Key:
        """What tells it from all others."""
        return self.driver, self.pool, self.name

    @property
    def node(self) -> str:
        """The node that it is on; empty where it is not of one node."""
        return text(self.where, "nodeName")

    @property
    def taints(self) -> Sequence[Manifest]:
        """Its taints that keep claims off; one of the effect None only tells."""
        return [one for one in items(self.shape, "taints") if text(one, "effect") in KEEPING_OFF]

    @property
    def accounted(self) -> bool:
        """Whether it is more than given or not: a part of another one, or shared by claims."""
        return bool(items(self.shape, "consumesCounters")) or truth(
            self.shape, "allowMultipleAllocations"
        )

    def entry(self, which: str, domain: str, name: str) -> Json:
        """Return what stands at a name of `attributes` or `capacity`; None without it."""
        found = mapping(self.shape, which)
        short = found.get(name) if domain == self.driver else None
        return found.get(f"{domain}/{name}", short)

    def value(self, which: str, domain: str, name: str) -> Json:
        """Return an attribute (string, int, bool or version) or a capacity; None without it."""
        entry = self.entry(which, domain, name)
        if not isinstance(entry, dict):
            return entry  # a capacity of a beta
        return next((dig(entry, kind) for kind in _KINDS if dig(entry, kind) is not None), None)

    def attribute(self, name: str) -> str:
        """Return an attribute of the driver's own that is a string, or an empty one."""
        found = self.value("attributes", self.driver, name)
        return found if isinstance(found, str) else ""


class Pools:
    """The slices of a cluster, those of the newest generation of each pool."""

    def __init__(self, snapshot: Snapshot) -> None:
        """Sort the slices by pool, and their devices by node."""
        self.slices: Mapping[Pool, Sequence[Manifest]] = _newest(snapshot.of_kind(SLICE))
        self.devices: Sequence[Device] = list(_devices(self.slices))
        """All there are, of incomplete pools as well."""
        self.drivers = frozenset(one.driver for one in self.devices)
        """Those that publish a device."""
        self._local: dict[str, list[Device]] = defaultdict(list)
        for one in self.devices:
            self._local[one.node].append(one)
        shared = groupby(self._local[""], key=lambda one: id(one.where))
        self._alike = [list(some) for _, some in shared]
        """Those of no one node, together where one slice says for all who reaches them."""
        some = (one for one in self.slices.values() if len(one) < slices_wanted(one))
        self._lacking = [mapping(one, "spec") for slices in some for one in slices]

    def of_node(self, name: str) -> Sequence[Device]:
        """Return the devices that are of one node alone, those of incomplete pools as well."""
        return self._local.get(name, ()) if name else ()

    def on(self, node: Manifest) -> Sequence[Device]:
        """Return the devices that a node can reach; an incomplete pool gives none."""
        reached = [one for one in self._alike if _reaches(one[0].where, node)]
        local = self._local.get(name_of(node), ())
        return [one for some in (local, *reached) for one in some if one.complete]

    def incomplete(self, node: Manifest) -> bool:
        """Return whether a pool of the node lacks slices, so that nobody knows all devices."""
        return any(_reaches(one, node) for one in self._lacking)


def pool_of(one: Manifest) -> Pool:
    """Return the pool that a slice belongs to."""
    return text(one, "spec", "driver"), text(one, "spec", "pool", "name")


def slices_wanted(slices: Sequence[Manifest]) -> int:
    """Return of how many slices a pool says that it consists."""
    return max(number(one, "spec", "pool", "resourceSliceCount") for one in slices)


def _newest(slices: Iterable[Manifest]) -> Mapping[Pool, Sequence[Manifest]]:
    found: dict[Pool, list[Manifest]] = defaultdict(list)
    for one in slices:
        known = found[pool_of(one)]
        if known and _generation(one) > _generation(known[0]):
            known.clear()
        if not known or _generation(one) == _generation(known[0]):
            known.append(one)
    return found


def _generation(one: Manifest) -> int:
    return number(one, "spec", "pool", "generation")


def _devices(pools: Mapping[Pool, Sequence[Manifest]]) -> Iterator[Device]:
    for (driver, pool), slices in pools.items():
        complete = len(slices) >= slices_wanted(slices)
        for one in slices:
            spec = mapping(one, "spec")
            each = truth(spec, "perDeviceNodeSelection")
            for device in items(spec, "devices"):
                shape = mapping(device, "basic") or device
                where = shape if each else spec
                name = text(device, "name")
                yield Device(driver, pool, name, shape, where, name_of(one), complete)


def _reaches(where: Manifest, node: Manifest) -> bool:
    """Return whether what a slice or device says of nodes includes one."""
    if text(where, "nodeName") == name_of(node) or truth(where, "allNodes"):
        return True
    return matches_selector(mapping(where, "nodeSelector"), node)
