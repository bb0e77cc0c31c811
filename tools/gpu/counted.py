"""Accelerators counted: by node, and by model over nodes, with what is left and how scattered."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from clusterwright.tools.gpu.estate import Estate
from clusterwright.tools.gpu.funnel import first_broken, funnels
from clusterwright.tools.gpu.funnel.stage import Stage
from clusterwright.tools.gpu.given import allocations_of, devices_of
from clusterwright.tools.gpu.node import GpuNode, replicas_of
from clusterwright.tools.manifest import Manifest, condition, name_of, text, truth

Counts = tuple[int, int, int, int]
"""Capacity, allocatable, requested, free."""
UNLABELLED = "(product not labelled)"


@dataclass(frozen=True)
class CountedNode:
    """A node, and what stands in the way of its devices."""

    estate: Estate
    node: GpuNode
    broken: Stage | None

    @property
    def name(self) -> str:
        """The node's."""
        return name_of(self.node.manifest)

    @property
    def key(self) -> tuple[int, str]:
        """What nodes are ordered by: broken ones first."""
        return (0 if self.broken else 1, self.name)

    @property
    def model(self) -> str:
        """The model of its devices."""
        return self.node.model or UNLABELLED

    @cached_property
    def closed(self) -> str:
        """Why no further pod is placed on it, as `closed` tells it."""
        return closed(self.node.manifest)

    @cached_property
    def counts(self) -> Mapping[str, Counts]:
        """Devices by resource, of which there is any."""
        node, free = self.node, self.node.free
        return {
            key: (n, node.allocatable.get(key, 0), node.requested.get(key, 0), free.get(key, 0))
            for key, n in _all(node).items()
            if n or node.allocatable.get(key, 0) or node.requested.get(key, 0)
        }

    def free_of(self, resource: str) -> int:
        """Return how many devices a further pod could have: none where none is placed."""
        return 0 if self.closed else self.counts.get(resource, (0, 0, 0, 0))[3]

    @cached_property
    def dra(self) -> tuple[int, int, int]:
        """Devices of its slices: all, those that claims have, those with a taint."""
        devices = devices_of(self.estate, self.node)
        given = {one.device for one in allocations_of(self.estate, self.node)}
        return len(devices), len(given), sum(bool(one.taints) for one in devices)


def closed(node: Manifest) -> str:
    """Return why no further pod is placed on a node: `NotReady`, `Cordoned`; empty if some are."""
    if text(condition(node, "Ready"), "status") not in {"True", ""}:
        return "NotReady"
    return "Cordoned" if truth(node, "spec", "unschedulable") else ""


def counted(estate: Estate) -> Sequence[CountedNode]:
    """Return the nodes with accelerators, those with a broken stage first."""
    stages = funnels(estate)
    found = (CountedNode(estate, one, _broken(stages, one)) for one in estate.nodes)
    return sorted(found, key=lambda one: one.key)


def _broken(stages: Mapping[str, tuple[Stage, ...]], node: GpuNode) -> Stage | None:
    return first_broken(stages.get(name_of(node.manifest), ()))


def _all(node: GpuNode) -> Mapping[str, int]:
    """Return the capacity, with resources that are only allocatable, or requested, as well."""
    return {**dict.fromkeys((*node.allocatable, *node.requested), 0), **node.capacity}


def added(some: Iterable[Counts]) -> Counts:
    """Return counts of different resources together."""
    capacity, allocatable, requested, free = zip(*some, strict=True)
    return sum(capacity), sum(allocatable), sum(requested), sum(free)


@dataclass(frozen=True)
class Share:
    """What nodes of a model have of a resource together, and how what is free is scattered."""

    resource: str
    counts: Counts
    physical: int
    """Devices behind the capacity: fewer where several pods share each."""
    free_by_node: Mapping[int, int]
    """Nodes by how many devices a further pod could have there."""

    @property
    def usable(self) -> int:
        """Free devices on nodes on which further pods are placed."""
        return sum(k * n for k, n in self.free_by_node.items())

    @property
    def largest(self) -> int:
        """The most that one pod can still ask for."""
        return max(self.free_by_node, default=0)


def shares(nodes: Iterable[CountedNode]) -> Sequence[Share]:
    """Return what nodes have together, by resource; what several pods share apart from the rest."""
    total: dict[tuple[str, bool], list[int]] = defaultdict(lambda: [0, 0, 0, 0, 0])
    scattered: dict[tuple[str, bool], Counter[int]] = defaultdict(Counter)
    for one in nodes:
        for resource, counts in one.counts.items():
            each = replicas_of(one.node.labels, resource)
            key = (resource, each > 1)
            into = total[key]
            for i, n in enumerate((*counts, counts[0] // max(1, each))):
                into[i] += n
            scattered[key][one.free_of(resource)] += 1
    return [
        Share(
            key[0],
            (n[0], n[1], n[2], n[3]),
            n[4],
            dict(sorted(scattered[key].items(), reverse=True)),
        )
        for key, n in sorted(total.items())
    ]
