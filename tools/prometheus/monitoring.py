"""What the tools of this domain work on: clusters, and the backends that know their metrics."""

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

import anyio

from clusterwright.tools.errors import NotFoundError
from clusterwright.tools.excerpt import few
from clusterwright.tools.prometheus.settings import (
    EXAMPLE,
    FILE,
    BackendSetting,
    PrometheusFile,
    load_backends,
)
from clusterwright.tools.trust.places import config_dir

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.clusters import Clusters
    from clusterwright.tools.kubernetes.client.connection import Connection
    from clusterwright.tools.prometheus.client.alertmanager import Alertmanager
    from clusterwright.tools.prometheus.client.backend import Backend
    from clusterwright.tools.prometheus.settings import Prices


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
        self._settings: PrometheusFile | None = None
        self._configured: dict[str, Reach] = {}
        self._lock = anyio.Lock()

    @property
    def settings(self) -> PrometheusFile:
        """What is configured, read once; raises InvalidInputError that names the wrong line."""
        if self._settings is None:
            self._settings = load_backends()
        return self._settings

    @property
    def prices(self) -> "Prices":
        """What resources cost, as configured."""
        return self.settings.prices

    async def reach(self, cluster: str | None = None, backend: str | None = None) -> Reach:
        """Return the backend of a cluster, by default the only one that it has.

        Raises NotFoundError that names the backends there are, or says how to configure one.
        """
        async with self._lock:
            candidates = [
                one
                for one in self.settings.backends
                if (cluster is None or one.cluster == cluster) and backend in {None, one.name}
            ]
            if len(candidates) == 1:
                return await self._of_setting(candidates[0])
            names = [one.name for one in self.settings.backends]
            raise NotFoundError(
                "no backend is meant",
                hint=f"backends: {few(names, 10)}; {config_dir() / FILE} names them, as {EXAMPLE}",
            )

    async def _of_setting(self, setting: BackendSetting) -> Reach:
        known = self._configured.get(setting.name)
        if known is None:
            # Load httpx, which start-up does without.
            made = import_module("clusterwright.tools.prometheus.client.backend")
            managing = import_module("clusterwright.tools.prometheus.client.alertmanager")
            found = setting.alertmanager()
            connection = await self.clusters.connect(setting.cluster) if setting.cluster else None
            known = self._configured[setting.name] = Reach(
                setting.cluster or setting.name,
                made.Backend(setting.endpoint()),
                managing.Alertmanager(found) if found else None,
                connection,
            )
        return known
