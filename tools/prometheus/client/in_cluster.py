"""The backends and Alertmanagers of one cluster, found in it and reached through its API server."""

from dataclasses import replace

import anyio

from clusterwright.tools.errors import (
    ForbiddenError,
    NotFoundError,
    NotServedError,
    ToolError,
)
from clusterwright.tools.excerpt import few
from clusterwright.tools.kubernetes.client.connection import Connection
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.prometheus.client.alertmanager import Alertmanager
from clusterwright.tools.prometheus.client.backend import Backend
from clusterwright.tools.prometheus.client.open_service import open_service
from clusterwright.tools.prometheus.discovery import (
    Found,
    Role,
    candidates,
    find_services,
    most_telling,
    told_apart,
)
from clusterwright.tools.prometheus.settings import EXAMPLE, FILE
from clusterwright.tools.trust.places import config_dir

_KNOWN_SECONDS = 120.0
"""How long what was found counts: monitoring is installed seldom, and repaired while we look."""


class InCluster:
    """What one cluster has; looked for when first asked, and again after a while."""

    def __init__(self, connection: Connection) -> None:
        """Take the cluster; nothing is read yet."""
        self.connection = connection
        self._found: tuple[Found, ...] | None = None
        self._read = 0.0
        self._backends: dict[str, tuple[Found, Backend]] = {}
        self._alertmanagers: dict[str, tuple[Found, Alertmanager]] = {}
        self._looking = anyio.Lock()
        """Held while something is looked for, so that it is not made twice."""

    async def backend(
        self, name: str | None, configured: list[str], *, of_several: bool = False
    ) -> tuple[Backend, tuple[str, ...]]:
        """Return the one that is named, or the only one; `configured` are others to be named.

        Of several that nobody named it is the only one that counts most, or with `of_several` the
        most telling of those; the names of all others come with it.

        Raises NotFoundError that names those there are, NotServedError where there is none,
        ForbiddenError where Services cannot be listed, and what the backend answers if it does not
        answer as one.
        """
        async with self._looking:
            return await self._backend(name, configured, of_several=of_several)

    async def alertmanager(self, backend: str) -> tuple[Alertmanager | None, str]:
        """Return the Alertmanager beside a backend, or None and why."""
        async with self._looking:
            return await self._alertmanager(backend)

    async def aclose(self) -> None:
        """Close the connections; what was found is looked for again if asked for."""
        made = [one for _, one in (*self._backends.values(), *self._alertmanagers.values())]
        self._backends.clear()
        self._alertmanagers.clear()
        for one in made:
            await one.aclose()

    async def _backend(
        self, name: str | None, configured: list[str], *, of_several: bool
    ) -> tuple[Backend, tuple[str, ...]]:
        there = [one for one in await self._services() if one.role is Role.BACKEND]
        meant = [one for one in there if name is None or one.is_named(name)]
        likely = candidates(meant) if name is None else tuple(meant)
        if not likely or (len(likely) > 1 and not (of_several and name is None)):
            raise self._unclear(name, there, likely, configured)
        found = most_telling(likely)
        known = self._backends.get(found.name)
        if known is None or not _same_place(known[0], found):
            if known:
                await known[1].aclose()
            known = found, await self._made(found)
            self._backends[found.name] = known
        return known[1], tuple(one.name for one in meant if one is not found)

    async def _alertmanager(self, backend: str) -> tuple[Alertmanager | None, str]:
        try:
            services = await self._services()
        except ToolError as error:
            return None, f"it could not be looked for: {error}"
        there = [one for one in services if one.role is Role.ALERTMANAGER]
        near = [one for one in there if one.namespace == backend.partition("/")[0]]
        meant = candidates(near or there)
        if len(meant) != 1:
            names = few([one.name for one in meant], 5)
            why = f"there are several, {names}" if meant else "no Service of one was found"
            return None, f"{why}; alertmanager_url in {config_dir() / FILE} names one"
        found = meant[0]
        known = self._alertmanagers.get(found.name)
        if known is None or not _same_place(known[0], found):
            if known:
                await known[1].aclose()
            try:
                endpoint, transport = await open_service(
                    self.connection, found, "Alertmanager", "/api/v2/status"
                )
            except ToolError as error:
                return None, str(error)
            known = found, Alertmanager(endpoint, transport=transport)
            self._alertmanagers[found.name] = known
        return known[1], ""

    async def _services(self) -> tuple[Found, ...]:
        if self._found is None or anyio.current_time() - self._read > _KNOWN_SECONDS:
            found = find_services(await self._listed())
            if len(found) > 1:
                found = told_apart(found, await self._slices({one.namespace for one in found}))
            self._found, self._read = found, anyio.current_time()
        return self._found

    async def _listed(self) -> list[Manifest]:
        try:
            return await self.connection.list(await self.connection.resource("Service"))
        except ForbiddenError as error:
            raise ForbiddenError(
                f"backends of cluster {self.connection.cluster!r} cannot be looked for: {error}",
                hint=f"grant `list services`, or write {config_dir() / FILE}, as {EXAMPLE}",
            ) from error

    async def _slices(self, namespaces: set[str]) -> list[Manifest] | None:
        """Return the endpoints of some namespaces; None where they may not be read."""
        found: list[Manifest] = []
        try:
            kind = await self.connection.resource("EndpointSlice")
            for one in sorted(namespaces):
                found += await self.connection.list(kind, one)
        except (ForbiddenError, NotFoundError):
            return None
        return found

    async def _made(self, found: Found) -> Backend:
        endpoint, transport = await open_service(
            self.connection, found, "backend", "/api/v1/query?query=1"
        )
        return Backend(endpoint, transport=transport, prefers_get=True, flavor=found.flavor_told)

    def _unclear(
        self, name: str | None, there: list[Found], meant: tuple[Found, ...], configured: list[str]
    ) -> ToolError:
        where = f"cluster {self.connection.cluster!r}"
        if meant:
            names = [one.name for one in meant]
            which = f" called {name[:100]!r}" if name else ", and none was named"
            return NotFoundError(
                f"{where} has {len(meant)} backends{which}",
                hint=f"say which one as backend=: {few([*configured, *names], 10)}",
            )
        names = [*configured, *(one.name for one in there)]
        if name:
            return NotFoundError(
                f"{where} has no backend {name[:100]!r}",
                hint=f"backends: {few(names, 10) or 'none was found'}",
            )
        return NotServedError(
            f"no Prometheus was found in {where}, nor Thanos, VictoriaMetrics or Mimir:"
            " no Service is named or labelled as one of them",
            hint=f"if there is one, write {config_dir() / FILE}, as {EXAMPLE}",
        )


def _same_place(one: Found, other: Found) -> bool:
    """Return whether a Service is to be reached as it was before, whatever is behind it."""
    return replace(one, addresses=None, aliases=()) == replace(other, addresses=None, aliases=())
