"""The agent's server composed: its tools, and the servers that they reach clusters through."""

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from anyio import to_thread

from clusterwright.agents.serving import APPLY_FIX, PLAN_FIX, RESOURCES, TOOLS
from clusterwright.agents.serving.workplace import Workplace
from clusterwright.servers import agent
from clusterwright.servers.build import Offer
from clusterwright.servers.of_clusters import server_of
from clusterwright.tools.errors import RefusedError
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.trust.authority import Authority
from clusterwright.tools.trust.risk import Access

if TYPE_CHECKING:
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


def offer(clusters: Clusters, authority: Authority) -> Offer:
    """Return what the agent's server offers."""
    mode = authority.widest

    def servers() -> "dict[str, Target]":
        """Make the servers that the agent asks; what a cluster does not serve, they say."""
        together = import_module("clusterwright.servers.together")
        made: dict[str, Target] = together.create_servers(authority=authority, clusters=clusters)
        return made

    async def question(plan: str) -> str | None:
        """Ask as the tool that will apply the plan asks."""
        kept = await to_thread.run_sync(lambda: authority.store.get(plan))
        desk = import_module("clusterwright.tools.kubernetes.desk").Desk(
            clusters, authority, _vocabulary(kept.plan.domain)
        )
        applying = import_module("clusterwright.tools.kubernetes.changes.applying")
        asked: str | None = await applying.ask(desk, plan)
        return asked

    work = Workplace(servers, question, may_apply=mode.rank >= Access.WRITE.rank)
    return agent.offer(work, TOOLS, (PLAN_FIX, APPLY_FIX), RESOURCES, mode)


create_server = server_of(offer)


@cache
def _vocabulary(domain: str) -> "Vocabulary":
    if domain not in _PLACES:
        raise RefusedError(f"a plan of {domain!r} is not known here; nothing was changed")
    module, name = _PLACES[domain]
    found: Vocabulary = getattr(import_module(module), name)
    return found
