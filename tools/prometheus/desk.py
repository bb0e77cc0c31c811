"""What the tools that change monitoring work in: the usual desk, and the backends of its clusters.

Survey, performer and proofs reach Alertmanager and Prometheus through the `Monitoring` of this
desk, so that nothing global ties a cluster to its backends.
"""

from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from clusterwright.tools.kubernetes.changes.vocabulary import Kinds, Vocabulary
from clusterwright.tools.kubernetes.desk import Desk as KubernetesDesk
from clusterwright.tools.prometheus.monitoring import Monitoring

if TYPE_CHECKING:
    from clusterwright.tools.trust.authority import Authority

VOCABULARY = Vocabulary("prometheus", "prom", "clusterwright.tools.prometheus.changes.all")


class Desk(KubernetesDesk):
    """A desk that knows the backends of its clusters."""

    monitoring: Monitoring

    def __init__(
        self, monitoring: Monitoring, authority: "Authority", vocabulary: Vocabulary = VOCABULARY
    ) -> None:
        """Take the backends, which know their clusters."""
        super().__init__(monitoring.clusters, authority, vocabulary)
        object.__setattr__(self, "monitoring", monitoring)  # as a frozen dataclass does itself

    @property
    def kinds(self) -> Kinds:
        """The kinds of change, with their reads and runs bound to these backends."""
        found = super().kinds
        reads = import_module("clusterwright.tools.prometheus.changes.survey")
        runs = import_module("clusterwright.tools.prometheus.changes.perform")
        looks = import_module("clusterwright.tools.prometheus.changes.look")
        return Kinds(
            found.changes,
            partial(reads.survey, self.monitoring),
            runs.Alertmanagers(self.monitoring),
            partial(looks.look, self.monitoring),
        )

    async def aclose(self) -> None:
        """Let go of the connections, to the backends as well."""
        await self.monitoring.aclose()
        await super().aclose()
