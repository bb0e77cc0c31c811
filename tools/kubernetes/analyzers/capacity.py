"""What pods request and what nodes have left of it."""

from clusterwright.tools.kubernetes.analyzers.quantity import quantity
from clusterwright.tools.manifest import Manifest, items, mapping, name_of, text
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
    _add(total, _amounts(mapping(pod, "spec", "overhead")))
    total["pods"] = 1
    return total


def finished(pod: Manifest) -> bool:
    """Return whether a pod has given back what was reserved for it."""
    return text(pod, "status", "phase") in _FINISHED


class Nodes:
    """Free and allocatable amounts of nodes, each computed once."""

    def __init__(self, snapshot: Snapshot) -> None:
        """Read nothing yet: most snapshots hold no unschedulable pod."""
        self._snapshot = snapshot
        self._free: dict[str, Amounts] = {}

    def allocatable(self, node: Manifest) -> Amounts:
        """Return what pods may use of a node at most."""
        return _amounts(mapping(node, "status", "allocatable"))

    def free(self, node: Manifest) -> Amounts:
        """Return what is not requested yet on a node."""
        name = name_of(node)
        if name not in self._free:
            left = self.allocatable(node)
            for pod in self._snapshot.pods_on(name):
                if not finished(pod):
                    for resource, amount in requested(pod).items():
                        left[resource] = left.get(resource, 0) - amount
            self._free[name] = left
        return self._free[name]


def _asked(asker: Manifest) -> Amounts:
    # A limit without a request is the request (extended resources are mostly written so).
    limits = mapping(asker, "resources", "limits")
    return _amounts({**limits, **mapping(asker, "resources", "requests")})


def _amounts(values: Manifest) -> Amounts:
    return {key: quantity(value) for key, value in values.items()}


def _add(total: Amounts, more: Amounts) -> None:
    for key, amount in more.items():
        total[key] = total.get(key, 0) + amount
