"""OpenCost and Kubecost: where their API is in a cluster, and what its allocations say.

Source: opencost.io/docs/integrations/api, "Allocation API". Kubecost's cost-model serves the same
at the same port. What was read there was not run against a real one.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clusterwright.tools.errors import UnreachableError
from clusterwright.tools.manifest import (
    Json,
    Manifest,
    dig,
    items,
    labels_of,
    mapping,
    name_of,
    namespace_of,
    number,
)
from clusterwright.tools.prometheus.cost.rates import Rates
from clusterwright.tools.prometheus.cost.spend import GIB, Spend
from clusterwright.tools.quotation import word

PORT = 9003
_NAMES = frozenset({"opencost", "kubecost-cost-analyzer"})
_LABEL = "app.kubernetes.io/name"
_AGGREGATES = {
    "namespace": "namespace",
    "node": "node",
    "workload": "namespace,controllerKind,controller",
}
_KINDS = {"deployment": "Deployment", "statefulset": "StatefulSet", "daemonset": "DaemonSet",
          "job": "Job", "cronjob": "CronJob", "replicaset": "ReplicaSet"}  # fmt: skip
_PARTS = 3


@dataclass(frozen=True, slots=True)
class Place:
    """A Service that serves allocations."""

    namespace: str
    service: str

    @property
    def name(self) -> str:
        """As `namespace/service`."""
        return f"{self.namespace}/{self.service}"


def places(services: Sequence[Manifest]) -> list[Place]:
    """Return the Services that are OpenCost's or Kubecost's and have its port."""
    return sorted(
        (
            Place(namespace_of(one), name_of(one))
            for one in services
            if (name_of(one) in _NAMES or labels_of(one).get(_LABEL) in _NAMES)
            and any(number(port, "port") == PORT for port in items(one, "spec", "ports"))
        ),
        key=lambda one: one.name,
    )


def asked(by: str, start: int, end: int) -> list[tuple[str, str]]:
    """Return the parameters of /allocation for a window, in seconds since the epoch."""
    return [
        ("window", f"{start},{end}"),
        ("aggregate", _AGGREGATES.get(by, "node")),
        ("accumulate", "true"),
    ]


def allocations(answer: Json) -> dict[str, Manifest]:
    """Return the allocations of an answer, by name; raise UnreachableError for what is none."""
    if number(answer, "code") != 200 or not isinstance(dig(answer, "data"), list):  # noqa: PLR2004 - OK
        raise UnreachableError(
            "OpenCost answered without allocations", hint="look at its log; costs go on without it"
        )
    sets = items(answer, "data")
    return {name: mapping(one, name) for one in sets for name in one if isinstance(one[name], dict)}


def spends(found: Mapping[str, Manifest], by: str) -> list[Spend]:
    """Return what each took and costs, as OpenCost says, the dearest first."""
    made = [
        Spend(
            _named(name, by),
            _real(one, "cpuCoreHours"),
            _real(one, "ramByteHours") / GIB,
            _real(one, "gpuHours"),
            _hours(one, "cpuCoreUsageAverage"),
            _hours(one, "ramByteUsageAverage", GIB),
            _real(one, "totalCost"),
        )
        for name, one in found.items()
    ]
    return sorted(made, key=lambda one: one.order)


def rates(by_node: Mapping[str, Manifest], place: Place, products: Mapping[str, str]) -> Rates:
    """Return what an hour costs, by what allocations of nodes cost and how long they were."""
    sums = {
        name: math.fsum(_real(one, name) for one in by_node.values())
        for name in ("cpuCost", "cpuCoreHours", "ramCost", "ramByteHours")
    }
    return Rates(
        _per(sums["cpuCost"], sums["cpuCoreHours"]),
        _per(sums["ramCost"], sums["ramByteHours"] / GIB),
        {
            node: price
            for node, one in by_node.items()
            if (price := _per(_real(one, "gpuCost"), _real(one, "gpuHours"))) is not None
        },
        {},
        products,
        f"OpenCost at {place.name}",
    )


def _named(name: str, by: str) -> str:
    parts = name.split("/")
    if by != "workload" or len(parts) != _PARTS:
        return word(name)
    namespace, kind, controller = map(word, parts)
    if controller.startswith("__"):  # __unallocated__: pods without a controller
        return f"Namespace/{namespace} (pods without an owner)"
    return f"{_KINDS.get(kind.lower(), kind)}/{namespace}/{controller}"


def _real(one: Manifest, key: str) -> float:
    found = one.get(key)
    if isinstance(found, bool) or not isinstance(found, int | float):
        return 0.0
    return float(found) if math.isfinite(found) else 0.0


def _hours(one: Manifest, key: str, unit: float = 1) -> float | None:
    if key not in one or "minutes" not in one:
        return None
    return _real(one, key) * _real(one, "minutes") / 60 / unit


def _per(cost: float, hours: float) -> float | None:
    return cost / hours if hours > 0 and cost > 0 else None
