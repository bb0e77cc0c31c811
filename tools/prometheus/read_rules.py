"""Read rules, which of their metrics exist, and the objects that they should be loaded from."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import anyio
from anyio import to_thread

from clusterwright.tools.coverage import Gap
from clusterwright.tools.errors import ToolError
from clusterwright.tools.kubernetes.read import read_snapshot
from clusterwright.tools.prometheus.ruling.loaded import KIND, NotLoaded, not_loaded
from clusterwright.tools.prometheus.ruling.needs import existence, named
from clusterwright.tools.prometheus.ruling.rule import RuleGroup, read_rules
from clusterwright.tools.prometheus.scraping.selected import PROMETHEUS
from clusterwright.tools.prometheus.scraping.subject import GROUP

if TYPE_CHECKING:
    from clusterwright.tools.prometheus.monitoring import Reach

_MISSED = "increase(prometheus_rule_group_iterations_missed_total[1h]) > 0"
_MOST_QUERIES = 12
"""Batches of metrics of which is asked whether they exist: some 2,000 metrics."""


@dataclass
class Ruling:
    """All that is known of rules."""

    backend: str
    groups: tuple[RuleGroup, ...]
    missed: Mapping[str, float] = field(default_factory=dict[str, float])
    """Evaluations left out in the last hour, by file and name joined by a semicolon."""
    existing: frozenset[str] | None = None
    """Of the metrics that rules name; None where it was not found out."""
    not_loaded: tuple[NotLoaded, ...] = ()
    now: datetime | None = None
    gaps: list[Gap] = field(default_factory=list[Gap])


async def read_ruling(reach: "Reach") -> Ruling:
    """Return the rules and what is known around them.

    Raises ToolError where the rules themselves cannot be had; all else is a gap.
    """
    groups = read_rules(await reach.backend.get("rules"))
    found = Ruling(reach.backend.name, groups)

    async def clock() -> None:
        now = (await reach.backend.instant("time()")).only
        found.now = datetime.fromtimestamp(now, UTC) if now else None

    async def missed() -> None:
        series = (await reach.backend.instant(_MISSED, limit=500)).series
        found.missed = {one.labels.get("rule_group", ""): one.values[-1] for one in series}

    async def existing() -> None:
        found.existing = await _existing(reach, groups, found.gaps)

    async def objects() -> None:
        if reach.connection and await reach.connection.served(GROUP):
            kinds = (f"{KIND}.{GROUP}", PROMETHEUS, "Namespace")
            snapshot = await read_snapshot(reach.connection, kinds)
            found.gaps += snapshot.coverage.gaps
            found.not_loaded = tuple(not_loaded(snapshot, groups))

    parts = {
        "the clock of Prometheus": clock,
        "evaluations left out": missed,
        "whether the metrics of rules exist": existing,
        "PrometheusRule objects": objects,
    }
    async with anyio.create_task_group() as tasks:
        for what, read in parts.items():
            tasks.start_soon(_tried, what, read, found.gaps)
    return found


async def _tried(what: str, read: Callable[[], Awaitable[None]], gaps: list[Gap]) -> None:
    try:
        await read()
    except ToolError as error:
        gaps.append(Gap(what=what, reason=f"{error.code}: {error}"))


async def _existing(
    reach: "Reach", groups: tuple[RuleGroup, ...], gaps: list[Gap]
) -> frozenset[str]:
    names = await to_thread.run_sync(named, groups)
    queries = list(existence(names))
    found: set[str] = set()
    for query in queries[:_MOST_QUERIES]:
        found |= {
            one.labels.get("__name__", "") for one in (await reach.backend.instant(query)).series
        }
    if len(queries) > _MOST_QUERIES:
        reason = f"rules name {len(names)} metrics: the last of them were not looked up"
        gaps.append(Gap(what="whether some metrics exist", reason=reason))
        asked = "".join(queries[:_MOST_QUERIES])
        found |= {one for one in names if one not in asked}
    return frozenset(found)
