"""What the tools of this domain work on: clusters, and the backends that know their metrics."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.clusters import Clusters
    from clusterwright.tools.kubernetes.client.connection import Connection
    from clusterwright.tools.prometheus.client.alertmanager import Alertmanager
    from clusterwright.tools.prometheus.client.backend import Backend


@dataclass(frozen=True, slots=True)
class Reach:
    """What was found for one cluster."""

    cluster: str
    """As every answer names it: the context, or the backend's name where there is no cluster."""
    backend: "Backend"
    alertmanager: "Alertmanager | None"
    connection: "Connection | None"
    """None for a backend that was configured without a cluster."""


class Monitoring:
    """The backends by cluster, found when first asked for and shared from then on."""

    def __init__(self, clusters: "Clusters") -> None:
        """Take the clusters; nothing is read yet."""
        self.clusters = clusters

    async def reach(self, cluster: str | None = None, backend: str | None = None) -> Reach:
        """Return the backend of a cluster, by default the only one that it has.

        Raises NotFoundError that names the backends there are, or says how to configure one.
        """
        raise NotImplementedError
