"""Monitoring that has one backend, without a cluster around it."""

from dataclasses import dataclass

from clusterwright.tools.prometheus.client.backend import Backend
from clusterwright.tools.prometheus.monitoring import Monitoring, Reach


@dataclass
class OneBackend(Monitoring):
    one: Backend

    async def reach(
        self, cluster: str | None = None, backend: str | None = None, *, of_several: bool = False
    ) -> Reach:
        del cluster, backend, of_several
        return Reach("kind", self.one, None, None)
