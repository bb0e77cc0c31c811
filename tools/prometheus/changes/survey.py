"""What changes of monitoring have to know beside their objects; it only reads."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from clusterwright.tools.errors import NotFoundError, ToolError
from clusterwright.tools.kubernetes.changes.kind import Change
from clusterwright.tools.kubernetes.changes.step import Scene
from clusterwright.tools.kubernetes.read import read_snapshot
from clusterwright.tools.prometheus.changes.expire_silence import ExpireSilence
from clusterwright.tools.prometheus.changes.fix_monitor import FixMonitor
from clusterwright.tools.prometheus.changes.hush import Hush
from clusterwright.tools.prometheus.changes.monitor_outlook import MonitorOutlook, reach_of
from clusterwright.tools.prometheus.changes.perform import alertmanager_of
from clusterwright.tools.prometheus.changes.rights import check_proxy
from clusterwright.tools.prometheus.changes.rule_change import RuleChange
from clusterwright.tools.prometheus.changes.rule_survey import rule_trial
from clusterwright.tools.prometheus.changes.scope import check_matchers
from clusterwright.tools.prometheus.changes.silence import Silence
from clusterwright.tools.prometheus.result import Labels
from clusterwright.tools.prometheus.ruling.rule import read_rules
from clusterwright.tools.prometheus.scraping.selected import PROMETHEUS
from clusterwright.tools.snapshot import Snapshot

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.clusters import Clusters
    from clusterwright.tools.kubernetes.client.connection import Connection
    from clusterwright.tools.manifest import Manifest
    from clusterwright.tools.prometheus.alertmanager_state import Alert
    from clusterwright.tools.prometheus.monitoring import Monitoring, Reach
    from clusterwright.tools.ref import Ref

_SELECTED = ("Service", "Pod", "EndpointSlice")
"""What monitors select, and how the addresses behind a Service are known."""


async def survey(
    monitoring: "Monitoring",
    clusters: "Clusters",
    connection: "Connection",
    changes: Sequence[Change],
    scene: Scene,
) -> Scene:
    """Return a scene with what each change has to know of its backend."""
    del clusters
    prepared: dict[Ref, object] = {}
    for change in changes:
        if isinstance(change, Silence | ExpireSilence):
            prepared[change.ref] = await _hush(monitoring, connection, change)
        elif isinstance(change, RuleChange):
            prepared[change.ref] = await rule_trial(monitoring, connection, change, scene)
        elif isinstance(change, FixMonitor):
            prepared[change.ref] = await _outlook(monitoring, connection, change, scene)
    return replace(scene, prepared=prepared)


async def _hush(
    monitoring: "Monitoring", connection: "Connection", change: Silence | ExpireSilence
) -> Hush:
    if isinstance(change, Silence):
        check_matchers(change.parsed)  # before a pattern of theirs is sent anywhere
    found = await alertmanager_of(monitoring, connection, change.backend)
    verb = "create" if isinstance(change, Silence) else "delete"
    await check_proxy(connection, found.endpoint, verb)
    reached = await monitoring.reach(connection.cluster, change.backend)
    silences = await found.silences()
    matched: tuple[Alert, ...] = ()
    rules: tuple[Labels, ...] | None = ()
    if isinstance(change, Silence):
        matched, rules = await found.alerts(change.parsed), await _alerting(reached)
    return Hush(
        found.name,
        await found.alerts(),
        matched,
        tuple(one for one in silences if one.state != "expired"),
        tuple(one for one in silences if one.state == "expired"),
        rules,
        shared=reached.connection is None,
    )


async def _alerting(reached: "Reach") -> tuple[Labels, ...] | None:
    """Return the labels that each alerting rule sets; None where rules cannot be read."""
    try:
        groups = read_rules(await reached.backend.get("rules", (("type", "alert"),)))
    except ToolError:
        return None
    return tuple({**rule.labels, "alertname": rule.name} for one in groups for rule in one.rules)


async def _outlook(
    monitoring: "Monitoring", connection: "Connection", change: FixMonitor, scene: Scene
) -> MonitorOutlook:
    """Return what a monitor would select, read in the namespaces that it would look in."""
    backend = (await monitoring.reach(connection.cluster, change.backend)).backend
    namespaces = reach_of(change.wanted(scene))
    parts: list[Snapshot] = [await read_snapshot(connection, (PROMETHEUS, "Namespace"))]
    for namespace in namespaces if namespaces is not None else (None,):
        try:
            parts.append(await read_snapshot(connection, _SELECTED, namespace))
        except NotFoundError:  # a namespace that is not there has nothing to select
            continue
    objects: dict[str, list[Manifest]] = {}
    for part in parts:
        for kind, found in part.objects.items():
            objects.setdefault(kind, []).extend(found)
    return MonitorOutlook(Snapshot(connection.cluster, connection.now, objects), backend.name)
