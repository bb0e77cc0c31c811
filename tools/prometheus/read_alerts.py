"""Read what fires, what Alertmanager makes of it, and the way between the two."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import anyio
from anyio import to_thread

from clusterwright.tools.coverage import Gap
from clusterwright.tools.errors import NotFoundError, ToolError
from clusterwright.tools.manifest import items, name_of, text
from clusterwright.tools.prometheus.alerting.about import NOWHERE, Places
from clusterwright.tools.prometheus.alerting.alert import Alert, read_alerts
from clusterwright.tools.prometheus.alerting.joined import Joined, join
from clusterwright.tools.prometheus.alerting.pipeline import WATCHDOG, Way, broken
from clusterwright.tools.prometheus.alerting.routing import Routing, read_routing
from clusterwright.tools.prometheus.ruling.rule import read_rules
from clusterwright.tools.prometheus.scraping.configuration import (
    Configuration,
    read_configuration,
)
from clusterwright.tools.ref import Ref

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.connection import Connection
    from clusterwright.tools.prometheus.alertmanager_state import Alert as Held
    from clusterwright.tools.prometheus.alertmanager_state import Silence
    from clusterwright.tools.prometheus.monitoring import Reach
    from clusterwright.tools.prometheus.result import Labels

_ERRORS = "sum by (alertmanager) (rate(prometheus_notifications_errors_total[5m])) > 0"
_DROPPED = "sum(rate(prometheus_notifications_dropped_total[5m])) > 0"
_MOST_LOOKED_UP, _AT_A_TIME = 30, 8


@dataclass
class _Found:
    """What was read, piece by piece."""

    held: "Sequence[Held] | None" = None
    silences: "Sequence[Silence]" = ()
    routing: Routing | None = None
    configuration: Configuration | None = None
    active: int | None = None
    errors: dict[str, float] = field(default_factory=dict[str, float])
    watchdog_rule: bool | None = None
    places: Places = NOWHERE
    now: datetime | None = None
    gaps: list[Gap] = field(default_factory=list[Gap])


@dataclass(frozen=True)
class Alerting:
    """All that is known of alerts and of their way."""

    backend: str
    joined: Joined
    asked: bool
    """Whether an Alertmanager was asked."""
    silences: "Mapping[str, Silence]"
    routing: Routing | None
    places: Places
    broken: tuple[str, ...]
    """What is wrong on the way to receivers."""
    now: datetime
    gaps: tuple[Gap, ...]


async def read_alerting(reach: "Reach") -> Alerting:
    """Return what fires and who is told.

    Prometheus is asked first: what it has just raised may be in Alertmanager before, never after.
    Raises ToolError where Prometheus does not tell its alerts; all else is a gap.
    """
    answer = await reach.backend.get("alerts")
    alerts = await to_thread.run_sync(read_alerts, answer)
    found = _Found()
    reading = _Reading(reach, found, watchdog=any(one.name == WATCHDOG for one in alerts))
    async with anyio.create_task_group() as tasks:
        for what, read in reading.parts().items():
            tasks.start_soon(reading.tried, what, read)
    return await to_thread.run_sync(_alerting, reach, alerts, found)


def _alerting(reach: "Reach", alerts: Sequence[Alert], found: _Found) -> Alerting:
    config = found.configuration
    external: Labels = config.external if config else {}
    now = found.now or datetime.now(UTC)
    joined = join(alerts, found.held or (), external, now)
    asked = found.held is not None
    way = Way(
        firing=sum(one.state == "firing" for one in alerts),
        missing=joined.missing if asked else (),
        asked=asked,
        configured=bool(items(config.alerting, "alertmanagers")) if config else None,
        active=found.active,
        errors=found.errors,
        relabelled=bool(items(config.alerting, "alert_relabel_configs")) if config else False,
        watchdog=any(one.name == WATCHDOG and one.state == "firing" for one in alerts),
        watchdog_rule=found.watchdog_rule,
        external=external,
    )
    silences = {one.id: one for one in found.silences}
    return Alerting(
        reach.backend.name,
        joined,
        asked,
        silences,
        found.routing,
        found.places,
        tuple(broken(way)),
        now,
        (*reach.not_asked, *found.gaps),
    )


class _Reading:
    """One reading of what is around the alerts; each part by itself may fail."""

    def __init__(self, reach: "Reach", found: _Found, *, watchdog: bool) -> None:
        self._reach = reach
        self._found = found
        self._watchdog = watchdog

    def parts(self) -> dict[str, Callable[[], Awaitable[None]]]:
        """Return what is read, by what it is called in a gap."""
        parts: dict[str, Callable[[], Awaitable[None]]] = {
            "the configuration of Prometheus": self._configuration,
            "which Alertmanagers Prometheus sends to": self._active,
            "failed notifications": self._errors,
            "the clock of Prometheus": self._clock,
        }
        if self._reach.alertmanager:
            parts["alerts of Alertmanager"] = self._held
            parts["silences"] = self._silences
            parts["the routing of Alertmanager"] = self._routing
        else:
            reason = "not found or not configured: what is silenced and who is told is not known"
            self._found.gaps.append(Gap(what="Alertmanager", reason=reason))
        if not self._watchdog:
            parts["the rule of Watchdog"] = self._rule
        if self._reach.connection:
            parts["nodes"] = self._nodes
        return parts

    async def tried(self, what: str, read: Callable[[], Awaitable[None]]) -> None:
        """Read one part; what fails is a gap."""
        try:
            await read()
        except ToolError as error:
            self._found.gaps.append(Gap(what=what, reason=f"{error.code}: {error}"))

    async def _configuration(self) -> None:
        answer = await self._reach.backend.get("status/config")
        self._found.configuration = read_configuration(answer)

    async def _active(self) -> None:
        answer = await self._reach.backend.get("alertmanagers")
        self._found.active = len(items(answer, "activeAlertmanagers"))

    async def _errors(self) -> None:
        for query in (_ERRORS, _DROPPED):
            for one in (await self._reach.backend.instant(query, limit=20)).series:
                if one.values:
                    self._found.errors[one.labels.get("alertmanager", "")] = one.values[-1]

    async def _clock(self) -> None:
        now = (await self._reach.backend.instant("time()")).only
        self._found.now = datetime.fromtimestamp(now, UTC) if now else None

    async def _held(self) -> None:
        if self._reach.alertmanager:
            self._found.held = await self._reach.alertmanager.alerts()

    async def _silences(self) -> None:
        if self._reach.alertmanager:
            self._found.silences = await self._reach.alertmanager.silences()

    async def _routing(self) -> None:
        if self._reach.alertmanager:
            self._found.routing = read_routing((await self._reach.alertmanager.status()).config)

    async def _rule(self) -> None:
        asked = [("type", "alert"), ("rule_name[]", WATCHDOG), ("exclude_alerts", "true")]
        groups = read_rules(await self._reach.backend.get("rules", asked))
        self._found.watchdog_rule = any(
            rule.name == WATCHDOG for group in groups for rule in group.rules
        )

    async def _nodes(self) -> None:
        connection = self._reach.connection
        if connection:
            nodes = await connection.list(await connection.resource("Node"))
            places: dict[str, Ref] = {}
            for one in nodes:
                for address in items(one, "status", "addresses"):
                    places[text(address, "address")] = Ref.of(one)
            places |= {name_of(one): Ref.of(one) for one in nodes}
            places.pop("", None)
            self._found.places = Places(places)


async def gone(connection: "Connection", refs: Sequence[Ref]) -> frozenset[Ref]:
    """Return those of the first objects that do not exist any more."""
    found: set[Ref] = set()
    places = anyio.CapacityLimiter(_AT_A_TIME)

    async def look(ref: Ref) -> None:
        async with places:
            try:
                resource = await connection.resource(ref.kind_key)
                await connection.get(resource, ref.name, ref.namespace or None)
            except NotFoundError:
                found.add(ref)
            except ToolError:
                return  # whoever may not read it is not told that it is gone

    async with anyio.create_task_group() as tasks:
        for ref in refs[:_MOST_LOOKED_UP]:
            tasks.start_soon(look, ref)
    return frozenset(found)
