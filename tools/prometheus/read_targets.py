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
    from clusterwright.tools.kubernetes.client.connection import Connection
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
    gaps = [*reach.not_asked]
    counts: list[Mapping[str, int]] = []
    settled: list[tuple[Configuration | None, tuple[str, ...]]] = []
    snapshots: list[Snapshot] = []
    backend = reach.backend

    answer = await backend.get("targets", [("state", "active")])
    targets = await to_thread.run_sync(read_targets, answer)

    async def count() -> None:
        try:
            answer = await backend.get("targets", [("state", "dropped"), ("scrapePool", _NO_POOL)])
        except ToolError as error:
            gaps.append(Gap(what="dropped targets", reason=f"{error.code}: {error}"))
            return
        if isinstance(answer, dict) and "droppedTargetCounts" in answer:
            counts.append(read_targets(cast("Json", answer)).counts)

    async def configured() -> None:
        try:
            config = read_configuration(await backend.get("status/config"))
            names = config.jobs if config else read_pools(await backend.get("scrape_pools"))
            settled.append((config, names))
        except ToolError as error:
            gaps.append(Gap(what="the configuration", reason=f"{error.code}: {error}"))

    async def cluster() -> None:
        if objects and reach.connection:
            snapshots.extend(await _objects(reach.connection, gaps))

    async with anyio.create_task_group() as tasks:
        for read in (count, configured, cluster):
            tasks.start_soon(read)
    config, names = settled[0] if settled else (None, ())
    snapshot = snapshots[0] if snapshots else None
    counted = counts[0] if counts else None
    return Scraping(backend, targets, counted, config, names, snapshot, tuple(gaps))


async def _objects(connection: "Connection", gaps: list[Gap]) -> list["Snapshot"]:
    """Read monitors and what they select; nothing where the operator is not installed."""
    try:
        if not await connection.served(GROUP):
            return []
        found = await read_snapshot(connection, (*taken.KINDS, *matched.KINDS, taken.AGENT))
    except ToolError as error:
        gaps.append(Gap(what="monitors and what they select", reason=f"{error.code}: {error}"))
        return []
    absent = {taken.AGENT, *(f"{kind}.{GROUP}" for kind in ("Probe", "ScrapeConfig"))}
    gaps += [one for one in found.coverage.gaps if one.what not in absent]
    return [found]


async def _dropped(backend: "Backend", pool: str) -> tuple[DroppedTarget, ...]:
    parameters = [("state", "dropped"), *([("scrapePool", pool)] if pool else [])]
    return read_targets(await backend.get("targets", parameters, lane=Lane.HEAVY)).dropped
