"""What an hour of a core, a GiB and a GPU costs: as OpenCost's metrics say, else as configured."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean

from clusterwright.tools.prometheus.result import Series
from clusterwright.tools.prometheus.settings import FILE, Prices

_ANY = "*"
"""The product whose price counts for all that are not named."""


@dataclass(frozen=True, slots=True)
class Rates:
    """Prices for an hour; None where none is known."""

    core: float | None = None
    gib: float | None = None
    gpu_of_node: Mapping[str, float] = field(default_factory=dict[str, float])
    gpu_of_product: Mapping[str, float] = field(default_factory=dict[str, float])
    product_of_node: Mapping[str, str] = field(default_factory=dict[str, str])
    source: str = ""
    """Where they come from; empty where there are none."""

    def gpu(self, node: str) -> float | None:
        """Return the price of a GPU on a node."""
        if node in self.gpu_of_node:
            return self.gpu_of_node[node]
        product = plain(self.product_of_node.get(node, ""))
        return self.gpu_of_product.get(product, self.gpu_of_product.get(_ANY))

    @property
    def known(self) -> bool:
        """Whether anything has a price."""
        return bool(self.source)


def plain(product: str) -> str:
    """Return a product as it is compared: labels have dashes where DCGM has spaces."""
    return re.sub(r"[\s_-]+", "-", product.strip()).lower() if product != _ANY else product


def rates(
    prices: Prices,
    products: Mapping[str, str],
    costs: Mapping[str, Sequence[Series]],
) -> Rates:
    """Return the prices that count.

    Args:
        prices: as configured.
        products: of the GPUs, by node.
        costs: series of node_gpu_hourly_cost and its likes, by `gpu`, `core` and `gib`.
    """
    told = {what: _by_node(series) for what, series in costs.items()}
    if any(told.values()):
        return Rates(
            fmean(told["core"].values()) if told.get("core") else None,
            fmean(told["gib"].values()) if told.get("gib") else None,
            # Of a node without a GPU the price is 0, which is none.
            {node: cost for node, cost in told.get("gpu", {}).items() if cost},
            _products(prices),
            products,
            "OpenCost's metrics in Prometheus; a core and a GiB as the mean of the nodes",
        )
    if not (prices.gpu or prices.cpu_core_hour or prices.memory_gib_hour):
        return Rates(product_of_node=products)
    return Rates(
        prices.cpu_core_hour or None,
        prices.memory_gib_hour or None,
        {},
        _products(prices),
        products,
        FILE,
    )


def _products(prices: Prices) -> dict[str, float]:
    return {plain(product): price for product, price in prices.gpu.items()}


def _by_node(series: Sequence[Series]) -> dict[str, float]:
    return {
        one.labels.get("node") or one.labels.get("instance", ""): one.values[-1]
        for one in series
        if one.values and 0 <= one.values[-1] < float("inf")
    }
