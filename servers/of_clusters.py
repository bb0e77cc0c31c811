"""What every server of clusters is made from: connections, and how far its changes may go."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from mcp.server import MCPServer

from clusterwright.servers.build import Offer
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.tool import Tool
from clusterwright.tools.trust.authority import Authority
from clusterwright.tools.trust.risk import Access


class CreateServer(Protocol):
    """Makes a server for the clusters of a kubeconfig."""

    def __call__(
        self,
        *,
        kubeconfig: Path | None = None,
        context: str | None = None,
        authority: Authority | None = None,
        clusters: Clusters | None = None,
    ) -> MCPServer:
        """Return the server; it connects when a tool is first called.

        Without an `authority` it plans changes, and applies none. Servers of one process may share
        `clusters`: reads that overlap are then made once.
        """
        ...


def server_of(offer: Callable[[Clusters, Authority], Offer]) -> CreateServer:
    """Return what makes the server that offers this alone."""

    def create_server(
        *,
        kubeconfig: Path | None = None,
        context: str | None = None,
        authority: Authority | None = None,
        clusters: Clusters | None = None,
    ) -> MCPServer:
        """Return that server."""
        return offer(clusters or Clusters(kubeconfig, context), authority or Authority()).server()

    return create_server


def let(mode: Access, plan: Tool, apply: Tool) -> tuple[Tool, ...]:
    """Return which of the two tools for changes are listed where a server goes so far.

    What is listed is a courtesy: each call is judged by itself.
    """
    each = ((plan, Access.PLAN), (apply, Access.WRITE))
    return tuple(tool for tool, least in each if mode.rank >= least.rank)
