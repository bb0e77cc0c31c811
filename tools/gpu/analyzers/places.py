"""Where pods may be, worked out once for all that ask for the same."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from clusterwright.tools.gpu.estate import Estate, estate_of
from clusterwright.tools.kubernetes.analyzers.node_match import repelling
from clusterwright.tools.manifest import Manifest, items, mapping, name_of
from clusterwright.tools.snapshot import Snapshot

if TYPE_CHECKING:
    from clusterwright.tools.gpu.node import GpuNode


class Places:
    """The nodes that selectors allow, the taints that are not tolerated, and what is free there."""

    def __init__(self, estate: Estate) -> None:
        """Work nothing out yet: most clusters hold no pod that waits."""
        self._estate = estate
        self._fitting: dict[str, frozenset[str]] = {}
        self._repelled: dict[str, Mapping[str, tuple[str, ...]]] = {}
        self._open: dict[tuple[str, str], Sequence[GpuNode]] = {}
        self._free: dict[tuple[str, str, str], Mapping[str, int]] = {}

    def fitting(self, pod: Manifest) -> frozenset[str]:
        """Return the names of the nodes that a pod's selector and affinity allow."""
        asked = _wish(pod)
        if asked not in self._fitting:
            self._fitting[asked] = frozenset(map(name_of, self._estate.amounts.fitting(pod)))
        return self._fitting[asked]

    def repelled(self, pod: Manifest) -> Mapping[str, tuple[str, ...]]:
        """Return the taints that keep a pod off nodes with accelerators, by the nodes' names."""
        asked = _tolerance(pod)
        if asked not in self._repelled:
            found = partial(repelling, pod)
            nodes = self._estate.nodes
            self._repelled[asked] = {one.ref.name: tuple(found(one.manifest)) for one in nodes}
        return self._repelled[asked]

    def open(self, pod: Manifest) -> Sequence["GpuNode"]:
        """Return the nodes with accelerators that fit, and whose taints are tolerated."""
        asked = (_wish(pod), _tolerance(pod))
        if asked not in self._open:
            fits, taints = self.fitting(pod), self.repelled(pod)
            nodes = ((one, one.ref.name) for one in self._estate.nodes)
            self._open[asked] = [one for one, name in nodes if name in fits and not taints[name]]
        return self._open[asked]

    def free(self, pod: Manifest, resource: str) -> Mapping[str, int]:
        """Return what is free of a resource on the open nodes that have it at all, by name."""
        asked = (_wish(pod), _tolerance(pod), resource)
        if asked not in self._free:
            self._free[asked] = {
                one.ref.name: one.free.get(resource, 0)
                for one in self.open(pod)
                if one.allocatable.get(resource, 0)
            }
        return self._free[asked]


def _wish(pod: Manifest) -> str:
    spec = mapping(pod, "spec")
    return repr((mapping(spec, "nodeSelector"), mapping(spec, "affinity")))


def _tolerance(pod: Manifest) -> str:
    return repr(items(pod, "spec", "tolerations"))


def places(estate: Estate) -> Places:
    """Return the places of a cluster."""
    return estate.derived(_places)


def _places(snapshot: Snapshot) -> Places:
    return Places(estate_of(snapshot))
