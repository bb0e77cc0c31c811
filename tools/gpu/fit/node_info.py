"""A node as kube-scheduler sees it: its pods, what it may give and what is taken."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil

from clusterwright.tools.kubernetes.analyzers.capacity import Amounts, finished, requested
from clusterwright.tools.manifest import (
    Manifest,
    condition,
    items,
    labels_of,
    mapping,
    name_of,
    namespace_of,
    number,
    text,
)
from clusterwright.tools.quantity import quantities, quantity
from clusterwright.tools.snapshot import Snapshot

Whole = Mapping[str, int]
"""Amounts by resource, cpu in thousandths of a core and everything else in units, rounded up."""
PODS = "pods"
_COUNTED = ("cpu", "memory", "ephemeral-storage")
_PREFIXES = ("hugepages-", "attachable-volumes-")


@dataclass(frozen=True)
class NodeInfo:
    """One node with the pods that count on it."""

    manifest: Manifest
    pods: Sequence[Manifest]
    nominated: Sequence[Manifest] = ()
    """Pods of at least the same priority, for which room was made here by preemption."""

    @property
    def name(self) -> str:
        """The node's name."""
        return name_of(self.manifest)

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """Its labels."""
        return labels_of(self.manifest)

    @cached_property
    def allocatable(self) -> Whole:
        """What pods may use at most, `pods` among it."""
        return _whole(quantities(self.manifest, "status", "allocatable"))

    @cached_property
    def requested(self) -> Sequence[Whole]:
        """What each of its pods takes."""
        return [requests(_resized(pod)) for pod in self.pods]

    @cached_property
    def taken(self) -> Whole:
        """What its pods request, `pods` among it."""
        total: dict[str, int] = {}
        for asked in (*self.requested, *map(requests, self.nominated)):
            for key, amount in asked.items():
                total[key] = total.get(key, 0) + amount
        return total

    @cached_property
    def repelling(self) -> Sequence[Manifest]:
        """Its pods that keep others away by anti-affinity, required or not."""
        return [one for one in self.pods if mapping(one, "spec", "affinity", "podAntiAffinity")]

    def free(self, resource: str) -> int:
        """Return what is left of a resource; less than nothing where too much is taken."""
        return self.allocatable.get(resource, 0) - self.taken.get(resource, 0)


def requests(pod: Manifest) -> Whole:
    """Return what a pod takes of a node, itself as one of `pods`."""
    return _whole(requested(pod))


def _resized(pod: Manifest) -> Manifest:
    """Return a pod with the most that its containers have or are to have, while it is resized.

    What the kubelet cannot do (Infeasible) does not count: determineContainerReqs of
    k8s.io/component-helpers/resource.
    """
    asked: dict[str, list[Manifest]] = {}
    for one in items(pod, "status", "containerStatuses"):
        if mapping(one, "resources"):
            found = [mapping(one, "resources", "requests"), mapping(one, "allocatedResources")]
            asked[text(one, "name")] = found
    if not asked:
        return pod
    infeasible = condition(pod, "PodResizePending").get("reason") == "Infeasible"
    containers: list[Manifest] = []
    for one in items(pod, "spec", "containers"):
        resources = mapping(one, "resources")
        own = {**mapping(resources, "limits"), **mapping(resources, "requests")}
        all_of = asked.get(text(one, "name"), [])
        all_of = all_of if infeasible and all_of else [own, *all_of]
        most = {
            key: max((some[key] for some in all_of if key in some), key=quantity)
            for key in {key for some in all_of for key in some}
        }
        containers.append({**one, "resources": {**resources, "requests": most}})
    return {**pod, "spec": {**mapping(pod, "spec"), "containers": containers}}


def node_infos(snapshot: Snapshot, pod: Manifest) -> Sequence[NodeInfo]:
    """Return the nodes by name, as they are for a pod that waits.

    It is never counted itself. Pods that were nominated to a node count there when their priority
    is not lower, as in RunFilterPluginsWithNominatedPods of the scheduler's framework.
    """
    own = namespace_of(pod), name_of(pod)
    nominated: dict[str, list[Manifest]] = {}
    for one in snapshot.derived(_nominated):
        if number(one, "spec", "priority") >= number(pod, "spec", "priority"):
            nominated.setdefault(text(one, "status", "nominatedNodeName"), []).append(one)
    there = text(pod, "spec", "nodeName")
    return [
        NodeInfo(node.manifest, _counted(node.pods, own), _counted(nominated[node.name], own))
        if node.name in nominated
        else NodeInfo(node.manifest, _counted(node.pods, own))
        if node.name == there
        else node
        for node in snapshot.derived(_nodes)
    ]


def _nodes(snapshot: Snapshot) -> Sequence[NodeInfo]:
    return [
        NodeInfo(node, [one for one in snapshot.pods_on(name) if not finished(one)])
        for node in sorted(snapshot.of_kind("Node"), key=name_of)
        if (name := name_of(node))
    ]


def _nominated(snapshot: Snapshot) -> Sequence[Manifest]:
    waiting = snapshot.pods_on("")
    return [one for one in waiting if text(one, "status", "nominatedNodeName")]


def _counted(pods: Iterable[Manifest], own: tuple[str, str]) -> list[Manifest]:
    return [one for one in pods if not finished(one) and (namespace_of(one), name_of(one)) != own]


def _whole(amounts: Amounts) -> Whole:
    return {
        key: ceil(round(amount * 1000 if key == "cpu" else amount, 3))
        for key, amount in amounts.items()
        if key in _COUNTED or key == PODS or "/" in key or key.startswith(_PREFIXES)
    }
