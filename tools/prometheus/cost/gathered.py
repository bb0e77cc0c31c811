"""What the servers are asked: queries one after the other, and OpenCost where there is one."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING

import anyio

from clusterwright.tools.coverage import Gap
from clusterwright.tools.errors import ToolError
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.manifest import Manifest, labels_of, name_of
from clusterwright.tools.prometheus.client.lane import Lane
from clusterwright.tools.prometheus.cost import opencost
from clusterwright.tools.prometheus.cost.opencost import Place
from clusterwright.tools.prometheus.cost.questions import of_prices, of_spend, of_waste
from clusterwright.tools.prometheus.cost.sources import Sources, existing
from clusterwright.tools.prometheus.cost.unused import Pod, details
from clusterwright.tools.prometheus.result import Result, Series

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.connection import Connection
    from clusterwright.tools.prometheus.client.backend import Backend

_PRODUCT = "nvidia.com/gpu.product"
"""The label that GPU feature discovery gives to a node."""

_SECONDS, WHOLE_SECONDS = 30.0, 60.0
"""For one query, and for all together with what they wait for their turn."""
_NAMES = 1_500
"""Characters of names of pods in a query."""


@dataclass
class Gathered:
    """Results by the names of their queries, and what could not be had."""

    sources: Sources
    queries: dict[str, str] = field(default_factory=dict[str, str])
    results: dict[str, Sequence[Series]] = field(default_factory=dict[str, Sequence[Series]])
    gaps: list[Gap] = field(default_factory=list[Gap])
    until: float = math.inf
    """By the event loop's clock: what has not begun by then is a gap."""

    async def ask(self, backend: "Backend", queries: Mapping[str, str], at: int) -> None:
        """Ask one after the other; what fails is a gap beside what does not."""
        for name, query in queries.items():
            left = self.until - anyio.current_time()
            if left <= 0:
                taken = f"not asked: the others took {WHOLE_SECONDS:.0f} s"
                self._miss(name, f"{taken}; pass a shorter window")
                continue
            try:
                seconds = min(left, _SECONDS)
                found = await backend.instant(query, at, lane=Lane.HEAVY, seconds=seconds)
            except ToolError as error:
                self._miss(name, f"{error.code}: {one_line(str(error))}")
            else:
                self.results[name] = (*self.results.get(name, ()), *found.series)
        self.queries = {**queries, **self.queries}
        self.gaps.sort(key=lambda gap: gap.what)

    def _miss(self, name: str, reason: str) -> None:
        gap = Gap(what=name, reason=reason)
        if gap not in self.gaps:  # one query may be asked in parts
            self.gaps.append(gap)


@dataclass(frozen=True, slots=True)
class Allocations:
    """What OpenCost says."""

    place: Place
    asked: Mapping[str, Manifest]
    nodes: Mapping[str, Manifest]


async def gather(backend: "Backend", by: str, seconds: int, end: int) -> Gathered:
    """Return what Prometheus says of a window, in three stages that rest on each other.

    All queries share a place among the heavy ones: side by side they would be done no sooner on a
    server of few processors, keep others out, and the last of them would wait too long.
    """
    sources = _sources(await backend.instant(existing(), end), seconds)
    found = Gathered(sources, until=anyio.current_time() + WHOLE_SECONDS)
    stage = of_waste(sources) | of_prices(sources) | (of_spend(sources, by) if by != "gpu" else {})
    async with backend.one_question():
        await found.ask(backend, stage, end)
        for pods in few_at_a_time(candidates(found.results)):
            await found.ask(backend, details(sources, pods), end)
    return found


def few_at_a_time(pods: Iterable[Pod]) -> Iterator[list[Pod]]:
    """Yield pods in parts whose names, twice in a query, fit into a URL: not all may post."""
    part: list[Pod] = []
    length = 0
    for pod in sorted(pods):
        if part and length + len(pod[1]) > _NAMES:
            yield part
            part, length = [], 0
        part.append(pod)
        length += len(pod[1]) + 1
    if part:
        yield part


def candidates(results: Mapping[str, Sequence[Series]]) -> set[Pod]:
    """Return the pods that the first stage found to ask for more than they use."""
    return {
        (one.labels.get("namespace", ""), one.labels.get("pod", ""))
        for name in ("excess cores", "excess memory", "still")
        for one in results.get(name, ())
    }


async def allocations(
    connection: "Connection | None", by: str, start: int, end: int
) -> tuple[Allocations | None, Gap | None]:
    """Return what OpenCost says, if a cluster has one; why not, if it has and does not say."""
    if connection is None:
        return None, None
    client = import_module("clusterwright.tools.prometheus.client.opencost")
    try:
        there = await client.find_opencost(connection)
        if there is None:
            return None, None
        try:
            asked = opencost.allocations(await there.allocation(opencost.asked(by, start, end)))
            nodes = asked if by in {"node", "gpu"} else None
            if nodes is None:
                parameters = opencost.asked("node", start, end)
                nodes = opencost.allocations(await there.allocation(parameters))
        finally:
            await there.aclose()
    except ToolError as error:
        return None, Gap(what="OpenCost", reason=f"{error.code}: {one_line(str(error))}")
    return Allocations(there.place, asked, nodes), None


async def products(connection: "Connection | None") -> dict[str, str]:
    """Return the GPU product of each node, as its label says; none where nodes cannot be read."""
    if connection is None:
        return {}
    try:
        nodes = await connection.list_metadata(await connection.resource("Node"))
    except ToolError:
        return {}  # metrics may tell; what has no price for it is said
    return {name_of(one): found for one in nodes if (found := labels_of(one).get(_PRODUCT))}


def _sources(result: Result, seconds: int) -> Sources:
    names = {one.labels.get("__name__", "") for one in result.series}
    renamed = {one.labels.get("__name__", "") for one in result.series if one.labels.get("renamed")}
    return Sources(names, renamed, seconds)
