"""What proofs ask for that the API server does not have: silences, loaded rules, targets."""

from typing import TYPE_CHECKING

from clusterwright.tools.errors import NotServedError
from clusterwright.tools.manifest import Json, Manifest, mapping, strings, text, texts
from clusterwright.tools.prometheus.alertmanager_state import Silence
from clusterwright.tools.prometheus.changes.expire_silence import is_marked
from clusterwright.tools.prometheus.changes.perform import alertmanager_of
from clusterwright.tools.prometheus.changes.rule_text import kind_of, name_of
from clusterwright.tools.prometheus.ruling.rule import Rule, read_rules
from clusterwright.tools.prometheus.scraping.target import read_targets
from clusterwright.tools.prometheus.wire import duration

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.connection import Connection
    from clusterwright.tools.prometheus.client.alertmanager import Alertmanager
    from clusterwright.tools.prometheus.client.backend import Backend
    from clusterwright.tools.prometheus.monitoring import Monitoring
    from clusterwright.tools.prometheus.result import Labels


async def look(
    monitoring: "Monitoring", connection: "Connection", asked: Manifest
) -> Manifest | None:
    """Return what a proof is judged by; see `silence_proof`, `rule_proof`, `monitor_proof`."""
    named = asked.get("backend")
    if "silence" in asked:
        alertmanager = await alertmanager_of(monitoring, connection, named)
        return await _silence(alertmanager, text(asked, "silence"))
    backend = (await monitoring.reach(connection.cluster, named)).backend
    if "rule" in asked:
        return await _rule(backend, mapping(asked, "rule"), text(asked, "group"))
    return await _pool(backend, text(asked, "pool"), mapping(asked, "labels"))


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


async def _rule(backend: "Backend", wanted: Manifest, group: str) -> Manifest:
    """Return the rules of a name and group that are loaded, and whether they are as wanted."""
    name = name_of(wanted)
    kind = "alerting" if kind_of(wanted) == "alert" else "recording"
    answer = await backend.get("rules", [("rule_name[]", name), ("exclude_alerts", "true")])
    loaded = [
        rule
        for one in read_rules(answer)
        if one.name == group
        for rule in one.rules
        if (rule.name, rule.kind) == (name, kind)
    ]
    if not loaded:
        return {"rules": []}
    query = await _usual(backend, text(wanted, "expr"))
    return {
        "rules": [
            {
                "health": one.health,
                "error": one.error,
                "fresh": _is_like(one, wanted) and await _usual(backend, one.query) == query,
            }
            for one in loaded
        ]
    }


def _is_like(loaded: Rule, wanted: Manifest) -> bool:
    return (
        loaded.waits == (duration(wanted, "for") or 0.0)
        and strings(wanted, "labels").items() <= loaded.labels.items()
        and strings(wanted, "annotations") == dict(loaded.annotations)
    )


async def _usual(backend: "Backend", query: str) -> str:
    """Return a query as the server spells it, which is how two of them are compared."""
    try:
        found: Json = await backend.get("format_query", [("query", query)])
    except NotServedError:
        found = query
    return "".join(str(found).split())


def _has(discovered: "Labels", names: str, values: list[str]) -> bool:
    return any(discovered.get(name) in values for name in names.split("|"))


async def _pool(backend: "Backend", pool: str, labels: Manifest) -> Manifest:
    """Return the targets of a scrape pool: their health, and whether they are what is wanted."""
    answer = await backend.get("targets", [("state", "active"), ("scrapePool", pool)])
    found = [one for one in read_targets(answer).active if one.pool == pool]
    return {
        "targets": [
            {
                "health": one.health,
                "error": one.error,
                "wanted": all(_has(one.discovered, key, texts(labels, key)) for key in labels),
            }
            for one in found
        ]
    }
