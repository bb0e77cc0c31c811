"""Targets as Prometheus knows them: those it scrapes, those that relabelling dropped, their pools.

Source of the shapes: Prometheus, web/api/v1/api.go, `Target`, `DroppedTarget`, `TargetDiscovery`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, cast

from clusterwright.tools.manifest import Json, dig, items, mapping, number, strings, text
from clusterwright.tools.prometheus.result import Labels
from clusterwright.tools.prometheus.wire import duration, moment, real

Health = Literal["up", "down", "unknown"]


@dataclass(frozen=True, slots=True)
class Target:
    """One target that is scraped, or will be: `unknown` until its first scrape."""

    pool: str
    """Name of its scrape configuration: `serviceMonitor/shop/cart/0`, `node`."""
    url: str
    health: Health
    labels: Labels
    """After relabelling: `job` and `instance` are always there."""
    discovered: Labels
    """Before relabelling: `__meta_kubernetes_pod_name`."""
    error: str = ""
    """Of the last scrape, as Prometheus words it."""
    scraped: datetime | None = None
    took: float | None = None
    """Seconds of the last scrape."""
    interval: float | None = None
    """Seconds."""
    timeout: float | None = None
    """Seconds."""

    @property
    def job(self) -> str:
        """The label by which its series are known."""
        return self.labels.get("job", "")

    @property
    def instance(self) -> str:
        """The label that tells it from the others of its job."""
        return self.labels.get("instance", "")


@dataclass(frozen=True, slots=True)
class DroppedTarget:
    """One that was discovered and that relabelling dropped."""

    pool: str
    discovered: Labels


@dataclass(frozen=True, slots=True)
class Pool:
    """The targets of one scrape configuration, counted."""

    name: str
    up: int = 0
    down: int = 0
    unknown: int = 0
    dropped: int = 0

    @property
    def active(self) -> int:
        """How many are scraped."""
        return self.up + self.down + self.unknown


@dataclass(frozen=True, slots=True)
class Targets:
    """All that `targets` answers."""

    active: tuple[Target, ...] = ()
    dropped: tuple[DroppedTarget, ...] = ()
    """Some are left out where `keep_dropped_targets` says so."""
    counts: Mapping[str, int] = field(default_factory=dict[str, int])
    """Dropped by pool, with those left out; only newer versions tell."""

    def pools(self, configured: Sequence[str] = ()) -> tuple[Pool, ...]:
        """Return the pools by name; of those `configured` also the ones without any target."""
        health = Counter((one.pool, one.health) for one in self.active)
        dropped = Counter(one.pool for one in self.dropped)
        dropped |= Counter(self.counts)
        names = {*configured, *dropped, *(pool for pool, _ in health)}
        return tuple(
            Pool(
                name,
                health[name, "up"],
                health[name, "down"],
                health[name, "unknown"],
                dropped[name],
            )
            for name in sorted(names)
        )


def read_targets(answer: Json) -> Targets:
    """Return what `data` of `targets` holds; odd parts of it are left out."""
    counts = {name: number(answer, "droppedTargetCounts", name) for name in _counts(answer)}
    return Targets(
        tuple(_active(one) for one in items(answer, "activeTargets")),
        tuple(_dropped(one) for one in items(answer, "droppedTargets")),
        counts,
    )


def read_pools(answer: Json) -> tuple[str, ...]:
    """Return the names that `data` of `scrape_pools` holds."""
    found = dig(answer, "scrapePools")
    names = cast("list[Json]", found) if isinstance(found, list) else []
    return tuple(one for one in names if isinstance(one, str))


def _counts(answer: Json) -> list[str]:
    return list(mapping(answer, "droppedTargetCounts"))


def _active(raw: Json) -> Target:
    discovered, labels = strings(raw, "discoveredLabels"), strings(raw, "labels")
    health = text(raw, "health")
    return Target(
        pool=text(raw, "scrapePool") or discovered.get("job", ""),
        url=text(raw, "scrapeUrl"),
        health="up" if health == "up" else "down" if health == "down" else "unknown",
        labels=labels,
        discovered=discovered,
        error=text(raw, "lastError"),
        scraped=moment(raw, "lastScrape"),
        took=real(raw, "lastScrapeDuration"),
        interval=duration(raw, "scrapeInterval"),
        timeout=duration(raw, "scrapeTimeout"),
    )


def _dropped(raw: Json) -> DroppedTarget:
    """Read one; before version 3 its pool stands only in the label `job`, as discovered."""
    discovered = strings(raw, "discoveredLabels")
    return DroppedTarget(text(raw, "scrapePool") or discovered.get("job", ""), discovered)
