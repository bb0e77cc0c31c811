"""What the tools of this domain work on: clusters, and the backends that know their metrics."""

from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING

from clusterwright.tools.coverage import Gap
from clusterwright.tools.errors import NotFoundError, NotServedError, ToolError
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
    from clusterwright.tools.prometheus.client.in_cluster import InCluster
    from clusterwright.tools.prometheus.settings import Prices

_MOST_OTHERS = 5


@dataclass(frozen=True, slots=True)
class Reach:
    """What was found for one cluster."""

    cluster: str
    """As every answer names it: the context, or the backend's name where there is no cluster."""
    backend: "Backend"
    alertmanager: "Alertmanager | None"
    connection: "Connection | None"
    """None for a backend that was configured without a cluster."""
    no_alertmanager: str = ""
    """Why there is none: nothing was found, or what could not be read."""
    others: tuple[str, ...] = ()
    """Backends of the cluster that could have been asked as well, where none was named."""

    @property
    def not_asked(self) -> tuple[Gap, ...]:
        """Tell the others, and which one was taken, for answers that have gaps."""
        if not self.others:
            return ()
        what = "backend" if len(self.others) == 1 else f"{len(self.others)} backends:"
        taken = f"one of several is asked at a time, here {self.backend.name}"
        reason = f"{taken}: name it as backend="
        return (Gap(what=f"{what} {few(self.others, _MOST_OTHERS)}", reason=reason),)

    @property
    def notes(self) -> tuple[str, ...]:
        """Tell the same for answers that have notes."""
        return tuple(f"not asked: {one.what} ({one.reason})" for one in self.not_asked)


class Monitoring:
    """The backends by cluster, found when first asked for and shared from then on."""

    def __init__(self, clusters: "Clusters") -> None:
        """Take the clusters; nothing is read yet."""
        self.clusters = clusters
        self._settings: PrometheusFile | None = None
        self._configured: dict[str, tuple[Backend, Alertmanager | None]] = {}
        self._in_clusters: dict[str, InCluster] = {}

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

    async def reach(
        self, cluster: str | None = None, backend: str | None = None, *, of_several: bool = False
    ) -> Reach:
        """Return the backend of a cluster, by default the only one that it has.

        What is configured for a cluster counts before what is found in it. `of_several` takes one
        of several that nobody named, and tells the others: a look at a whole cluster begins
        somewhere, while a number has to come from where it is asked for.

        Raises NotFoundError that names the backends there are, NotServedError where there is none,
        which says how to configure one.
        """
        # Nothing is locked here: each cluster has its line, so that one that hangs keeps no other.
        if meant := await self._settings_meant(cluster, backend):
            if len(meant) > 1 and not of_several:
                raise self._several([one.name for one in meant])
            reach = await self._of_setting(meant[0])
            return replace(reach, others=tuple(one.name for one in meant[1:]))
        if not self.settings.discovery:
            raise self._none(cluster, backend)
        connection = await self.clusters.connect(cluster)
        names = self._names(connection.cluster)
        there = await self._in(connection)
        found, others = await there.backend(backend, names, of_several=of_several)
        return replace(await self._beside(found, connection), others=others)

    async def aclose(self) -> None:
        """Close the connections to backends; those to clusters are the clusters' own."""
        found = list(self._in_clusters.values())
        self._in_clusters.clear()
        for one in found:
            await one.aclose()
        for backend, alertmanager in self._configured.values():
            await backend.aclose()
            if alertmanager:
                await alertmanager.aclose()
        self._configured.clear()

    async def _settings_meant(
        self, cluster: str | None, backend: str | None
    ) -> list[BackendSetting]:
        """Return what is configured and meant, in the order of the file."""
        known = self.settings.backends
        if any(one.cluster for one in known) and (cluster or not backend):
            cluster = (await self.clusters.connect(cluster)).cluster  # its name, if by default
        meant = [
            one
            for one in known
            if (one.name == backend if backend else True)
            and (not cluster or one.cluster in {cluster, ""})
        ]
        # What is configured for no cluster in particular yields to what is for the one asked for.
        own = [one for one in meant if cluster and one.cluster == cluster]
        return own or meant

    def _names(self, cluster: str) -> list[str]:
        return [one.name for one in self.settings.backends if one.cluster in {cluster, ""}]

    def _several(self, names: list[str]) -> NotFoundError:
        return NotFoundError(
            f"there are {len(names)} backends, and none was named",
            hint=f"say which one as backend=: {few(names, 10)}",
        )

    def _none(self, cluster: str | None, backend: str | None) -> ToolError:
        names = [one.name for one in self.settings.backends]
        which = f" {backend[:100]!r}" if backend else ""
        where = f" for cluster {cluster!r}" if cluster else ""
        kind = NotFoundError if backend else NotServedError
        return kind(
            f"no backend{which} is configured{where}, and clusters are not searched for one",
            hint=f"backends: {few(names, 10) or 'none'}; {config_dir() / FILE} names them,"
            f" as {EXAMPLE}",
        )

    async def _of_setting(self, setting: BackendSetting) -> Reach:
        if setting.name not in self._configured:
            # These load httpx, which start-up does without.
            made = import_module("clusterwright.tools.prometheus.client.backend")
            managing = import_module("clusterwright.tools.prometheus.client.alertmanager")
            beside = setting.alertmanager()
            self._configured[setting.name] = (
                made.Backend(setting.endpoint(), flavor=setting.kind),
                managing.Alertmanager(beside) if beside else None,
            )
        backend, alertmanager = self._configured[setting.name]
        if setting.cluster:
            connection = await self.clusters.connect(setting.cluster)
            if alertmanager is None and self.settings.discovery:
                return await self._beside(backend, connection)
            return Reach(connection.cluster, backend, alertmanager, connection)
        missing = "" if alertmanager else f"no alertmanager_url is configured for {setting.name!r}"
        return Reach(setting.name, backend, alertmanager, None, missing)

    async def _beside(self, backend: "Backend", connection: "Connection") -> Reach:
        """Return a backend with the Alertmanager that is found in its cluster."""
        alertmanager, missing = await (await self._in(connection)).alertmanager(backend.name)
        return Reach(connection.cluster, backend, alertmanager, connection, missing)

    async def _in(self, connection: "Connection") -> "InCluster":
        """Return what is in a cluster, by its own name: the default one is also called that."""
        known = self._in_clusters.get(connection.cluster)
        if known is not None and known.connection is connection:
            return known
        work = import_module("clusterwright.tools.prometheus.client.in_cluster")
        made: InCluster = work.InCluster(connection)
        self._in_clusters[connection.cluster] = made
        if known is not None:
            await known.aclose()  # as the credential of a workload cluster was renewed
        return made
