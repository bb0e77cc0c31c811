"""The agent's server composed: its tools, and the servers that they reach clusters through."""

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from anyio import to_thread

from clusterwright.agents.serving import APPLY_FIX, PLAN_FIX, RESOURCES, TOOLS
from clusterwright.agents.serving.workplace import Workplace
from clusterwright.servers import agent
from clusterwright.servers.build import Offer
from clusterwright.tools.errors import RefusedError
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.trust.authority import Authority
from clusterwright.tools.trust.risk import Access

if TYPE_CHECKING:
    from mcp.server import MCPServer

    from clusterwright.agents.hub import Target
    from clusterwright.tools.kubernetes.changes.vocabulary import Vocabulary

_PLACES = {
    "kubernetes": ("clusterwright.tools.kubernetes.changes.vocabulary", "KUBERNETES"),
    "cluster_api": ("clusterwright.tools.cluster_api", "VOCABULARY"),
    "helm": ("clusterwright.tools.helm", "VOCABULARY"),
    "prometheus": ("clusterwright.tools.prometheus", "VOCABULARY"),
    "gpu": ("clusterwright.tools.gpu", "VOCABULARY"),
}
"""Where each domain has the words of its changes; loaded when a plan of it is asked about."""


def create_server(
    *,
    kubeconfig: Path | None = None,
    context: str | None = None,
    authority: Authority | None = None,
) -> "MCPServer":
    """Return the agent's server; it connects when a tool is first called."""
    return offer(kubeconfig=kubeconfig, context=context, authority=authority).server()


def offer(
    *,
    kubeconfig: Path | None = None,
    context: str | None = None,
    authority: Authority | None = None,
    clusters: Clusters | None = None,
) -> Offer:
    """Return what the agent's server offers."""
    allowed = authority or Authority()
    shared = clusters or Clusters(kubeconfig, context)
    mode = allowed.widest

    def servers() -> "dict[str, Target]":
        """Make the servers that the agent asks; what a cluster does not serve, they say."""
        together = import_module("clusterwright.servers.together")
        made: dict[str, Target] = together.create_servers(authority=allowed, clusters=shared)
        return made

    async def question(plan: str) -> str | None:
        """Ask as the tool that will apply the plan asks."""
        kept = await to_thread.run_sync(lambda: allowed.store.get(plan))
        desk = import_module("clusterwright.tools.kubernetes.desk").Desk(
            shared, allowed, _vocabulary(kept.plan.domain)
        )
        applying = import_module("clusterwright.tools.kubernetes.changes.applying")
        asked: str | None = await applying.ask(desk, plan)
        return asked

    work = Workplace(servers, question, may_apply=mode.rank >= Access.WRITE.rank)
    return agent.offer(work, TOOLS, (PLAN_FIX, APPLY_FIX), RESOURCES, mode)


@cache
def _vocabulary(domain: str) -> "Vocabulary":
    if domain not in _PLACES:
        raise RefusedError(f"a plan of {domain!r} is not known here; nothing was changed")
    module, name = _PLACES[domain]
    found: Vocabulary = getattr(import_module(module), name)
    return found
