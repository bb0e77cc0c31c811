"""The tool that counts accelerators: by product and node, what is given away, and what is left."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Annotated, Literal, TypeAlias

from anyio import to_thread
from pydantic import Field

from clusterwright.tools.answer import CAP, longest
from clusterwright.tools.cursor import Cursor, decode, encode, foreign, question
from clusterwright.tools.excerpt import few
from clusterwright.tools.gpu import meant
from clusterwright.tools.gpu.counted import CountedNode, Counts, Share, added, counted, shares
from clusterwright.tools.gpu.estate import Estate
from clusterwright.tools.gpu.inventory_answer import Inventory, NodeRow, ProductRow, ResourceRow
from clusterwright.tools.gpu.node import GpuNode
from clusterwright.tools.gpu.read import read_estate
from clusterwright.tools.gpu.unread import COUNTED, unread
from clusterwright.tools.gpu.workload import CONTAINER
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.kubernetes.listing import count
from clusterwright.tools.kubernetes.parameters import Cluster
from clusterwright.tools.quotation import word
from clusterwright.tools.tool import Effect, Tool

Only: TypeAlias = Literal["all", "free", "broken"]
_SHORT = 6_144
"""Bytes of an inventory that is asked for without more, text and structured content together."""
_PRODUCTS = 12
"""Products that are told without more."""
_THERE = 8
_RESOURCES = 8
"""Resources of a product, and of a node, that are told each by itself."""
_SCATTERED = 12
"""Amounts that are free on nodes of a product, and told each by itself."""


async def gpu_inventory(
    clusters: Clusters,
    product: Annotated[str | None, Field(max_length=100, description="Part of it: h100.")] = None,
    node: Annotated[str | None, Field(max_length=253, description="Part of its name.")] = None,
    resource: Annotated[
        str | None, Field(max_length=300, description="As nvidia.com/mig-1g.10gb.")
    ] = None,
    only: Annotated[Only, Field(description="free: nodes with a free device.")] = "all",
    limit: Annotated[int | None, Field(ge=1, le=500, description="Nodes at most.")] = None,
    cursor: Cursor = None,
    cluster: Cluster = None,
) -> Inventory:
    """Count GPUs by product and node: capacity, requested, free, MIG, sharing, DRA, fragmentation.

    Nodes whose GPUs cannot be had come first.
    """
    connection = await clusters.connect(cluster)
    own = question(connection.cluster, product, node, resource, only)
    asked, *after = decode("inventory", cursor, str, int, str) if cursor else ("", -1, "")
    if cursor and asked != own:
        raise foreign(cursor)
    estate = await read_estate(connection, more=())
    wanted = Wanted(product or "", node or "", full(resource or ""), only)

    def made() -> Inventory:
        page = Page(estate, wanted, own, (int(after[0]), str(after[1])))
        return page.fitting(limit)

    return await to_thread.run_sync(made)


TOOL = Tool(gpu_inventory, Effect.READ, "Count GPUs")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which nodes are asked for."""

    product: str = ""
    node: str = ""
    resource: str = ""
    only: Only = "all"

    @property
    def named(self) -> bool:
        """Whether names were given, which may be misspelled."""
        return bool(self.product or self.node or self.resource)

    def takes(self, one: CountedNode) -> bool:
        """Return whether a node is one of them, if its name is."""
        if self.product and not meant.is_product(self.product, one.model):
            return False
        if self.resource and self.resource not in one.counts:
            return False
        match self.only:
            case "free":
                resources = [self.resource] if self.resource else one.counts
                return any(one.free_of(key) for key in resources)
            case "broken":
                return one.broken is not None
            case _:
                return True


