"""The claims of a pod, and on which nodes they can be met (DynamicResources)."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from clusterwright.tools.gpu.fit.dra.allocation import Need, Search
from clusterwright.tools.gpu.fit.dra.device import SLICE, Key, Pools, matches_selector
from clusterwright.tools.gpu.fit.dra.request import class_names, constraints_of, ways_of
from clusterwright.tools.gpu.fit.node_info import NodeInfo, requests
from clusterwright.tools.gpu.fit.rejection import Plugin, Rejection
from clusterwright.tools.kubernetes.analyzers.nearest import nearest
from clusterwright.tools.manifest import (
    Manifest,
    items,
    mapping,
    name_of,
    namespace_of,
    text,
    truth,
)
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

CLAIM, TEMPLATE, CLASS = "ResourceClaim", "ResourceClaimTemplate", "DeviceClass"
_IMPLICIT = "deviceclass.resource.kubernetes.io/"


class Claims:
    """What one pod claims, and what is left of it on each node."""

    def __init__(self, pod: Manifest, snapshot: Snapshot) -> None:
        """Find the claims; whether they are there is told by `refused`."""
        self._pod, self._snapshot = pod, snapshot
        self.doubts: set[str] = set()
        """What could not be told, once nodes were asked about."""
        self._classes = {name_of(one): one for one in snapshot.of_kind(CLASS)}
        self.mapped: Mapping[str, str] = mapped(snapshot)
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
            for request in [] if _allocated(claim) else items(claim, "spec", "devices", "requests"):
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
        claims = [claim for _, claim in self._claims if claim is not None]
        for claim in claims:
            selector = mapping(claim, "status", "allocation", "nodeSelector")
            if selector and not matches_selector(selector, node):
                reason = "resourceclaim not available on the node"
                return _refusal(reason, f"the devices of claim {name_of(claim)} are elsewhere")
        needs = [need for one in claims if not _allocated(one) for need in self._needs(one)]
        needs += self._extended(node)
        return self._search(needs, node) if needs else None

    def _search(self, needs: Sequence[Need], node: NodeInfo) -> Rejection | None:
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
        made = {
            text(one, "name"): one.get("resourceClaimName", "")
            for one in items(self._pod, "status", "resourceClaimStatuses")
        }
        namespace = namespace_of(self._pod)
        for entry in items(self._pod, "spec", "resourceClaims"):
            own = text(entry, "name")
            name = text(entry, "resourceClaimName") or made.get(own)
            if name is None and own in made:
                continue  # a claim that was meant not to be made
            found = self._snapshot.get(Ref(CLAIM, name, namespace)) if name else None
            if name is None and not name_of(self._pod):
                template = text(entry, "resourceClaimTemplateName")
                found = self._snapshot.get(Ref(TEMPLATE, template, namespace))
                found = mapping(found, "spec") if found else None
            yield entry, found

    def _needs(self, claim: Manifest) -> Iterator[Need]:
        constraints = constraints_of(claim)
        for request in items(claim, "spec", "devices", "requests"):
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
    def _given(self) -> frozenset[Key]:
        return self._snapshot.derived(_given)


def _given(snapshot: Snapshot) -> frozenset[Key]:
    return frozenset(
        (text(one, "driver"), text(one, "pool"), text(one, "device"))
        for claim in snapshot.of_kind(CLAIM)
        for one in items(claim, "status", "allocation", "devices", "results")
        if not truth(one, "adminAccess")
    )


def mapped(snapshot: Snapshot) -> Mapping[str, str]:
    """Return the DeviceClass of each extended resource: of several the newest, then by name."""
    found: dict[str, str] = {}
    classes = sorted(snapshot.of_kind(CLASS), key=name_of, reverse=True)
    for one in sorted(classes, key=lambda one: text(one, "metadata", "creationTimestamp")):
        found[f"{_IMPLICIT}{name_of(one)}"] = name_of(one)
        if resource := text(one, "spec", "extendedResourceName"):
            found[resource] = name_of(one)
    return found


def _allocated(claim: Manifest) -> bool:
    return bool(mapping(claim, "status", "allocation"))


def _missing(pod: Manifest, entry: Manifest) -> str:
    name = text(entry, "resourceClaimName")
    if name:
        return f'resourceclaim.resource.k8s.io "{name}" not found'
    return f'pod "{namespace_of(pod)}/{name_of(pod)}": ResourceClaim not created yet'


def _refusal(reason: str, detail: str = "") -> Rejection:
    return Rejection(Plugin.DYNAMIC_RESOURCES, (reason,), detail)
