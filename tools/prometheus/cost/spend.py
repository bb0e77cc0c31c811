"""What each namespace, workload or node took within a window, and what that costs."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from clusterwright.tools.prometheus.cost.rates import Rates
from clusterwright.tools.prometheus.result import Series
from clusterwright.tools.quotation import word

GIB = 2.0**30


@dataclass(frozen=True, slots=True)
class Spend:
    """Resource-hours of one thing. Paid for is the greater of what was requested and used."""

    name: str
    core_hours: float = 0
    gib_hours: float = 0
    gpu_hours: float = 0
    cores_used: float | None = None
    """Core-hours in use; None where it is not measured."""
    gib_used: float | None = None
    cost: float | None = None
    """None where a price that is needed is not known."""
    fact: str = ""
    """What else is known: of a GPU, who has it and how busy it was."""

    @property
    def order(self) -> tuple[float, float, float, str]:
        """The dearest first; without prices GPUs, then cores and memory, as clouds price them."""
        hours = self.core_hours + self.gib_hours / 8
        return (-(self.cost or 0), -self.gpu_hours, -hours, self.name)


@dataclass(frozen=True, slots=True)
class Measured:
    """Results of the queries, by what they tell."""

    cores: Sequence[Series] = ()
    bytes: Sequence[Series] = ()
    gpus: Sequence[Series] = ()
    """By `node` as well."""
    cores_used: Sequence[Series] = ()
    bytes_used: Sequence[Series] = ()


def spends(measured: Measured, by: str, rates: Rates) -> list[Spend]:
    """Return what each took, the dearest first."""
    cores, gib = _sums(measured.cores, by), _sums(measured.bytes, by, GIB)
    used, gib_used = _sums(measured.cores_used, by), _sums(measured.bytes_used, by, GIB)
    gpus: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for one in measured.gpus:
        if (hours := value(one)) is not None:
            node = one.labels.get("node", "")
            name = name_of(one.labels, by)
            gpus[name][node] = gpus[name].get(node, 0) + hours
    names = {*cores, *gib, *used, *gib_used, *gpus} - {""}
    found = [
        Spend(
            name,
            cores.get(name, 0),
            gib.get(name, 0),
            math.fsum(gpus.get(name, {}).values()),
            used.get(name),
            gib_used.get(name),
        )
        for name in names
    ]
    priced = [_priced(one, gpus.get(one.name, {}), rates) for one in found]
    return sorted(priced, key=lambda one: one.order)


def _priced(one: Spend, gpus: Mapping[str, float], rates: Rates) -> Spend:
    parts = [
        (max(one.core_hours, one.cores_used or 0), rates.core),
        (max(one.gib_hours, one.gib_used or 0), rates.gib),
        *((hours, rates.gpu(node)) for node, hours in gpus.items()),
    ]
    if not rates.known:
        return one
    # A part without a price is told as missing once, for all, and not by leaving out the rest.
    cost = math.fsum(hours * price for hours, price in parts if price is not None)
    return Spend(
        one.name, one.core_hours, one.gib_hours, one.gpu_hours, one.cores_used, one.gib_used, cost
    )


def unpriced(measured: Measured, rates: Rates) -> list[str]:
    """Return what was taken and has no price."""
    missing = ["cpu"] if rates.core is None and measured.cores else []
    missing += ["memory"] if rates.gib is None and measured.bytes else []
    nodes = sorted({one.labels.get("node", "") for one in measured.gpus})
    for node in nodes:
        if rates.gpu(node) is None:
            product = rates.product_of_node.get(node)
            missing.append(f"GPUs of {node or 'no node'}" + (f" ({product})" if product else ""))
    return missing


def name_of(labels: Mapping[str, str], by: str) -> str:
    """Return what a series is about: a namespace, a node, or a workload as Kind/namespace/name."""
    if by != "workload":
        return word(labels.get(by, ""))
    kind, name = labels.get("workload_type", ""), labels.get("workload", "")
    namespace = word(labels.get("namespace", ""))
    if not name or name == "<none>":
        return f"Namespace/{namespace} (pods without an owner)"
    return f"{word(_KINDS.get(kind.lower(), kind or 'Workload'))}/{namespace}/{word(name)}"


def pod_name(namespace: str, pod: str) -> str:
    """Return a pod as a Ref spells it; words that are no names in marks."""
    return f"Pod/{word(namespace)}/{word(pod)}"


_KINDS = {
    one.lower(): one
    for one in ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob", "Node")
}


def value(series: Series) -> float | None:
    """Return the number of an instant result; None for one that is not finite."""
    found = series.values[-1] if series.values else math.nan
    return found if math.isfinite(found) else None


def _sums(series: Iterable[Series], by: str, unit: float = 1) -> dict[str, float]:
    found: defaultdict[str, float] = defaultdict(float)
    for one in series:
        if (number := value(one)) is not None:
            found[name_of(one.labels, by)] += number / unit
    return dict(found)
