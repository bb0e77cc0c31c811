"""Read what is known of scraping: targets and pools from Prometheus, monitors from the cluster."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, cast

import anyio
from anyio import to_thread

from clusterwright.tools.coverage import Gap
from clusterwright.tools.errors import ToolError
from clusterwright.tools.kubernetes.read import read_snapshot
from clusterwright.tools.prometheus.client.lane import Lane
from clusterwright.tools.prometheus.scraping import drop, matched, trouble
from clusterwright.tools.prometheus.scraping import selected as taken
from clusterwright.tools.prometheus.scraping.configuration import (
    Configuration,
    ScrapeConfig,
    read_configuration,
)
from clusterwright.tools.prometheus.scraping.drop import Drop
from clusterwright.tools.prometheus.scraping.subject import GROUP
from clusterwright.tools.prometheus.scraping.target import (
    DroppedTarget,
    Pool,
    Targets,
    read_pools,
    read_targets,
)
from clusterwright.tools.prometheus.scraping.trouble import Trouble

if TYPE_CHECKING:
    from clusterwright.tools.manifest import Json
    from clusterwright.tools.prometheus.client.backend import Backend
    from clusterwright.tools.prometheus.monitoring import Reach
    from clusterwright.tools.snapshot import Snapshot

_EMPTY_POOLS = 20
"""Pools without a target of which the dropped ones are read."""
_NO_POOL = "no pool of this name: counts only"


@dataclass(frozen=True)
class Scraping:
    """All that is known of scraping before anything is asked for in particular."""

    source: "Backend"
    targets: Targets
    """Those that are scraped."""
    counts: Mapping[str, int] | None
    """Dropped by pool; None where the backend does not count them."""
    configuration: Configuration | None
    names: tuple[str, ...]
    """Of all pools."""
    snapshot: "Snapshot | None"
    gaps: tuple[Gap, ...]

    @property
    def backend(self) -> str:
        """As it is named."""
        return self.source.name

    @cached_property
    def pools(self) -> Mapping[str, Pool]:
        """All pools by name, also those without any target."""
        counted = Targets(self.targets.active, (), self.counts or {})
        return {one.name: one for one in counted.pools(self.names)}

    def active(self, pool: str) -> int:
        """Return how many targets of a pool are scraped."""
        return self.pools[pool].active if pool in self.pools else 0

    def dropped(self, name: str) -> int | None:
        """Return how many are dropped of all pools that have `name` in theirs; None if not told."""
        if self.counts is None:
            return None
        return sum(count for pool, count in self.counts.items() if name in pool)

    @cached_property
    def down(self) -> list[Trouble]:
        """Targets that are down, by pool and cause."""
        return trouble.down(self.targets.active)

    @cached_property
    def of_monitors(self) -> list[Trouble]:
        """Monitors that are not taken up, or that select nothing."""
        return trouble.of_monitors(self.snapshot, self.pools) if self.snapshot else []

    async def empty(self, name: str = "") -> list[Trouble]:
        """Return the pools without a target, but for those of which the monitor is explained."""
        explained = {one.monitor for one in self.of_monitors}
        found = [
            one
            for one in self.pools.values()
            if not one.active and name in one.name and trouble.monitor(one.name) not in explained
        ]
        read = [one.name for one in found[:_EMPTY_POOLS]]
        dropped = {pool: await self._drops(pool) for pool in read}
        return [trouble.empty(one, dropped.get(one.name, ())) for one in found]

    async def drops(self, name: str = "") -> list[Drop]:
        """Return which steps drop targets, of all pools that have `name` in theirs."""
        exact = name if name in self.pools else ""
        found = await _dropped(self.source, exact)
        return await self._told([one for one in found if name in one.pool])

    async def _drops(self, pool: str) -> Sequence[Drop]:
        if self.counts is not None and not self.counts.get(pool):
            return ()
        return await self._told(
            [one for one in await _dropped(self.source, pool) if one.pool == pool]
        )

    async def _told(self, found: Sequence[DroppedTarget]) -> list[Drop]:
        def evaluated() -> list[Drop]:
            scrapes: dict[str, ScrapeConfig] = {}
            for pool in {one.pool for one in found}:
                config = self.configuration.scrape(pool) if self.configuration else None
                if config:
                    scrapes[pool] = config
            return drop.drops(found, scrapes)

        return await to_thread.run_sync(evaluated)


async def read_scraping(reach: "Reach", *, objects: bool) -> Scraping:
    """Return what is known, with the objects of the cluster where they are asked for.

    Raises ToolError where the targets themselves cannot be had; all else is a gap.
    """
    answer = await reach.backend.get("targets", [("state", "active")])
    targets = await to_thread.run_sync(read_targets, answer)
    read = _Reading(reach)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(read.counted)
        tasks.start_soon(read.configured)
        if objects:
            tasks.start_soon(read.objects)
    return Scraping(
        reach.backend,
        targets,
        read.counts,
        read.configuration,
        read.names,
        read.snapshot,
        (*reach.not_asked, *read.gaps),
    )


class _Reading:
    """What is read beside the targets, and what could not be."""

    def __init__(self, reach: "Reach") -> None:
        self._backend, self._connection = reach.backend, reach.connection
        self.counts: Mapping[str, int] | None = None
        self.configuration: Configuration | None = None
        self.names: tuple[str, ...] = ()
        self.snapshot: Snapshot | None = None
        self.gaps: list[Gap] = []

    async def counted(self) -> None:
        """Count the dropped targets of each pool."""
        asked = [("state", "dropped"), ("scrapePool", _NO_POOL)]
        try:
            answer = await self._backend.get("targets", asked)
        except ToolError as error:
            self._miss("dropped targets", error)
            return
        if isinstance(answer, dict) and "droppedTargetCounts" in answer:
            self.counts = read_targets(cast("Json", answer)).counts

    async def configured(self) -> None:
        """Read the configuration, or at least what its pools are called."""
        try:
            answer = await self._backend.get("status/config")
            found = await to_thread.run_sync(read_configuration, answer)
            pools = () if found else read_pools(await self._backend.get("scrape_pools"))
        except ToolError as error:
            self._miss("the configuration", error)
            return
        self.configuration, self.names = found, found.jobs if found else pools

    async def objects(self) -> None:
        """Read monitors and what they select; nothing where the operator is not installed."""
        if self._connection is None:
            return
        try:
            if not await self._connection.served(GROUP):
                return
            kinds = (*taken.KINDS, *matched.KINDS, taken.AGENT)
            self.snapshot = await read_snapshot(self._connection, kinds)
        except ToolError as error:
            self._miss("monitors and what they select", error)
            return
        absent = {taken.AGENT, *(f"{kind}.{GROUP}" for kind in ("Probe", "ScrapeConfig"))}
        self.gaps += [one for one in self.snapshot.coverage.gaps if one.what not in absent]

    def _miss(self, what: str, error: ToolError) -> None:
        self.gaps.append(Gap(what=what, reason=f"{error.code}: {error}"))


async def _dropped(backend: "Backend", pool: str) -> tuple[DroppedTarget, ...]:
    parameters = [("state", "dropped"), *([("scrapePool", pool)] if pool else [])]
    answer = await backend.get("targets", parameters, lane=Lane.HEAVY)
    return (await to_thread.run_sync(read_targets, answer)).dropped
