"""The tool that tells where one node is stuck between its PCI devices and the pods."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from anyio import to_thread
from pydantic import Field

from clusterwright.tools.answer import BUDGET, CAP, longest
from clusterwright.tools.cursor import Cursor, decode, encode, foreign, question
from clusterwright.tools.errors import ForbiddenError, NotFoundError, UnreachableError
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.gpu import meant
from clusterwright.tools.gpu.analyzers.about import of_machine
from clusterwright.tools.gpu.estate import Estate
from clusterwright.tools.gpu.funnel import funnel_of
from clusterwright.tools.gpu.funnel.devices import spelled
from clusterwright.tools.gpu.funnel.stage import State
from clusterwright.tools.gpu.given import Holder, holders_of
from clusterwright.tools.gpu.node import GpuNode
from clusterwright.tools.gpu.node_description import HolderRow, NodeDescription, StageRow
from clusterwright.tools.gpu.node_facts import facts_of_node
from clusterwright.tools.gpu.read import read_estate
from clusterwright.tools.gpu.unread import FUNNEL, told, unread
from clusterwright.tools.kubernetes.analyzers.pod import workload_of
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.kubernetes.parameters import Cluster
from clusterwright.tools.kubernetes.state import state_of
from clusterwright.tools.manifest import name_of
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref, check_name
from clusterwright.tools.tool import Effect, Tool


async def gpu_describe_node(
    clusters: Clusters,
    node: Annotated[str, Field(min_length=1, max_length=300, description="Its name.")],
    limit: Annotated[int | None, Field(ge=1, le=500, description="Pods at most.")] = None,
    cursor: Cursor = None,
    cluster: Cluster = None,
) -> NodeDescription:
    """Tell where a GPU node is stuck, stage by stage from PCI label to free devices, and why.

    The first broken stage comes first; also who has its devices, and what made the node.
    """
    name = check_name(node.strip().removeprefix("Node/").lower())
    connection = await clusters.connect(cluster)
    own = question(connection.cluster, name)
    asked, *after = decode("gpu-node", cursor, str, str) if cursor else ("", "")
    if cursor and asked != own:
        raise foreign(cursor)
    estate = await read_estate(connection)

    def described() -> NodeDescription:
        page = Page(estate, found(estate, name), own, str(after[0]))
        return page.fitting(limit)

    return await to_thread.run_sync(described)


TOOL = Tool(gpu_describe_node, Effect.READ, "Describe a GPU node")


def found(estate: Estate, name: str) -> GpuNode:
    """Return a node; raise NotFoundError, which says why it is none, and which are.

    Raises ForbiddenError where nodes may not be read, UnreachableError where they could not be.
    """
    node = estate.node(name)
    if node is not None:
        return node
    names = meant.likely(name, [name_of(one.manifest) for one in estate.nodes])
    if estate.get(Ref("Node", name)) is not None:
        raise NotFoundError(
            f"node {name!r} has no accelerator: neither a label nor a resource tells of one",
            hint="if it has one, node feature discovery is to label its PCI device; nodes with"
            f" accelerators are: {names}",
        )
    if not estate.was_read("Node"):
        reason = next((gap.reason for gap in estate.coverage.gaps if gap.what == "Node"), "")
        forbidden = reason.startswith(ForbiddenError.code)
        raise (ForbiddenError if forbidden else UnreachableError)(
            f"nodes could not be read, so nothing is known of {name!r} ({reason})",
            hint="grant list of nodes" if forbidden else "ask again",
        )
    raise NotFoundError(f"there is no node {name!r}", hint=f"nodes with accelerators are: {names}")


@dataclass(frozen=True)
class Page:
    """A node, described with the pods that are left to tell."""

    estate: Estate
    node: GpuNode
    own: str
    after: str

    def fitting(self, limit: int | None) -> NodeDescription:
        """Return as many of the pods as there is room for."""
        every = holders_of(self.estate, self.node)
        rest = [one for one in every if str(one.ref) > self.after]
        whole = self._whole(len(every))

        def first(count: int) -> NodeDescription:
            shown = rest[:count]
            more = count < len(rest)
            cursor = encode("gpu-node", self.own, str(shown[-1].ref)) if more and shown else None
            rows = tuple(self._row(one) for one in shown)
            return whole.model_copy(update={"holders": rows, "next_cursor": cursor})

        most = min(limit or len(rest), len(rest))
        return longest(first, most, CAP if limit else BUDGET)

    def _whole(self, holding: int) -> NodeDescription:
        node, estate = self.node, self.estate
        stages = [StageRow.of(one) for one in funnel_of(estate, node)]
        return NodeDescription(
            cluster=estate.cluster,
            ref=node.ref,
            vendor=node.vendor,
            product=word(node.product) or None,
            simulated=one_line(node.simulated, 120) or None,
            facts=facts_of_node(estate, node),
            broken=tuple(one for one in stages if one.state is State.BROKEN),
            funnel=tuple(one for one in stages if one.state is not State.BROKEN),
            holding=holding if estate.was_read("Pod") else None,
            relations=tuple(of_machine(node.manifest)),
            notes=(*_twice(estate, node), *told(unread(estate, FUNNEL))),
        )

    def _row(self, one: Holder) -> HolderRow:
        pod = one.manifest
        workload = workload_of(self.estate, pod) if pod and one.ref.kind == "Pod" else None
        has = spelled(one.requested) if one.requested else f"{len(one.devices)} by claim"
        return HolderRow(
            ref=one.ref,
            has=has,
            state=word(state_of(pod, self.estate.now).text) if pod else None,
            devices=tuple(map(word, one.devices)) or None,
            workload=workload if workload != one.ref else None,
        )


def _twice(estate: Estate, node: GpuNode) -> Sequence[str]:
    if estate.slices_of(node) and any(node.allocatable.values()):
        return ["its devices are offered twice: by a device plugin, and by DRA"]
    return []
