"""Whether a pod's claims, and what it requests of a DeviceClass, can be met on a node."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property

from clusterwright.tools.gpu.dra.allocation import Need, Search
from clusterwright.tools.gpu.dra.claims import (
    CLAIM,
    CLASS,
    claims_of,
    classes,
    given,
    is_allocated,
    mapped,
    requests_of,
)
from clusterwright.tools.gpu.dra.device import SLICE, Key, Pools
from clusterwright.tools.gpu.dra.request import class_names, constraints_of, ways_of
from clusterwright.tools.gpu.fit.node_info import NodeInfo, requests
from clusterwright.tools.gpu.fit.rejection import Plugin, Rejection
from clusterwright.tools.kubernetes.analyzers.nearest import nearest
from clusterwright.tools.kubernetes.analyzers.node_match import matches_selector
from clusterwright.tools.manifest import Manifest, mapping, name_of, namespace_of, text
from clusterwright.tools.snapshot import Snapshot


class DynamicResources:
    """What one pod claims, and what is left of it on each node."""

    def __init__(self, pod: Manifest, snapshot: Snapshot) -> None:
        """Find the claims; whether they are there is told by `refused`."""
        self._pod, self._snapshot = pod, snapshot
        self.doubts: set[str] = set()
        """What could not be told, once nodes were asked about."""
        self._classes = snapshot.derived(classes)
        self.mapped: Mapping[str, str] = snapshot.derived(mapped)
        """Extended resources that stand for a DeviceClass."""
        self._claims = list(self._named())
        self._readable = all(snapshot.was_read(kind) for kind in (CLAIM, CLASS, SLICE))
        unread = any(gap.what == CLASS for gap in snapshot.coverage.gaps)
        if not self._readable and (self._claims or unread):
            self.doubts.add("devices of DRA: claims, classes or slices could not be read")

    @cached_property
    def refused(self) -> Rejection | None:
        """Why no node is looked at: a claim that is not there, or a class that is not."""
        if not self._readable:
            return None
        for entry, claim in self._claims:
            if claim is None:
                return _refusal(_missing(self._pod, entry), "its claim does not exist yet")
            if text(claim, "metadata", "deletionTimestamp"):
                return _refusal(f'resourceclaim "{name_of(claim)}" is being deleted')
            for request in () if is_allocated(claim) else requests_of(claim):
                for name, wanted in class_names(request):
                    if wanted not in self._classes:
                        said = f"request {name}: device class {wanted} does not exist"
                        near = nearest(wanted, self._classes) or ", ".join(self._classes)
                        return _refusal(said, f"DeviceClasses: {near or 'none'}")
        return None

    def __call__(self, node: NodeInfo) -> Rejection | None:
        """Refuse a node whose devices cannot meet the claims, or that is away from those given."""
        if not self._readable:
            return None
        for claim in self._there:
            selector = mapping(claim, "status", "allocation", "nodeSelector")
            if selector and not matches_selector(selector, node.manifest):
                reason = "resourceclaim not available on the node"
                return _refusal(reason, f"the devices of claim {name_of(claim)} are elsewhere")
        needs = [*self._claimed, *self._extended(node)]
        return self._search(needs, node.manifest) if needs else None

    def _search(self, needs: Sequence[Need], node: Manifest) -> Rejection | None:
        devices, incomplete = self._pools.on(node), self._pools.incomplete(node)
        sure = Search(needs, devices, self._given, doubtful=False, incomplete=incomplete)
        if sure.succeeds():
            return None
        perhaps = Search(needs, devices, self._given, doubtful=True, incomplete=incomplete)
        if perhaps.succeeds() or perhaps.gave_up:
            self.doubts.add(
                "whether devices of DRA meet the claims: their selectors (CEL), counters or"
                " capacity are more than is evaluated here"
            )
            return None
        free = sum(one.key not in self._given for one in devices)
        detail = f"{free} of {len(devices)} devices of DRA free, too few that match"
        return _refusal("cannot allocate all claims", detail if devices else "no devices of DRA")

    def _named(self) -> Iterator[tuple[Manifest, Manifest | None]]:
        """Yield the pod's entries, each with its claim or, for a pod to be made, its template."""
        for entry, ref in claims_of(self._pod):
            found = self._snapshot.get(ref) if ref else None
            if ref and ref.kind != CLAIM:
                found = mapping(found, "spec") if found and not name_of(self._pod) else None
            yield entry, found

    @cached_property
    def _there(self) -> Sequence[Manifest]:
        return [claim for _, claim in self._claims if claim is not None]

    @cached_property
    def _claimed(self) -> Sequence[Need]:
        """What claims without devices ask for, the same on every node."""
        waiting = [one for one in self._there if not is_allocated(one)]
        return [need for one in waiting for need in self._needs(one)]

    def _needs(self, claim: Manifest) -> Iterator[Need]:
        constraints = constraints_of(claim)
        for request in requests_of(claim):
            yield Need(list(ways_of(request, self._classes)), constraints)

    def _extended(self, node: NodeInfo) -> Iterator[Need]:
        """Yield what the pod requests as resources that this node has by a DeviceClass only."""
        for resource, amount in requests(self._pod).items():
            if amount and resource in self.mapped and not node.allocatable.get(resource, 0):
                request = {"name": resource, "deviceClassName": self.mapped[resource]}
                yield Need(list(ways_of({**request, "count": amount}, self._classes)), ())

    @cached_property
    def _pools(self) -> Pools:
        return self._snapshot.derived(Pools)

    @cached_property
    def _given(self) -> Collection[Key]:
        return self._snapshot.derived(given)


def _missing(pod: Manifest, entry: Manifest) -> str:
    name = text(entry, "resourceClaimName")
    if name:
        return f'resourceclaim.resource.k8s.io "{name}" not found'
    return f'pod "{namespace_of(pod)}/{name_of(pod)}": ResourceClaim not created yet'


def _refusal(reason: str, detail: str = "") -> Rejection:
    return Rejection(Plugin.DYNAMIC_RESOURCES, (reason,), detail)
