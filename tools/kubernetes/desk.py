"""What the tools that change clusters work in: the clusters, and the authority to change them."""

from dataclasses import dataclass, field

from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.trust.authority import Authority


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an apply waits, in seconds."""

    proof: float = 180.0
    """For all proofs of success to be met."""
    settle: float = 10.0
    """For which they must then hold."""
    pause: float = 0.5
    """Between two looks."""


@dataclass(frozen=True)
class Desk:
    """Clusters, and what may be done to them."""

    clusters: Clusters
    authority: Authority = field(default_factory=Authority)
    patience: Patience = Patience()

    async def aclose(self) -> None:
        """Let go of the connections."""
        await self.clusters.aclose()
