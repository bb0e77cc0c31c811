"""Alertmanager: who is told, whether telling works, and what it keeps quiet by itself."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta

import yaml

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.excerpt import few
from clusterwright.tools.finding import Edge, Evidence, Finding, Relation, Severity
from clusterwright.tools.manifest import Json, Manifest, items, number, text
from clusterwright.tools.prometheus.alertmanager_state import Alert
from clusterwright.tools.prometheus.analyzers.about import (
    about,
    measured,
    metric,
    name,
    said,
    told,
    value_of,
)
from clusterwright.tools.prometheus.analyzers.alerts import ALWAYS, KIND
from clusterwright.tools.prometheus.analyzers.server import instance
from clusterwright.tools.prometheus.estate import GROUP, Estate, estate_of
from clusterwright.tools.ref import Ref, checked
from clusterwright.tools.snapshot import Snapshot

RECEIVER, NOTIFYING = "alertmanager/no-receiver", "alertmanager/notifications-failing"
INHIBITED, SPLIT = "alertmanager/inhibited-across", "alertmanager/cluster-split"
RELOAD = "alertmanager/config-reload-failed"
_SETTLES = timedelta(minutes=3)


def _where(estate: Estate) -> Ref:
    return estate.alertmanager or estate.server


def _configuration(snapshot: Snapshot) -> Manifest:
    """Return the configuration that Alertmanager runs with; empty where it cannot be read."""
    estate = estate_of(snapshot)
    try:
        found: Json = yaml.safe_load(estate.manager.config) if estate.manager else None
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}
    return {"all": found}


def _silent_receivers(estate: Estate) -> frozenset[str]:
    """Return the names of receivers that tell nobody."""
    found = items(estate.derived(_configuration), "all", "receivers")
    return frozenset(text(one, "name") for one in found if one.keys() <= {"name"})


def _detect_receivers(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    silent = _silent_receivers(estate)
    unheard = [
        one
        for one in estate.held or ()
        if one.state == "active"
        and one.labels.get("alertname") not in ALWAYS
        and one.labels.get("severity") not in {"none", "info"}
        and one.receivers
        and set(one.receivers) <= silent
    ]
    if unheard:
        alerts = _names(unheard)
        first = unheard[0].receivers[0]
        finding = about(
            RECEIVER,
            _where(estate),
            f"Nobody is told of {few([name(one) for one in alerts], 3)}: receiver"
            f" {name(first)}, to which it is routed, notifies nothing",
            (
                said(_where(estate), f"$.receivers[?(@.name=='{first}')]", "no integration"),
                said(_where(estate), "$.alerts[*].receivers", first),
            ),
            "Give that receiver an integration, or route these alerts to another one.",
            severity=Severity.WARNING,
            relations=_about(estate, alerts),
        )
        yield Suspicion(finding)


def _names(alerts: Iterable[Alert]) -> list[str]:
    return list(dict.fromkeys(one.labels.get("alertname", "") for one in alerts))


def _about(estate: Estate, alerts: Iterable[str]) -> tuple[Relation, ...]:
    refs = (found for one in alerts if (found := checked(Ref(KIND, one))))
    return tuple(Relation(source=_where(estate), edge=Edge.ABOUT, target=one) for one in refs)


def _detect_notifying(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    for series, rate in measured(estate, "receivers-failing"):
        ref = instance(estate, series.labels, own=False)
        integration = series.labels.get("integration", "")
        reason = series.labels.get("reason", "")
        why = f" ({name(reason)})" if reason else ""
        finding = about(
            NOTIFYING,
            ref,
            f"It fails to notify by {name(integration)}{why}, {told(rate * 60)} times a minute",
            (metric(ref, "receivers-failing", series),),
            "Its log has the answer: a wrong URL, credential or channel, or no way there.",
            severity=Severity.CRITICAL,
        )
        yield Suspicion(finding)


def _detect_inhibited(snapshot: Snapshot) -> Iterable[Suspicion]:
    """Yield what is kept quiet by an alert of another namespace: a rule forgot `equal`."""
    estate = estate_of(snapshot)
    by_print = {one.fingerprint: one for one in estate.held or ()}
    found: dict[str, list[Alert]] = defaultdict(list)
    for one in estate.held or ():
        sources = [by_print[f] for f in one.inhibited_by if f in by_print]
        if sources and all(_apart(one, source) for source in sources):
            found[sources[0].labels.get("alertname", "")].append(one)
    for source, quiet in found.items():
        alerts = _names(quiet)
        finding = about(
            INHIBITED,
            _where(estate),
            f"{name(source)} keeps {few([name(one) for one in alerts], 3)} quiet, which"
            f" {'is' if len(alerts) == 1 else 'are'} about another namespace: the inhibition rule"
            " does not compare it",
            _inhibition(estate, source, quiet[0]),
            "Add namespace to `equal` of the rule in inhibit_rules.",
            severity=Severity.WARNING,
            relations=_about(estate, alerts),
        )
        yield Suspicion(finding)


def _apart(one: Alert, other: Alert) -> bool:
    spaces = one.labels.get("namespace", ""), other.labels.get("namespace", "")
    return all(spaces) and spaces[0] != spaces[1]


def _inhibition(estate: Estate, source: str, quiet: Alert) -> tuple[Evidence, ...]:
    where = _where(estate)
    rules = items(estate.derived(_configuration), "all", "inhibit_rules")
    careless = [one for one in rules if not one.get("equal")]
    told_of = f"{source} inhibits {quiet.labels.get('alertname', '')} of namespace"
    evidence: list[Evidence] = [
        said(where, "$.alerts[*].status.inhibitedBy", f"{told_of} {quiet.labels['namespace']}")
    ]
    evidence += [said(where, "$.inhibit_rules[*].equal", "[]")] if careless else []
    return tuple(evidence)


def _detect_split(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    wanted = _replicas(estate)
    members = {
        instance(estate, one.labels, own=False): (value_of(one), one)
        for one in estate.series("alertmanager-members")
    }
    for ref, (seen, series) in members.items():
        of = wanted.get(ref, 0)
        if of > 1 and seen < of:
            yield Suspicion(_split(ref, int(seen), of, metric(ref, "alertmanager-members", series)))
    status, ref = estate.manager, _where(estate)
    lasting = status is None or (
        status.uptime_since is None or estate.now - status.uptime_since > _SETTLES
    )
    if status and lasting and ref not in members and status.cluster in {"ready", "settling"}:
        of = wanted.get(ref, 0)
        if of > 1 and 0 < status.peers < of:
            evidence = said(ref, "$.cluster.peers", str(status.peers))
            yield Suspicion(_split(ref, status.peers, of, evidence))


def _replicas(estate: Estate) -> dict[Ref, int]:
    found = {
        Ref.of(one): number(one, "spec", "replicas")
        for one in estate.of_kind(f"Alertmanager.{GROUP}")
    }
    # One whose pods do not all run is told by its own condition.
    return {
        Ref.of(one): found[Ref.of(one)]
        for one in estate.of_kind(f"Alertmanager.{GROUP}")
        if number(one, "status", "availableReplicas") >= found[Ref.of(one)]
    }


def _split(ref: Ref, seen: int, of: int, evidence: Evidence) -> Finding:
    return about(
        SPLIT,
        ref,
        f"A member of its cluster sees {seen} of {of} members, though all run: what one knows of"
        " silences the others do not, and people are told twice",
        (evidence,),
        "Let the members reach each other on port 9094, TCP and UDP: NetworkPolicies, meshes.",
        severity=Severity.WARNING,
    )


def _detect_reload(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    told_of: set[Ref] = set()
    for series, value in measured(estate, "alertmanager-reload-failed"):
        ref = instance(estate, series.labels, own=False)
        if value == 0 and ref not in told_of:
            told_of.add(ref)
            finding = about(
                RELOAD,
                ref,
                "Its last configuration was refused: it runs with the one before, and what changed"
                " since has no effect",
                (metric(ref, "alertmanager-reload-failed", series),),
                "Its log names the line; amtool check-config finds it without a reload.",
                severity=Severity.WARNING,
            )
            yield Suspicion(finding)


ALERTMANAGER_RECEIVERS = Analyzer("alertmanager-receivers", (RECEIVER,), (), _detect_receivers)
ALERTMANAGER_NOTIFYING = Analyzer(
    "alertmanager-notifying", (NOTIFYING,), ("Pod",), _detect_notifying
)
ALERTMANAGER_INHIBITED = Analyzer("alertmanager-inhibited", (INHIBITED,), (), _detect_inhibited)
ALERTMANAGER_CLUSTER = Analyzer(
    "alertmanager-cluster", (SPLIT,), (f"Alertmanager.{GROUP}",), _detect_split
)
ALERTMANAGER_RELOAD = Analyzer("alertmanager-reload", (RELOAD,), ("Pod",), _detect_reload)
