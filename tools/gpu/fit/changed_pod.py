"""The pod as it would be after a change: to be judged again before the change is advised."""

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy

from clusterwright.tools.manifest import Json, Manifest, items, mapping

Change = Callable[[Manifest], Manifest]
_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"


def without(resource: str) -> Change:
    """Return what takes a resource out of all that a pod requests."""

    def change(pod: Manifest) -> Manifest:
        found = deepcopy(pod)
        for asker in _askers(found):
            for which in ("requests", "limits"):
                asked = mapping(asker, "resources", which)
                asked.pop(resource, None)
        return found

    return change


def asking(resource: str, amount: int, *, instead_of: str = "") -> Change:
    """Return what makes a pod request so much of a resource in all; cpu in thousandths."""

    def change(pod: Manifest) -> Manifest:
        found = without(resource)(without(instead_of or resource)(pod))
        first: Json = (items(found, "spec", "containers") or [{}])[0]
        spelled = f"{amount}m" if resource == "cpu" else str(amount)
        wanted: Json = first.setdefault("resources", {})
        wanted.setdefault("requests", {})[resource] = spelled
        if "/" in resource:
            wanted.setdefault("limits", {})[resource] = spelled
        return found

    return change


def tolerating(taints: Sequence[Manifest]) -> Change:
    """Return what adds a toleration of each taint."""

    def change(pod: Manifest) -> Manifest:
        more = [{"key": one.get("key"), "operator": "Exists"} for one in taints]
        return _with(pod, tolerations=[*items(pod, "spec", "tolerations"), *more])

    return change


def selecting(key: str, value: str | None) -> Change:
    """Return what sets one label of the node selector, or takes it away."""

    def change(pod: Manifest) -> Manifest:
        rest = {k: v for k, v in mapping(pod, "spec", "nodeSelector").items() if k != key}
        return _with(pod, nodeSelector=rest if value is None else {**rest, key: value})

    return change


def selecting_nothing(pod: Manifest) -> Manifest:
    """Return a pod without a node selector; its affinity stays."""
    return _with(pod, nodeSelector={})


def unbound_from(*affinities: str) -> Change:
    """Return what takes away required affinities: nodeAffinity, podAffinity, podAntiAffinity."""

    def change(pod: Manifest) -> Manifest:
        found = deepcopy(pod)
        for which in affinities:
            mapping(found, "spec", "affinity", which).pop(_REQUIRED, None)
        return found

    return change


def without_spread(pod: Manifest) -> Manifest:
    """Return a pod without topology spread constraints."""
    return _with(pod, topologySpreadConstraints=[])


def without_host_ports(pod: Manifest) -> Manifest:
    """Return a pod that wants no port of the node."""
    found = deepcopy(pod)
    for container in _askers(found):
        for port in items(container, "ports"):
            port.pop("hostPort", None)
    return found


def _with(pod: Manifest, **spec: Json) -> Manifest:
    return {**pod, "spec": {**mapping(pod, "spec"), **spec}}


def _askers(pod: Manifest) -> Iterator[Manifest]:
    yield mapping(pod, "spec")
    yield from items(pod, "spec", "containers")
    yield from items(pod, "spec", "initContainers")
