"""What changes of monitoring have to know beside their objects; it only reads."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from clusterwright.tools.kubernetes.changes.kind import Change
from clusterwright.tools.kubernetes.changes.step import Scene
from clusterwright.tools.prometheus.changes.expire_silence import ExpireSilence
from clusterwright.tools.prometheus.changes.hush import Hush
from clusterwright.tools.prometheus.changes.perform import alertmanager_of
from clusterwright.tools.prometheus.changes.scope import check_matchers
from clusterwright.tools.prometheus.changes.silence import Silence

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.clusters import Clusters
    from clusterwright.tools.kubernetes.client.connection import Connection
    from clusterwright.tools.prometheus.monitoring import Monitoring
    from clusterwright.tools.ref import Ref


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
    return replace(scene, prepared=prepared)


async def _hush(
    monitoring: "Monitoring", connection: "Connection", change: Silence | ExpireSilence
) -> Hush:
    if isinstance(change, Silence):
        check_matchers(change.parsed)  # before a pattern of theirs is sent anywhere
    found = await alertmanager_of(monitoring, connection, change.backend)
    silences = await found.silences()
    matched = await found.alerts(change.parsed) if isinstance(change, Silence) else ()
    return Hush(
        found.name,
        await found.alerts(),
        matched,
        tuple(one for one in silences if one.state != "expired"),
        tuple(one for one in silences if one.state == "expired"),
    )
