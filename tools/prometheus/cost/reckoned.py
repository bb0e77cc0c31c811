"""From results to costs: spends and waste in order, their sums, and what could not be judged."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clusterwright.tools.excerpt import few
from clusterwright.tools.prometheus.cost import gpus as of_gpus
from clusterwright.tools.prometheus.cost.gpus import Gpu
from clusterwright.tools.prometheus.cost.rates import Rates
from clusterwright.tools.prometheus.cost.spend import (
    Measured,
    Spend,
    pod_name,
    spends,
    unpriced,
    value,
)
from clusterwright.tools.prometheus.cost.unused import judge
from clusterwright.tools.prometheus.cost.waste import Waste
from clusterwright.tools.prometheus.result import Series
from clusterwright.tools.prometheus.signal.spelled import short
from clusterwright.tools.quotation import word

Results = Mapping[str, Sequence[Series]]


@dataclass(frozen=True, slots=True)
class Reckoned:
    """Costs of one window."""

    hours: float
    """Of the window, for which requests are known."""
    spends: Sequence[Spend]
    waste: Sequence[Waste]
    spared: Sequence[str]
    unpriced: Sequence[str]

    @property
    def total(self) -> float | None:
        """What everything costs; None without prices."""
        costs = [one.cost for one in self.spends]
        return None if None in costs or not costs else math.fsum(filter(None, costs))

    @property
    def wasted(self) -> float | None:
        """What all waste costs that has a price; None where none has."""
        costs = [one.cost for one in self.waste if one.cost is not None]
        return math.fsum(costs) if costs or (not self.waste and self.total is not None) else None


def reckon(
    results: Results, rates: Rates, by: str, metric: str, told: Sequence[Spend] | None = None
) -> Reckoned:
    """Return the costs.

    Args:
        results: of the queries, by name.
        rates: what an hour costs.
        by: what spends are summed up by.
        metric: by which GPUs are judged, empty where none is.
        told: the spends as OpenCost says, which count before our own.
    """
    hours = max((value(one) or 0 for one in results.get("measured", ())), default=0.0)
    found = found_gpus(results)
    judged = judge(results, rates, hours)
    waste = [*judged.waste, *of_gpus.idle(found, rates, metric)]
    allocatable, requested = (
        results.get(f"gpus {one}", ()) for one in ("allocatable", "requested")
    )
    if allocatable and hours and "gpus requested" in results:
        waste += of_gpus.unallocated(allocatable, requested, rates, hours)
    measured = Measured(
        results.get("cores", ()),
        results.get("bytes", ()),
        results.get("gpus", ()),
        results.get("cores used", ()),
        results.get("bytes used", ()),
    )
    own = _of_gpus(found, rates) if by == "gpu" else spends(measured, by, rates)
    return Reckoned(
        hours,
        own if told is None else told,
        sorted(waste, key=lambda one: one.order),
        judged.spared,
        unpriced(measured, rates) if rates.known and told is None else (),
    )


def found_gpus(results: Results) -> list[Gpu]:
    """Return the GPUs that dcgm-exporter tells of, with the pods that hold them."""
    holders = {
        (one.labels.get("namespace", ""), one.labels.get("pod", "")): one.labels.get("node", "")
        for one in results.get("gpu holders", ())
    }
    return of_gpus.gpus(results.get("gpu busy", ()), results.get("gpu hours", ()), holders)


def models(results: Results) -> dict[str, str]:
    """Return the GPU product of each node, as metrics tell it."""
    found: dict[str, str] = {}
    for name, label in (("models", "modelName"), ("products", "label_nvidia_com_gpu_product")):
        for one in results.get(name, ()):
            for node in (one.labels.get(key, "") for key in ("Hostname", "hostname", "node")):
                if node and one.labels.get(label):
                    found[node] = one.labels[label]
    return found


def _of_gpus(found: Sequence[Gpu], rates: Rates) -> list[Spend]:
    """Return what each GPU costs, held or not, for as long as it is known."""
    by_gpu: dict[tuple[str, str], list[Gpu]] = {}
    for one in found:
        by_gpu.setdefault((one.node, one.index), []).append(one)
    made: list[Spend] = []
    for (node, index), own in by_gpu.items():
        hours = math.fsum(one.hours for one in own)
        price = rates.gpu(node)
        held = sorted({pod_name(one.namespace, one.pod) for one in own if one.pod})
        busy = math.fsum(one.hours * one.busy for one in own) / hours if hours else 0
        fact = f"busy {short(busy * 100)} %, {few(held, 3) or 'held by no pod'}"
        cost = None if price is None else hours * price
        name = f"Node/{word(node)} gpu {word(index)}"
        made.append(Spend(name, gpu_hours=hours, cost=cost, fact=fact))
    return sorted(made, key=lambda one: one.order)
