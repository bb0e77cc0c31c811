"""From what is known to one page of an answer: what is asked for, summed up, the worst first."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import fmean

from clusterwright.tools.answer import CAP, longest
from clusterwright.tools.cursor import encode
from clusterwright.tools.errors import NotFoundError
from clusterwright.tools.excerpt import few
from clusterwright.tools.gpu import meant
from clusterwright.tools.gpu.measured.answer import ProductSum, UsageAnswer
from clusterwright.tools.gpu.measured.device import MIB_PER_GIB
from clusterwright.tools.gpu.measured.gather import Known
from clusterwright.tools.gpu.measured.join import joined
from clusterwright.tools.gpu.measured.row import By, Naming, UsageRow, price, rows, spelled
from clusterwright.tools.gpu.measured.state import RANK, wasted
from clusterwright.tools.gpu.measured.use import Use, Uses
from clusterwright.tools.gpu.vendor import Vendor
from clusterwright.tools.kubernetes.analyzers.pod import workload_of
from clusterwright.tools.prometheus.cost.rates import Rates, rates
from clusterwright.tools.prometheus.cost.sources import ENGINE
from clusterwright.tools.prometheus.settings import FILE, Prices
from clusterwright.tools.prometheus.signal.spelled import rounded
from clusterwright.tools.prometheus.window import stamp

BUDGET = 6_144
"""Bytes of an answer by default."""
_PRODUCTS = 8


@dataclass(frozen=True, slots=True)
class Asked:
    """What a caller wants to see."""

    by: By
    last: str
    seconds: int
    namespace: str | None = None
    node: str | None = None
    product: str | None = None

    def wants(self, use: Use) -> bool:
        """Return whether a device, or what stands for some, is asked about, if its node is."""
        own = not self.namespace or any(pod.namespace == self.namespace for pod in use.pods)
        return own and (not self.product or meant.is_product(self.product, use.model))


@dataclass(frozen=True)
class Page:
    """Makes the answer for the first of the rows that are left."""

    cluster: str
    backend: str
    asked: Asked
    own: str
    known: Known
    prices: Prices

    def fitting(self, after: tuple[int | str, ...], limit: int | None) -> UsageAnswer:
        """Return as many rows after a key as fit, or at most `limit`."""
        rest = [one for one in self._rows if one.key > after] if after else self._rows
        most = min(limit or len(rest), len(rest))

        def first(count: int) -> UsageAnswer:
            more = count < len(rest)
            last = rest[count - 1].key if count and more else ()
            cursor = encode("usage", self.own, self.known.end, *last) if last else None
            return self._counted.model_copy(
                update={"rows": tuple(rest[:count]), "next_cursor": cursor}
            )

        return longest(first, most, CAP if limit else BUDGET)

    @cached_property
    def _uses(self) -> Uses:
        measured = joined(self.known.results, self.known.places)
        return Uses(measured, self.known.places, self.asked.seconds)

    @cached_property
    def _devices(self) -> Sequence[Use]:
        """Every device that is asked about, once; raise NotFoundError where a name means none."""
        every = self._uses.devices
        self._require(every)
        # What a namespace has is told by its pods: also of devices that no series is about.
        every = self._uses.holders if self.asked.namespace else every
        return [one for one in every if self._wants(one)]

    def _require(self, every: Sequence[Use]) -> None:
        """Raise NotFoundError where nothing is of the product, or on the node, that is named."""
        product, node = self.asked.product, self.asked.node
        if product and not any(meant.is_product(product, one.model) for one in every):
            products = sorted({spelled(one.model) for one in every if one.model})
            raise NotFoundError(
                f"no GPU is a {product!r}", hint=f"products: {few(products, 10) or 'none'}"
            )
        if node and not self._on:
            nodes = meant.likely(node, {one.node for one in every})
            raise NotFoundError(
                f"no node with GPUs has {node!r} in its name",
                hint=f"nodes: {nodes}; gpu_inventory lists them",
            )

    def _wants(self, use: Use) -> bool:
        return self.asked.wants(use) and (not self.asked.node or use.node in self._on)

    @cached_property
    def _on(self) -> Collection[str]:
        """The nodes whose name is given, or a part of it."""
        return meant.nodes(self.asked.node or "", {one.node for one in self._uses.devices})

    @cached_property
    def _rates(self) -> Rates:
        products = {one.node: one.model for one in self._uses.devices if one.model}
        return rates(self.prices, products, {"gpu": self.known.results.get("price gpu", ())})

    @cached_property
    def _rows(self) -> Sequence[UsageRow]:
        shown = self._devices
        if self.asked.by == "workload":
            shown = [one for one in self._uses.holders if self._wants(one)]
        return rows(shown, Naming(self.asked.by, self._workloads, self._rates, self._memories))

    def _workloads(self, use: Use) -> Iterator[str]:
        estate = self.known.places.estate
        for pod in use.pods:
            manifest = estate.get(pod)
            if not self.asked.namespace or pod.namespace == self.asked.namespace:
                yield str(workload_of(estate, manifest) if manifest else pod)

    @cached_property
    def _memories(self) -> dict[str, float]:
        nodes = self.known.places.estate.nodes
        told = {one.model: one.memory / MIB_PER_GIB for one in nodes if one.model and one.memory}
        for device in self._uses.measured.devices.values():
            if device.total and device.model and not device.key.instance:
                told.setdefault(device.model, device.total)
        return told

    @cached_property
    def _counted(self) -> UsageAnswer:
        """The answer without rows."""
        devices, order = self._devices, list(RANK)
        states: Counter[str] = Counter()
        for one in devices:
            states[one.state] += one.count
        measured = [one for one in devices if one.device]
        priced = self._rates.known
        return UsageAnswer(
            cluster=self.cluster,
            backend=self.backend,
            window=self.asked.last,
            until=stamp(self.known.end),
            by=self.asked.by,
            gpus=sum(states.values()),
            measured=len(measured),
            allocated=sum(bool(one.pods) for one in measured),
            busy=_busy(measured),
            states={one: states[one] for one in order if states[one]},
            products=tuple(_products(devices)),
            cost=rounded(self._cost(measured)) if priced and measured else None,
            currency=("USD" if self._rates.source == FILE else "(OpenCost's)") if priced else None,
            prices=self._rates.source or f"none known, neither OpenCost's metrics nor in {FILE}",
            total_rows=len(self._rows),
            gaps=self.known.gaps,
            notes=tuple(self._notes(measured)),
        )

    def _cost(self, measured: Iterable[Use]) -> float:
        return sum(
            wasted(one.device, one.state) * (price(self._rates, one.device) or 0.0)
            for one in measured
            if one.device
        )

    def _notes(self, measured: Sequence[Use]) -> Iterator[str]:
        vocabulary, joined_ = self.known.vocabulary, self._uses.measured
        if not vocabulary.vendors:
            yield (
                "Prometheus has no metrics of GPUs now: prom_targets tells whether dcgm-exporter is"
                " scraped, gpu_inventory who has which GPUs"
            )
        by_util = sum(
            one.device is not None and one.device.busy is not None and not one.device.by_engine
            for one in measured
        )
        if by_util:
            yield (
                f"{by_util} without {ENGINE}: judged by utilisation, which one tiny kernel takes"
                " to 100 %"
            )
        if Vendor.AMD in vocabulary.vendors:
            yield "names of AMD's metrics are from its documents, not tried; hangs are not judged"
        simulated = sum(bool(one.simulated) for one in self.known.places.estate.nodes)
        if simulated:
            are = "1 node is" if simulated == 1 else f"{simulated} nodes are"
            yield f"{are} simulated, and so is what is measured there"
        if joined_.nowhere:
            yield f"{joined_.nowhere} series name no node of the cluster and are left out"
        if self.known.places.estate.was_read("Pod") and any(not one.pods for one in measured):
            unnamed = len(self.known.places.holders) > 0 and not joined_.named
            if unnamed:
                yield "no series names a pod that has GPUs: is the exporter's mapping of pods on?"


def _busy(measured: Iterable[Use]) -> float | None:
    found = [
        one.device.busy
        for one in measured
        if one.device and one.pods and one.device.busy is not None
    ]
    return rounded(fmean(found)) if found else None


def _products(devices: Sequence[Use]) -> Iterator[ProductSum]:
    counts: Counter[str] = Counter()
    for one in devices:
        counts[one.model] += one.count
    for model, count in counts.most_common(_PRODUCTS):
        own = [one for one in devices if one.model == model and one.device]
        yield ProductSum(
            product=spelled(model) or "unknown product",
            gpus=count,
            allocated=sum(bool(one.pods) for one in own),
            busy=_busy(own),
        )
