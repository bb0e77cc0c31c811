"""Who has the devices of a node: pods by what they request, and by claims that DRA allocated."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from clusterwright.tools.gpu.estate import DRIVERS, Estate, asked_of, estate_of
from clusterwright.tools.gpu.node import GpuNode
from clusterwright.tools.manifest import Manifest, items, name_of, namespace_of, number, text, truth
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

Pool = tuple[str, str]
"""A DRA driver, and a pool of it."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A pod, or a claim that no pod uses, and what it has of a node."""

    ref: Ref
    requested: Mapping[str, int]
    """Devices by resource."""
    devices: tuple[str, ...] = ()
    """Devices by the name that a DRA driver gave them."""
    manifest: Manifest | None = None


@dataclass(frozen=True, slots=True)
class Allocation:
    """A device that a claim has; access of an admin (`adminAccess`) takes it from nobody."""

    device: str
    claim: Manifest


def holders_of(estate: Estate, node: GpuNode) -> Sequence[Holder]:
    """Return who has devices of a node, by name."""
    found: dict[Ref, Holder] = {}
    for pod in estate.using(name_of(node.manifest)):
        found[Ref.of(pod)] = Holder(Ref.of(pod), asked_of(pod), (), pod)
    named: dict[Ref, list[str]] = defaultdict(list)
    for one in allocations_of(estate, node):
        for ref in _users(one.claim):
            named[ref].append(one.device)
    for ref, devices in named.items():
        known = found.get(ref) or Holder(ref, {}, (), estate.get(ref))
        found[ref] = replace(known, devices=tuple(sorted(devices)))
    return sorted(found.values(), key=lambda one: str(one.ref))


def allocations_of(estate: Estate, node: GpuNode) -> Iterator[Allocation]:
    """Yield the devices of a node that claims have."""
    allocated = estate.derived(_allocated)
    for pool in dict.fromkeys(pools_of(estate.slices_of(node))):
        yield from allocated.get(pool, ())


def pools_of(slices: Iterable[Manifest]) -> Iterator[Pool]:
    """Yield the pools that slices belong to."""
    for one in slices:
        yield text(one, "spec", "driver"), text(one, "spec", "pool", "name")


def devices_of(slices: Iterable[Manifest]) -> Iterator[Manifest]:
    """Yield the devices of slices; those of an older generation of their pool are not counted."""
    kept = list(slices)
    newest: dict[Pool, int] = {}
    for one, pool in zip(kept, pools_of(kept), strict=True):
        newest[pool] = max(newest.get(pool, 0), _generation(one))
    for one, pool in zip(kept, pools_of(kept), strict=True):
        if _generation(one) == newest[pool]:
            yield from items(one, "spec", "devices")


def taints_of(device: Manifest) -> list[str]:
    """Return the taints of a device of a slice, in whichever version it was read."""
    taints = items(device, "taints") or items(device, "basic", "taints")
    return [f"{text(one, 'key')}:{text(one, 'effect')}" for one in taints]


def _generation(one: Manifest) -> int:
    return number(one, "spec", "pool", "generation")


def _allocated(snapshot: Snapshot) -> Mapping[Pool, Sequence[Allocation]]:
    found: dict[Pool, list[Allocation]] = defaultdict(list)
    for claim in estate_of(snapshot).of_kind("ResourceClaim"):
        for one in items(claim, "status", "allocation", "devices", "results"):
            driver, pool = text(one, "driver"), text(one, "pool")
            if driver in DRIVERS and not truth(one, "adminAccess"):
                found[driver, pool].append(Allocation(text(one, "device"), claim))
    return dict(found)


def _users(claim: Manifest) -> list[Ref]:
    """Return the pods that a claim is reserved for; the claim itself where there is none."""
    reserved = items(claim, "status", "reservedFor")
    pods = [
        Ref("Pod", text(one, "name"), namespace_of(claim))
        for one in reserved
        if text(one, "resource") == "pods" and text(one, "name")
    ]
    return pods or [Ref.of(claim)]