@dataclass(frozen=True)
class Page:
    """Makes the answer for the nodes that are left."""

    estate: Estate
    wanted: Wanted
    own: str
    after: tuple[int, str]

    @cached_property
    def nodes(self) -> Sequence[CountedNode]:
        """All nodes that are asked for."""
        every = counted(self.estate)
        names = meant.nodes(self.wanted.node, {one.name for one in every})
        return [one for one in every if one.name in names and self.wanted.takes(one)]

    @cached_property
    def rest(self) -> Sequence[CountedNode]:
        """Those of them that no earlier page told."""
        return [one for one in self.nodes if one.key > self.after]

    @cached_property
    def pods_read(self) -> bool:
        """Whether it is known who has what."""
        return self.estate.was_read("Pod")

    def fitting(self, limit: int | None) -> Inventory:
        """Return as many nodes as there is room for; products only on the first page."""
        whole = self._whole(told=self.after[0] < 0, most=len(self.nodes) if limit else _PRODUCTS)

        def first(n: int) -> Inventory:
            shown = self.rest[:n]
            more = encode("inventory", self.own, *shown[-1].key) if n < len(self.rest) else None
            rows = tuple(self._node(one, several=len(self._by_product) > 1) for one in shown)
            return whole.model_copy(update={"nodes": rows, "next_cursor": more})

        most = min(limit or len(self.rest), len(self.rest))
        return longest(first, most, CAP if limit else _SHORT)

    @cached_property
    def _by_product(self) -> dict[tuple[str, str], list[CountedNode]]:
        found: dict[tuple[str, str], list[CountedNode]] = {}
        for one in self.nodes:
            found.setdefault((one.node.vendor, one.model), []).append(one)
        return dict(sorted(found.items(), key=lambda entry: (-len(entry[1]), entry[0])))

    def _whole(self, *, told: bool, most: int) -> Inventory:
        products = [
            self._product(key, nodes) for key, nodes in list(self._by_product.items())[:most]
        ]
        left_out = len(self._by_product) - len(products)
        return Inventory(
            cluster=self.estate.cluster,
            total=len(self.nodes),
            of=every if (every := len(self.estate.nodes)) > len(self.nodes) else None,
            broken=count([one.broken.code for one in self.nodes if one.broken]),
            there=() if self.nodes or not self.wanted.named else self._there(),
            simulated=sum(bool(one.node.simulated) for one in self.nodes) or None,
            products=tuple(products) if told else (),
            more_products=(left_out or None) if told else None,
            gaps=unread(self.estate, COUNTED),
        )

    def _there(self) -> tuple[str, ...]:
        """Return what could have been asked for."""
        every = counted(self.estate)
        products = {word(one.model) if one.node.model else one.model for one in every}
        told = {
            "products": sorted(products),
            "resources": sorted({word(key) for one in every for key in one.counts}),
            "nodes": sorted(one.name for one in every),
        }
        return tuple(f"{what}: {few(names, _THERE)}" for what, names in told.items() if names)

    def _product(self, key: tuple[str, str], nodes: Sequence[CountedNode]) -> ProductRow:
        vendor, model = key
        dra = [sum(part) for part in zip(*(one.dra for one in nodes), strict=True)]
        memory = {one.node.memory for one in nodes} - {None}
        return ProductRow(
            product=word(model) if nodes[0].node.model else model,
            vendor=vendor,
            nodes=len(nodes),
            broken=sum(one.broken is not None for one in nodes) or None,
            closed=sum(bool(one.closed) for one in nodes) or None,
            memory_mib=memory.pop() if len(memory) == 1 else None,
            resources=tuple(map(self._resource, self._shares(nodes))),
            mig=count([_mig(one.node) for one in nodes]) or None,
            sharing=count([_sharing(one.node) for one in nodes]) or None,
            workloads=count([_workload(one.node) for one in nodes]) or None,
            dra=(dra[0], dra[1], dra[2]) if dra[0] else None,
        )

    def _shares(self, nodes: Sequence[CountedNode]) -> Sequence[Share]:
        """Return what is asked for of what nodes have, where that is much: the rest together."""
        every = [
            replace(one, resource=word(one.resource))
            for one in shares(nodes)
            if self.wanted.resource in {"", one.resource}
        ]
        if len(every) <= _RESOURCES:
            return every
        ranked = sorted(every, key=lambda one: -one.counts[0])
        rest = ranked[_RESOURCES:]
        counts = added(one.counts for one in rest)
        by_free = {max(one.largest for one in rest): 1}
        more = Share(f"{len(rest)} more", counts, sum(one.physical for one in rest), by_free)
        return [*ranked[:_RESOURCES], more]

    def _resource(self, share: Share) -> ResourceRow:
        capacity, allocatable, requested, free = share.counts
        row = ResourceRow(
            resource=share.resource,
            capacity=capacity,
            physical=share.physical if share.physical < capacity else None,
            allocatable=allocatable,
        )
        if not self.pods_read:
            return row
        return row.model_copy(
            update={
                "requested": requested,
                "free": share.usable,
                "withheld": free - share.usable or None,
                "largest": share.largest,
                "nodes_by_free": _scattered(share),
            }
        )

    def _has(self, one: CountedNode) -> Mapping[str, Counts]:
        every = {word(key): n for key, n in one.counts.items()}
        if len(every) <= _RESOURCES:
            return every
        first = word(self.wanted.resource)
        ranked = sorted(every.items(), key=lambda pair: (pair[0] != first, -pair[1][0]))
        rest = ranked[_RESOURCES:]
        return {**dict(ranked[:_RESOURCES]), f"{len(rest)} more": added(n for _, n in rest)}

    def _node(self, one: CountedNode, *, several: bool) -> NodeRow:
        known = 4 if self.pods_read else 2
        return NodeRow(
            node=one.name,
            product=(word(one.model) if one.node.model else one.model) if several else None,
            broken=one.broken.code if one.broken else None,
            closed=one.closed or None,
            has={key: n[:known] for key, n in self._has(one).items()},
            mig=_mig(one.node) or None,
            sharing=_sharing(one.node) or None,
            workload=_workload(one.node) or None,
            dra=one.dra if one.dra[0] else None,
        )


def _scattered(share: Share) -> dict[str, int]:
    found = list(share.free_by_node.items())
    if len(found) <= _SCATTERED + 1:
        return {str(k): n for k, n in found}
    rest = found[_SCATTERED:]
    told = {str(k): n for k, n in found[:_SCATTERED]}
    return {**told, f"{rest[-1][0]}-{rest[0][0]}": sum(n for _, n in rest)}


def full(resource: str) -> str:
    """Return a resource with its prefix, which may be left out of NVIDIA's."""
    return f"nvidia.com/{resource}" if resource and "/" not in resource else resource


def _mig(node: GpuNode) -> str:
    if not node.mig_config or (node.mig_config, node.mig_state) == ("all-disabled", "success"):
        return ""
    state = "" if node.mig_state == "success" else f" {word(node.mig_state) or 'not begun'}"
    return word(node.mig_config) + state


def _workload(node: GpuNode) -> str:
    return "" if node.workload == CONTAINER else node.workload


def _sharing(node: GpuNode) -> str:
    alone = node.replicas == 1 or node.workload != CONTAINER  # of whom labels may be left over
    return "" if alone else f"{word(node.sharing)} x{node.replicas}"
