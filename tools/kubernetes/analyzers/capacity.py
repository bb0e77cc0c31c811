"""What pods request and what nodes have left of it."""

from collections.abc import Callable
from functools import cached_property

from clusterwright.tools.kubernetes.analyzers.node_match import selects
from clusterwright.tools.manifest import Manifest, items, labels_of, mapping, name_of, strings, text
from clusterwright.tools.quantity import quantities
from clusterwright.tools.snapshot import Snapshot

Amounts = dict[str, float]

_FINISHED = frozenset({"Succeeded", "Failed"})


def requested(pod: Manifest) -> Amounts:
    """Return what the scheduler reserves for a pod, by resource, with `pods` as one.

    Sidecars (init containers that keep running) count like containers; another init container
    counts only as far as it asks for more than what runs later. What the pod itself requests takes
    the place of all that. Follows PodRequests of k8s.io/component-helpers/resource.
    """
    total: Amounts = {}
    for container in items(pod, "spec", "containers"):
        _add(total, _asked(container))
    peak: Amounts = {}
    sidecars: Amounts = {}
    for container in items(pod, "spec", "initContainers"):
        asked = _asked(container)
        if text(container, "restartPolicy") == "Always":
            _add(sidecars, asked)
        else:
            _add(asked, sidecars)
            peak = {key: max(peak.get(key, 0), asked.get(key, 0)) for key in peak | asked}
    _add(total, sidecars)
    total = {key: max(total.get(key, 0), peak.get(key, 0)) for key in total | peak}
    total |= _asked(mapping(pod, "spec"))
    _add(total, quantities(pod, "spec", "overhead"))
    total["pods"] = 1
    return total


def finished(pod: Manifest) -> bool:
    """Return whether a pod has given back what was reserved for it."""
    return text(pod, "status", "phase") in _FINISHED


class Nodes:
    """Labels, free and allocatable amounts of nodes, each computed once for all pods."""

    def __init__(self, snapshot: Snapshot) -> None:
        """Read nothing yet: most snapshots hold no unschedulable pod."""
        self._snapshot = snapshot
        self._free: dict[str, Amounts] = {}
        self._allocatable: dict[str, Amounts] = {}
        self._fitting: dict[str, list[Manifest]] = {}
        self._said: dict[tuple[str, str], str] = {}

    @cached_property
    def labels(self) -> list[dict[str, str]]:
        """The labels of each node."""
        return [labels_of(node) for node in self._snapshot.of_kind("Node")]

    def remember(self, key: tuple[str, str], say: Callable[[], str]) -> str:
        """Return what `say` says of a label and a value, asked once for all pods."""
        if key not in self._said:
            self._said[key] = say()
        return self._said[key]

    def fitting(self, pod: Manifest) -> list[Manifest]:
        """Return the nodes that a pod's selector and required affinity allow."""
        asked = repr((mapping(pod, "spec", "nodeSelector"), mapping(pod, "spec", "affinity")))
        if asked not in self._fitting:
            wanted = strings(pod, "spec", "nodeSelector").items()
            nodes = zip(self._snapshot.of_kind("Node"), self.labels, strict=True)
            some = [node for node, labels in nodes if wanted <= labels.items()]
            self._fitting[asked] = [node for node in some if selects(pod, node)]
        return self._fitting[asked]

    def allocatable(self, node: Manifest) -> Amounts:
        """Return what pods may use of a node at most."""
        name = name_of(node)
        if name not in self._allocatable:
            self._allocatable[name] = quantities(node, "status", "allocatable")
        return self._allocatable[name]

    def free(self, node: Manifest) -> Amounts:
        """Return what is not requested yet on a node."""
        name = name_of(node)
        if name not in self._free:
            left = dict(self.allocatable(node))
            for pod in self._snapshot.pods_on(name):
                if not finished(pod):
                    for resource, amount in requested(pod).items():
                        left[resource] = left.get(resource, 0) - amount
            self._free[name] = left
        return self._free[name]


def _asked(asker: Manifest) -> Amounts:
    # A limit without a request is the request (extended resources are mostly written so).
    limits = mapping(asker, "resources", "limits")
    return quantities({**limits, **mapping(asker, "resources", "requests")})


def _add(total: Amounts, more: Amounts) -> None:
    for key, amount in more.items():
        total[key] = total.get(key, 0) + amount
