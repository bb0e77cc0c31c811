"""Whether alerts get through at all, and those that come and go too often to mean anything."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.finding import Edge, Evidence, Finding, Relation, Severity
from clusterwright.tools.prometheus.analyzers.about import (
    about,
    measured,
    metric,
    name,
    said,
    told,
)
from clusterwright.tools.prometheus.analyzers.alert_objects import about as objects_of
from clusterwright.tools.prometheus.analyzers.alerts import KIND
from clusterwright.tools.prometheus.analyzers.rules import rules_of
from clusterwright.tools.prometheus.estate import Estate, estate_of
from clusterwright.tools.ref import Ref, checked
from clusterwright.tools.snapshot import Snapshot

WATCHDOG, FLAPPING = "alert/watchdog-missing", "alert/flapping"
_WATCHDOGS = frozenset({"Watchdog", "DeadMansSwitch"})
_SENT = timedelta(minutes=2)
"""What Prometheus and Alertmanager take to pass on an alert that has just begun."""


def _detect_watchdog(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    for _, rule in rules_of(estate):
        if rule.kind != "alerting" or rule.name not in _WATCHDOGS:
            continue
        firing = [one for one in estate.alerts or () if one.name == rule.name]
        lasting = [one for one in firing if one.since is None or estate.now - one.since > _SENT]
        path = f"$.groups[*].rules[?(@.name=='{rule.name}')]"
        if not firing and rule.health != "unknown" and estate.alerts is not None:
            evidence = said(estate.server, f"{path}.alerts", "[]")
            yield Suspicion(_missing(estate, rule.name, "does not fire", (evidence,)))
        elif lasting and _lost(estate, rule.name):
            where = estate.alertmanager or estate.server
            proofs = (
                said(estate.server, f"{path}.state", "firing"),
                said(where, "$.alerts", f"none is {rule.name}"),
            )
            words = "fires in Prometheus, and Alertmanager does not have it"
            yield Suspicion(_missing(estate, rule.name, words, proofs))


def _lost(estate: Estate, alert: str) -> bool:
    up = estate.manager.uptime_since if estate.manager else None
    if up is not None and estate.now - up < _SENT:
        return False
    return estate.held is not None and not any(
        one.labels.get("alertname") == alert for one in estate.held
    )


def _missing(estate: Estate, alert: str, words: str, evidence: tuple[Evidence, ...]) -> Finding:
    return about(
        WATCHDOG,
        checked(Ref(KIND, alert)) or Ref(KIND, "Watchdog"),
        f"{alert}, which always has to fire, {words}: no alert reaches anybody",
        evidence,
        "Follow the way of an alert: its rule, the Alertmanagers that Prometheus finds, the route.",
        severity=Severity.CRITICAL,
        relations=tuple(
            Relation(source=Ref(KIND, alert), edge=Edge.ABOUT, target=one)
            for one in (estate.server, estate.alertmanager)
            if one
        ),
    )


def _detect_flapping(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    found: dict[str, list[tuple[Evidence, float, tuple[Ref, ...]]]] = defaultdict(list)
    for series, changes in measured(estate, "alerts-flapping"):
        alert = series.labels.get("alertname", "")
        ref = checked(Ref(KIND, alert))
        if ref and alert not in _WATCHDOGS:
            objects = objects_of(estate, series.labels)
            evidence = metric(objects[0] if objects else ref, "alerts-flapping", series)
            found[alert].append((evidence, changes, objects))
    for alert, ones in found.items():
        ref = Ref(KIND, alert)
        evidence, changes, _ = ones[0]
        objects = tuple(dict.fromkeys(one for _, _, some in ones for one in some))
        finding = about(
            FLAPPING,
            ref,
            f"{name(alert)} began anew {told(changes)} times in the last hour:"
            " each time somebody is told, and nothing lasts",
            (evidence,),
            "Give its rule a longer `for`, or keep_firing_for; or smooth its expression.",
            severity=Severity.WARNING,
            members=objects,
            relations=tuple(Relation(source=ref, edge=Edge.ABOUT, target=one) for one in objects),
        )
        yield Suspicion(finding)


WATCHDOG_MISSING = Analyzer("watchdog-missing", (WATCHDOG,), (), _detect_watchdog)
ALERT_FLAPPING = Analyzer("alert-flapping", (FLAPPING,), ("Pod", "Node"), _detect_flapping)
