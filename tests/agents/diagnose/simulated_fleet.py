"""Servers in this process that answer for many clusters, as the real ones do over MCP."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated

import anyio
from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError as McpToolError
from pydantic import BaseModel, Field

from clusterwright.agents.diagnose.address import Address, server_at
from clusterwright.agents.diagnose.diagnosis import Diagnosis
from clusterwright.agents.diagnose.fleet import diagnose_fleet
from clusterwright.agents.hub import connect
from clusterwright.tools.coverage import Gap
from tests.agents.found import Page

PINNED = "dev"
Asked = Annotated[str | None, Field(description="Which cluster.")]


class Row(BaseModel):
    cluster: str


class Rows(BaseModel):
    cluster: str
    clusters: list[Row]
    gaps: list[Gap] = []
    next_cursor: str | None = None


class Object(BaseModel):
    cluster: str
    fields: dict[str, list[str | int]]


@dataclass
class Simulated:
    """What there is to be asked, and what was."""

    problems: Mapping[str, Page] = field(default_factory=dict[str, Page])
    uids: Mapping[str, str] = field(default_factory=dict[str, str])
    """Of clusters that are not their name's own."""
    hosts: Mapping[str, str] = field(default_factory=dict[str, str])
    """Where contexts lead, and the control planes of workload clusters; their name's own."""
    no_kubeconfig: bool = False
    workloads: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    """By management cluster."""
    unreachable: frozenset[str] = frozenset()
    hanging: frozenset[str] = frozenset()
    """Clusters that say who they are, and then nothing."""
    silent: frozenset[str] = frozenset()
    """Clusters that do not even say who they are."""
    unlisted: frozenset[str] = frozenset()
    """Management clusters whose Clusters may not be listed."""
    endless: frozenset[str] = frozenset()
    """Management clusters whose list always has another page."""
    broken_after: int = 100_000
    """Workload clusters that are listed before the list fails."""
    nameless: frozenset[str] = frozenset()
    """Clusters whose kube-system may not be read."""
    asked: list[str] = field(default_factory=list[str])
    at_once: int = 0
    most_at_once: int = 0

    def kubernetes(self) -> MCPServer:
        """Return a server with the tools of Kubernetes that a roll call and a diagnosis take."""
        server = MCPServer("kubernetes")

        async def k8s_get(
            kind: str,
            name: str,
            fields: list[str],
            namespace: str | None = None,
            cluster: Asked = None,
        ) -> Object:
            named = cluster or PINNED
            if kind == "Cluster.cluster.x-k8s.io":
                within = f"{cluster}/" if cluster else ""
                host = self.hosts.get(f"capi:{within}{namespace}/{name}", name)
                values: list[list[str | int]] = [[host], [6443]]
                return Object(cluster=named, fields=dict(zip(fields, values, strict=True)))
            assert (kind, name, fields) == ("Namespace", "kube-system", ["metadata.uid"])
            if named in self.silent:
                await anyio.sleep_forever()
            if named in self.unreachable:
                raise McpToolError(f"[unreachable] {named} is away. Next: look at its network")
            if named in self.nameless:
                raise McpToolError("[forbidden] kube-system may not be read. Next: ask")
            return Object(cluster=named, fields={fields[0]: [self.uids.get(named, named)]})

        async def k8s_find_problems(cluster: Asked = None) -> Page:
            named = cluster or PINNED
            self.asked.append(named)
            self.at_once += 1
            self.most_at_once = max(self.at_once, self.most_at_once)
            await anyio.lowlevel.checkpoint()
            if named in self.hanging:
                await anyio.sleep_forever()
            self.at_once -= 1
            return self.problems.get(named, Page(cluster=named))

        for tool in (k8s_get, k8s_find_problems):
            server.tool(structured_output=True)(tool)
        return server

    def cluster_api(self) -> MCPServer:
        """Return a server that knows workload clusters."""
        server = MCPServer("cluster-api")

        async def capi_list_clusters(
            limit: int = 10, cursor: str | None = None, cluster: Asked = None
        ) -> Rows:
            named = cluster or PINNED
            if named not in self.workloads:
                raise McpToolError(f"[not_served] {named} has no Cluster API. Next: another")
            if named in self.unlisted:
                gap = Gap(what="Cluster.cluster.x-k8s.io", reason="forbidden")
                return Rows(cluster=named, clusters=[], gaps=[gap])
            rows = [Row(cluster=one) for one in self.workloads[named]]
            start = int(cursor or 0)
            if start >= self.broken_after:
                raise McpToolError(f"[unreachable] {named} is away. Next: look at its network")
            more = str(start + 150) if len(rows) > start + 150 or named in self.endless else None
            return Rows(cluster=named, clusters=rows[start : start + 150], next_cursor=more)

        async def capi_find_problems(cluster: Asked = None) -> Page:
            named = cluster or PINNED
            if named not in self.workloads:
                raise McpToolError(f"[not_served] {named} has no Cluster API. Next: another")
            return self.problems.get(f"{named} management", Page(cluster=named))

        for tool in (capi_list_clusters, capi_find_problems):
            server.tool(structured_output=True)(tool)
        return server


def diagnosed(
    simulated: Simulated,
    *contexts: str | None,
    workloads: bool = False,
    seconds: float = 30.0,
) -> Diagnosis:
    """Diagnose the clusters over MCP."""
    hosts = {one: simulated.hosts.get(one or PINNED, one or PINNED) for one in contexts}
    addresses = {one: Address(server_at(host, "6443")) for one, host in hosts.items()}
    if simulated.no_kubeconfig:
        addresses = {}

    async def run() -> Diagnosis:
        servers = {
            "kubernetes": simulated.kubernetes(),
            "cluster-api": simulated.cluster_api(),
        }
        async with connect(servers) as hub:
            return await diagnose_fleet(
                hub, contexts, workloads=workloads, addresses=addresses, seconds=seconds
            )

    return anyio.run(run)
