"""Read rules, which of their metrics exist, and the objects that they should be loaded from."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, cast

import anyio
from anyio import to_thread

from clusterwright.tools.coverage import Gap
from clusterwright.tools.errors import ToolError
from clusterwright.tools.kubernetes.read import read_snapshot
from clusterwright.tools.prometheus.ruling.absence import Metrics
from clusterwright.tools.prometheus.ruling.loaded import KIND, NotLoaded, homes, not_loaded
from clusterwright.tools.prometheus.ruling.needs import Need, existence, needs_of
from clusterwright.tools.prometheus.ruling.rule import RuleGroup, read_rules
from clusterwright.tools.prometheus.scraping.selected import PROMETHEUS
from clusterwright.tools.prometheus.scraping.subject import GROUP
from clusterwright.tools.ref import Ref

if TYPE_CHECKING:
    from clusterwright.tools.manifest import Json
    from clusterwright.tools.prometheus.monitoring import Reach

_MISSED = "increase(prometheus_rule_group_iterations_missed_total[1h]) > 0"
_MOST_METRICS = 50_000
_MOST_QUERIES = 12
"""Batches of metrics of which is asked whether they exist: some 2,000 metrics."""


@dataclass
class Ruling:
    """All that is known of rules."""

    backend: str
    groups: tuple[RuleGroup, ...]
    missed: Mapping[str, float] = field(default_factory=dict[str, float])
    """Evaluations left out in the last hour, by file and name joined by a semicolon."""
    needs: Mapping[str, Need] = field(default_factory=dict[str, Need])
    """Of each expression."""
    metrics: Metrics | None = None
    """None where it was not found out."""
    not_loaded: tuple[NotLoaded, ...] = ()
    homes: Mapping[str, Ref] = field(default_factory=dict[str, Ref])
    """The objects that rules are from, by the stem of their files."""
    now: datetime | None = None
    gaps: list[Gap] = field(default_factory=list[Gap])


async def read_ruling(reach: "Reach") -> Ruling:
    """Return the rules and what is known around them.

    Raises ToolError where the rules themselves cannot be had; all else is a gap.
    """
    answer = await reach.backend.get("rules")
    groups = await to_thread.run_sync(read_rules, answer)
    found = Ruling(reach.backend.name, groups, needs=needs_of(groups), gaps=[*reach.not_asked])

    async def clock() -> None:
        now = (await reach.backend.instant("time()")).only
        found.now = datetime.fromtimestamp(now, UTC) if now else None

    async def missed() -> None:
        found.missed = await _missed(reach)

    async def metrics() -> None:
        now = found.now or datetime.now(UTC)
        found.metrics = await _metrics(reach, found.needs, now, found.gaps)

    async def objects() -> None:
        await _objects(reach, found)

    await _tried("the clock of Prometheus", clock, found.gaps)
    parts = {
        "evaluations left out": missed,
        "whether the metrics of rules exist": metrics,
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


async def _missed(reach: "Reach") -> dict[str, float]:
    series = (await reach.backend.instant(_MISSED, limit=500)).series
    return {one.labels.get("rule_group", ""): one.values[-1] for one in series if one.values}


async def _objects(reach: "Reach", found: Ruling) -> None:
    """Add which rules of the cluster are not loaded, and where those that are come from."""
    if reach.connection and await reach.connection.served(GROUP):
        kinds = (f"{KIND}.{GROUP}", PROMETHEUS, "Namespace")
        snapshot = await read_snapshot(reach.connection, kinds)
        found.gaps += snapshot.coverage.gaps
        found.not_loaded = tuple(not_loaded(snapshot, found.groups))
        found.homes = homes(snapshot)


async def _metrics(
    reach: "Reach", needs: Mapping[str, Need], now: datetime, gaps: list[Gap]
) -> Metrics:
    """Return which metrics there are; those of the last day come from the index, at little cost."""
    start = (now - timedelta(days=1)).timestamp()
    asked = [("start", f"{start:.0f}"), ("limit", str(_MOST_METRICS))]
    answer = await reach.backend.get("label/__name__/values", asked)
    names = cast("list[Json]", answer) if isinstance(answer, list) else []
    lately = frozenset(one for one in names if isinstance(one, str))
    whole = len(lately) < _MOST_METRICS
    wanted = await to_thread.run_sync(_wanted, needs)
    queries = list(existence(wanted & lately if whole else wanted))
    found: set[str] = set()
    for query in queries[:_MOST_QUERIES]:
        series = (await reach.backend.instant(query)).series
        found |= {one.labels.get("__name__", "") for one in series}
    if len(queries) > _MOST_QUERIES:
        reason = f"rules name {len(wanted)} metrics: not all of them were looked up"
        gaps.append(Gap(what="whether some metrics exist", reason=reason))
        found |= wanted if not whole else wanted & lately
    return Metrics(frozenset(found), lately if whole else frozenset())


def _wanted(needs: Mapping[str, Need]) -> set[str]:
    return {metric for need in needs.values() for metric in need.metrics}
