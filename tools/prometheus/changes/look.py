"""What proofs ask for that the API server does not have: silences, loaded rules, targets."""

from typing import TYPE_CHECKING

from clusterwright.tools.manifest import Manifest, text
from clusterwright.tools.prometheus.alertmanager_state import Silence
from clusterwright.tools.prometheus.changes.expire_silence import is_marked
from clusterwright.tools.prometheus.changes.perform import alertmanager_of

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.connection import Connection
    from clusterwright.tools.prometheus.client.alertmanager import Alertmanager
    from clusterwright.tools.prometheus.monitoring import Monitoring


async def look(
    monitoring: "Monitoring", connection: "Connection", asked: Manifest
) -> Manifest | None:
    """Return what a proof is judged by; see `silence_proof`, `rule_proof`, `monitor_proof`."""
    backend = asked.get("backend")
    found = await alertmanager_of(monitoring, connection, backend)
    return await _silence(found, text(asked, "silence"))


async def _silence(alertmanager: "Alertmanager", name: str) -> Manifest:
    """Return the silences that an id or a mark names, and the alerts that these match."""
    silences = [one for one in await alertmanager.silences() if _is(one, name)]
    alerts = await alertmanager.alerts(silences[0].matchers) if silences else ()
    return {
        "silences": [{"id": one.id, "state": one.state} for one in silences],
        "alerts": [{"silenced_by": list(one.silenced_by)} for one in alerts],
    }


def _is(one: Silence, name: str) -> bool:
    return one.id == name or is_marked(one, name)
