"""Pods that wait for accelerators, those of one workload as one: what they ask for, and where."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from clusterwright.tools.finding import Evidence, Finding, Relation
from clusterwright.tools.gpu.analyzers.about import Cure, with_cures
from clusterwright.tools.gpu.analyzers.places import places
from clusterwright.tools.gpu.changes.standing import FAILED
from clusterwright.tools.gpu.estate import Estate, asked_of, estate_of
from clusterwright.tools.gpu.network_devices import network_devices_of
from clusterwright.tools.gpu.node import GpuNode
from clusterwright.tools.gpu.vendor import Vendor, vendor_of
from clusterwright.tools.gpu.workload import suits
from clusterwright.tools.kubernetes.analyzers.capacity import finished, requested
from clusterwright.tools.kubernetes.analyzers.case import Case
from clusterwright.tools.kubernetes.analyzers.pod import message_of
from clusterwright.tools.manifest import (
    Manifest,
    condition,
    dig,
    items,
    mapping,
    namespace_of,
    text,
)
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

_LIKE_A_GPU = re.compile(r"gpu|nvidia|cuda|radeon|\bmig-", re.IGNORECASE)
_SAID = "$.status.conditions[?(@.type=='PodScheduled')].message"
_PASSING = ("node.kubernetes.io/",)
"""Taints of conditions: of a node that is not well for another reason than its devices."""


@dataclass(frozen=True)
class Waiting:
    """Pods of one workload that ask for the same, and that the scheduler cannot place."""

    estate: Estate
    case: Case
    """Of the first of them."""
    pods: tuple[Ref, ...]
    asked: Mapping[str, int]
    """Devices by resource; resources that only look like some are among them."""
    wish: str
    """What pods that may be on the same nodes, and ask for the same there, have in common."""

    @property
    def pod(self) -> Manifest:
        """The first of the pods."""
        return self.case.pod

    @property
    def said(self) -> str:
        """What the scheduler says."""
        return message_of(condition(self.pod, "PodScheduled"))

    @cached_property
    def fitting(self) -> frozenset[str]:
        """The names of the nodes that selector and affinity allow."""
        return places(self.estate).fitting(self.pod)

    @cached_property
    def repelled(self) -> Mapping[str, tuple[str, ...]]:
        """The taints of nodes with accelerators that are not tolerated, by the nodes' names."""
        return places(self.estate).repelled(self.pod)

    @cached_property
    def open(self) -> Sequence[GpuNode]:
        """The nodes with accelerators that fit, and whose taints are tolerated."""
        return places(self.estate).open(self.pod)

    def free(self, resource: str) -> Mapping[str, int]:
        """Return what is free on the nodes that may be used and have a resource at all."""
        return places(self.estate).free(self.pod, resource)

    def finding(
        self,
        code: str,
        sentence: str,
        resource: str,
        *cures: Cure,
        evidence: tuple[Evidence, ...] = (),
        relations: tuple[Relation, ...] = (),
    ) -> Finding:
        """Return a finding about the workload, with what it asks for and what was said of it."""
        own: list[Evidence] = [*evidence]
        if resource:
            path = f"$.spec.containers[*].resources.limits['{resource}']"
            own.append(self.case.field(path, str(self.asked[resource])))
        if self.said:
            own.append(self.case.field(_SAID, self.said))
        made = self.case.finding(code, sentence, tuple(own), relations=relations)
        return with_cures(made.model_copy(update={"members": self.pods}), *cures)


def waiting(snapshot: Snapshot) -> Sequence[Waiting]:
    """Return what waits for accelerators, worked out once."""
    return snapshot.derived(_waiting)


def _waiting(snapshot: Snapshot) -> Sequence[Waiting]:
    estate = estate_of(snapshot)
    alike: dict[tuple[Ref, str], tuple[Case, Mapping[str, int], list[Ref]]] = {}
    for pod in unplaced(estate):
        asked = _asked(estate, pod)
        if not asked:
            continue
        case = Case(estate, pod)
        key = (case.subject, repr((asked, _demands(pod))))
        alike.setdefault(key, (case, asked, []))[2].append(case.ref)
    return [
        Waiting(estate, case, tuple(refs), asked, wish)
        for (_, wish), (case, asked, refs) in alike.items()
    ]


def unplaced(estate: Estate) -> Iterable[Manifest]:
    """Yield the pods that are asked about, and that the scheduler has looked at in vain."""
    for pod in estate.of_kind("Pod"):
        told = condition(pod, "PodScheduled")
        if told.get("status") != "False" or told.get("reason") != "Unschedulable":
            continue
        if text(pod, "spec", "nodeName") or finished(pod) or leaving(pod):
            continue
        if in_question(estate, pod):
            yield pod


