"""What the tools that change clusters work in: the clusters, and the authority to change them."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from clusterwright.tools.kubernetes.changes.vocabulary import KUBERNETES, Vocabulary
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.trust.authority import Authority

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.changes.vocabulary import Kinds


@dataclass(frozen=True)
class Desk:
    """Clusters, what may be done to them, and in which words changes are asked for."""

    clusters: Clusters
    authority: Authority = field(default_factory=Authority)
    vocabulary: Vocabulary = KUBERNETES

    @property
    def kinds(self) -> "Kinds":
        """What its domain brings to changes; a domain with backends of its own binds these."""
        return self.vocabulary.load()

    async def aclose(self) -> None:
        """Let go of the connections."""
        await self.clusters.aclose()
