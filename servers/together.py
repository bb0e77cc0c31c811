"""All servers of clusters in one process: what they read at the same time is read once."""

from pathlib import Path

from mcp.server import MCPServer

from clusterwright.servers import cluster_api, gpu, helm, kubernetes, prometheus
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.trust.authority import Authority

_DOMAINS = {
    "kubernetes": kubernetes,
    "cluster-api": cluster_api,
    "helm": helm,
    "prometheus": prometheus,
    "gpu": gpu,
}


def create_servers(
    *,
    kubeconfig: Path | None = None,
    context: str | None = None,
    authority: Authority | None = None,
    clusters: Clusters | None = None,
) -> dict[str, MCPServer]:
    """Return a server of each domain by its name, all of them on the same connections."""
    clusters = clusters or Clusters(kubeconfig, context)
    return {
        name: one.create_server(authority=authority, clusters=clusters)
        for name, one in _DOMAINS.items()
    }
