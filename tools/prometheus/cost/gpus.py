"""GPUs that are paid for and do nothing: allocated and idle, or allocated to nobody."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from clusterwright.tools.prometheus.cost.rates import Rates
from clusterwright.tools.prometheus.cost.sources import ENGINE, UTIL
from clusterwright.tools.prometheus.cost.spend import pod_name, value
from clusterwright.tools.prometheus.cost.waste import Kind, Waste
from clusterwright.tools.prometheus.result import Series
from clusterwright.tools.prometheus.signal.spelled import short
from clusterwright.tools.quotation import word

IDLE = 0.05
"""Share of time in work below which a GPU counts as idle."""
BUSY = 0.8
"""Above it nothing is told: no program keeps the engines busy at all times."""
_LEAST_HOURS = 0.25
_BY = "namespace,pod,exported_namespace,exported_pod,Hostname,hostname,node,gpu,GPU_I_ID"


@dataclass(frozen=True, slots=True)
class Gpu:
    """A GPU, or a part of one, while one pod or none had it."""

    node: str
    index: str
    namespace: str
    pod: str
    busy: float
    hours: float


def queries(seconds: int, resolution: int, metric: str) -> tuple[str, str]:
    """Return the queries for how busy each GPU was, and for how many hours it is known."""
    share = " / 100" if metric == UTIL else ""
    busy = f"max by ({_BY}) (avg_over_time({metric}[{seconds}s])){share}"
    hours = f"max by ({_BY}) (count_over_time({metric}[{seconds}s:{resolution}s]))"
    return busy, f"{hours} * {resolution} / 3600"


def gpus(
    busy: Sequence[Series], hours: Sequence[Series], holders: Mapping[tuple[str, str], str]
) -> list[Gpu]:
    """Return the GPUs; `holders` are the pods that request some, with their nodes.

    Without a pod of its own a series carries that of dcgm-exporter, which requests no GPU.
    """
    lengths = {_key(one.labels): value(one) for one in hours}
    found: list[Gpu] = []
    for one in busy:
        share, length = value(one), lengths.get(_key(one.labels))
        if share is None or length is None:
            continue
        labels = one.labels
        namespace = labels.get("exported_namespace") or labels.get("namespace", "")
        pod = labels.get("exported_pod") or labels.get("pod", "")
        if (namespace, pod) not in holders:
            namespace = pod = ""
        told = labels.get("Hostname") or labels.get("hostname") or labels.get("node", "")
        node = holders.get((namespace, pod)) or told
        index = labels.get("gpu", "")
        part = labels.get("GPU_I_ID")
        found.append(Gpu(node, f"{index}/{part}" if part else index, namespace, pod, share, length))
    return found


def idle(found: Sequence[Gpu], rates: Rates, metric: str) -> Iterator[Waste]:
    """Yield what allocated GPUs cost while they did nothing, a line for each pod."""
    by_pod: dict[tuple[str, str], list[Gpu]] = {}
    for one in found:
        if one.pod and one.hours >= _LEAST_HOURS:
            by_pod.setdefault((one.namespace, one.pod), []).append(one)
    for (namespace, pod), own in by_pod.items():
        hours = sum(one.hours for one in own)
        lost = sum(one.hours * (1 - min(one.busy, 1)) for one in own)
        share = 1 - lost / hours
        if share >= BUSY:
            continue
        prices = [rates.gpu(one.node) for one in own]
        cost = sum(
            one.hours * (1 - min(one.busy, 1)) * (price or 0)
            for one, price in zip(own, prices, strict=True)
        )
        name = "GR_ENGINE_ACTIVE" if metric == ENGINE else "GPU_UTIL"
        where = ", ".join(sorted(f"gpu {word(one.index)}" for one in own))
        yield Waste(
            Kind.IDLE_GPU if share < IDLE else Kind.PART_IDLE_GPU,
            pod_name(namespace, pod),
            f"{len(own)} GPU busy {short(share * 100)} % of {short(hours / len(own))} h ({name});"
            f" Node/{word(own[0].node)}: {where}",
            gpu_hours=lost,
            cost=cost if any(price is not None for price in prices) else None,
        )


def unallocated(
    allocatable: Sequence[Series], requested: Sequence[Series], rates: Rates, hours: float
) -> Iterator[Waste]:
    """Yield the GPUs of each node that no pod asked for; both in GPU-hours, by node."""
    taken: dict[str, float] = {}
    for one in requested:
        node = one.labels.get("node", "")
        taken[node] = taken.get(node, 0) + (value(one) or 0)
    for one in allocatable:
        node = one.labels.get("node", "")
        free = (value(one) or 0) - taken.get(node, 0)
        if not node or free < max(_LEAST_HOURS, 0.01 * hours):
            continue
        price = rates.gpu(node)
        yield Waste(
            Kind.UNALLOCATED_GPU,
            f"Node/{word(node)}",
            f"on average {short(free / hours)} of {short((value(one) or 0) / hours)} GPUs"
            " were asked for by no pod",
            gpu_hours=free,
            cost=None if price is None else free * price,
        )


def _key(labels: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(labels.get(name, "") for name in _BY.split(","))