def leaving(one: Manifest) -> bool:
    """Return whether an object is being deleted."""
    return bool(dig(one, "metadata", "deletionTimestamp"))


def in_question(estate: Estate, one: Manifest) -> bool:
    """Return whether an object is of the namespace that was asked about, if one was."""
    return estate.namespace in {"", namespace_of(one)}


def _asked(estate: Estate, pod: Manifest) -> Mapping[str, int]:
    """Return the devices that a pod asks for, and what no node has and only sounds like some."""
    known = asked_of(pod)
    odd = {
        key: int(amount)
        for key, amount in requested(pod).items()
        if amount and key not in known and _sounds(estate, key)
    }
    return {**known, **odd}


def _sounds(estate: Estate, resource: str) -> bool:
    prefix, _, name = resource.partition("/")
    if not name or prefix in set(Vendor) or vendor_of(resource):
        return False
    sounds = _LIKE_A_GPU.search(resource) is not None
    return sounds and not any(
        resource in mapping(node, "status", "capacity") for node in estate.of_kind("Node")
    )


def _demands(pod: Manifest) -> object:
    spec = mapping(pod, "spec")
    where = (mapping(spec, "nodeSelector"), mapping(spec, "affinity"), items(spec, "tolerations"))
    return (*where, network_devices_of(pod))


def would_take(node: GpuNode, one: Waiting) -> bool:
    """Return whether pods wait for a node whose devices are not all there.

    It would take them, were it well: their selector allows it but for what its own discovery
    would label, its taints are tolerated, and what it lacks would be enough.
    """
    return node.ref.name in takers(one)


def takers(one: Waiting) -> frozenset[str]:
    """Return the names of the nodes that would take pods, were they well."""
    return one.estate.derived(_Takers).of(one)


class _Takers:
    """The nodes that would take pods, worked out once for all that wish the same."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._nodes = estate_of(snapshot).nodes
        self._lacking: dict[str, Sequence[GpuNode]] = {}
        self._takers: dict[str, frozenset[str]] = {}

    def of(self, one: Waiting) -> frozenset[str]:
        if one.wish not in self._takers:
            some = (node for node in self._lacking_of(one.asked) if _may_be_on(node, one))
            self._takers[one.wish] = frozenset(node.ref.name for node in some)
        return self._takers[one.wish]

    def _lacking_of(self, asked: Mapping[str, int]) -> Sequence[GpuNode]:
        key = repr(asked)
        if key not in self._lacking:
            self._lacking[key] = [
                node
                for node in self._nodes
                if any(_would_have(node, resource, amount) for resource, amount in asked.items())
            ]
        return self._lacking[key]


def _may_be_on(node: GpuNode, one: Waiting) -> bool:
    taints = [t for t in one.repelled.get(node.ref.name, ()) if not t.startswith(_PASSING)]
    if taints:
        return False
    selector = mapping(one.pod, "spec", "nodeSelector")
    if any(
        node.labels.get(key) != value and not (of_discovery(key) and key not in node.labels)
        for key, value in selector.items()
    ):
        return False
    untold = any(node.labels.get(key) != value for key, value in selector.items())
    return untold or node.ref.name in one.fitting


def of_discovery(key: str) -> bool:
    """Return whether a label is one that the vendors' own discovery puts on a node."""
    return key.startswith(
        (
            *("nvidia.com/gpu.", "nvidia.com/cuda.", "nvidia.com/mig."),
            *("amd.com/gpu.", "amd.com/compute-", "amd.com/memory-", "beta.amd.com/"),
        )
    )


def _would_have(node: GpuNode, resource: str, amount: int) -> bool:
    if vendor_of(resource) is not node.vendor or not suits(node.workload, resource):
        return False
    expected = _expected(node, resource)
    if expected is None:
        return node.published is None  # else DRA brings its devices, which are no resource
    # A failed upgrade leaves the node cordoned, whatever it offers.
    lacks = expected > node.allocatable.get(resource, 0) or node.upgrade_state == FAILED
    return lacks and expected - node.requested.get(resource, 0) >= amount


def _expected(node: GpuNode, resource: str) -> int | None:
    """Return how many devices of a resource a node should offer; None where nothing tells."""
    if any(("/mig-" in key or key.endswith(".shared")) and n for key, n in node.capacity.items()):
        return node.capacity.get(resource, 0)  # what a whole device was, has other names here
    if resource == f"{node.vendor}/gpu" and node.count is not None:
        return max(node.count * node.replicas, node.capacity.get(resource, 0))
    return node.capacity.get(resource) or None
