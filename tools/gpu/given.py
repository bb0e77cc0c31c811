"""Who has the devices of a node: pods by what they request, and by claims that DRA allocated."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from clusterwright.tools.gpu.dra.claims import given
from clusterwright.tools.gpu.dra.device import Device, Pool, Pools, pool_of
from clusterwright.tools.gpu.estate import DRIVERS, Estate, asked_of
from clusterwright.tools.gpu.node import GpuNode
from clusterwright.tools.manifest import Manifest, items, name_of, namespace_of, text
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot


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
    for ref, names in named.items():
        known = found.get(ref) or Holder(ref, {}, (), estate.get(ref))
        found[ref] = replace(known, devices=tuple(sorted(names)))
    return sorted(found.values(), key=lambda one: str(one.ref))


def allocations_of(estate: Estate, node: GpuNode) -> Iterator[Allocation]:
    """Yield the devices of a node that claims have."""
    allocated = estate.derived(_allocated)
    for pool in dict.fromkeys(map(pool_of, estate.slices_of(node))):
        yield from allocated.get(pool, ())


def devices_of(estate: Estate, node: GpuNode) -> Sequence[Device]:
    """Return the accelerators of a node that DRA drivers publish."""
    every = estate.derived(Pools).of_node(name_of(node.manifest))
    return [one for one in every if one.driver in DRIVERS]


def _allocated(snapshot: Snapshot) -> Mapping[Pool, Sequence[Allocation]]:
    found: dict[Pool, list[Allocation]] = defaultdict(list)
    for (driver, pool, device), claims in snapshot.derived(given).items():
        found[driver, pool] += [Allocation(device, claim) for claim in claims]
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
