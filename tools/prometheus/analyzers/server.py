"""Prometheus itself: whether its configuration is in force, its storage whole, its alerts sent."""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.finding import Edge, Evidence, Finding, Relation, Severity
from clusterwright.tools.kubernetes.analyzers.pod import message_of
from clusterwright.tools.manifest import Manifest, condition, dig, instant, items, number, text
from clusterwright.tools.prometheus.analyzers.about import (
    about,
    measured,
    metric,
    name,
    said,
    told,
)
from clusterwright.tools.prometheus.analyzers.joins import pod_of, workload
from clusterwright.tools.prometheus.estate import GROUP, Estate, estate_of
from clusterwright.tools.prometheus.result import Labels, Series
from clusterwright.tools.prometheus.wire import moment
from clusterwright.tools.ref import Ref, checked, owner_of
from clusterwright.tools.snapshot import Snapshot

RELOAD = "prometheus/config-reload-failed"
WAL, REJECTED = "prometheus/wal-corrupted", "prometheus/samples-rejected"
NO_ALERTMANAGER, NOT_SENT = "prometheus/no-alertmanager", "prometheus/alerts-not-sent"
BEHIND, FAILING = "prometheus/remote-write-behind", "prometheus/remote-write-failing"
_DAY = timedelta(days=1)


def instance(estate: Estate, labels: Labels, *, own: bool = True) -> Ref:
    """Return the Prometheus or Alertmanager that measures itself in a series.

    That is the object of the operator above its pod, else its workload or pod; where labels tell
    of none, the server that was asked.
    """
    plain = Ref("Pod", labels.get("pod", ""), labels.get("namespace", ""))
    pod = pod_of(estate, labels) or (checked(plain) if plain.name else None)
    manifest = estate.get(pod) if pod else None
    if pod is None or manifest is None:
        return estate.server if own else estate.alertmanager or estate.server
    chain = estate.owners(manifest)
    top = estate.get(chain[-1]) if chain else None
    above = owner_of(top) if top else None
    return next((one for one in (above, *reversed(chain)) if one), workload(estate, pod))


def _reload(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    found: dict[Ref, tuple[Evidence, ...]] = {}
    if dig(estate.runtime, "reloadConfigSuccess") is False:
        found[estate.server] = (said(estate.server, "$.reloadConfigSuccess", "false"),)
    for series, _ in _zero(estate, "reload-failed"):
        ref = instance(estate, series.labels)
        found.setdefault(ref, (metric(ref, "reload-failed", series),))
    last = moment(estate.runtime, "lastConfigTime")
    for ref, evidence in found.items():
        of = last if ref == estate.server else None
        since = f" of {of:%m-%d %H:%MZ}" if of else ""
        finding = about(
            RELOAD,
            ref,
            f"Its last configuration was refused: it runs with the one{since}, and what changed"
            " since has no effect",
            evidence,
            "Its log names the line; promtool check config finds it without a reload.",
            severity=Severity.WARNING,
            since=of,
        )
        yield Suspicion(finding)


def _zero(estate: Estate, query: str) -> list[tuple[Series, float]]:
    return [pair for pair in measured(estate, query) if pair[1] == 0]


def _wal(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    for series, _ in measured(estate, "wal-corruptions"):
        ref = instance(estate, series.labels)
        if ref != estate.server:
            sentence = "Its write-ahead log was corrupt: samples after that place are lost"
            evidence = (metric(ref, "wal-corruptions", series),)
            yield Suspicion(about(WAL, ref, sentence, evidence, "Check its disk: full, or broken?"))
    count = number(estate.runtime, "corruptionCount")
    started = moment(estate.runtime, "startTime")
    if count and (started is None or estate.now - started < _DAY):
        sentence = (
            f"Its write-ahead log was corrupt ({count} since it started): it was cut there, and"
            " samples after that place are lost"
        )
        evidence = (said(estate.server, "$.corruptionCount", str(count)),)
        fix = "Check its disk: full, or broken? After that nothing is left to do."
        yield Suspicion(about(WAL, estate.server, sentence, evidence, fix, since=started))


def _by_metric(
    code: str,
    query: str,
    sentence: Callable[[Series, float], str],
    fix: str,
    severity: Severity = Severity.WARNING,
) -> Callable[[Snapshot], Iterable[Suspicion]]:
    """Return a detector of what a Prometheus counts of itself: the worst series of each."""

    def detect(snapshot: Snapshot) -> Iterable[Suspicion]:
        estate = estate_of(snapshot)
        worst: dict[Ref, Finding] = {}
        for series, value in measured(estate, query):
            ref = instance(estate, series.labels)
            evidence = (metric(ref, query, series),)
            edges = tuple(sends_to(estate)) if code == NOT_SENT and ref == estate.server else ()
            says = sentence(series, value)
            found = about(code, ref, says, evidence, fix, severity=severity, relations=edges)
            worst.setdefault(ref, found)
        for finding in worst.values():
            yield Suspicion(finding)

    return detect


def _no_alertmanager(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    rules = [one for group in estate.groups or () for one in group.rules if one.kind == "alerting"]
    wanted = estate.configuration is not None and bool(
        items(estate.configuration.alerting, "alertmanagers")
    )
    if estate.alertmanagers == 0 and rules and wanted:
        absent = [one for one in _services(estate) if _is_absent(estate, one)]
        proofs = (
            said(estate.server, "$.activeAlertmanagers", "[]"),
            *(said(estate.server, "$.spec.alerting.alertmanagers", str(one)) for one in absent),
        )
        why = f"{absent[0]}, which it looks for, does not exist" if absent else ""
        finding = about(
            NO_ALERTMANAGER,
            estate.server,
            f"It finds no Alertmanager, {why or 'though one is configured'}: none of its"
            f" {len(rules)} alerts reaches anybody",
            proofs,
            "See whether Alertmanager runs and its Service and port are those of the configuration"
            " (spec.alerting).",
            severity=Severity.CRITICAL,
            relations=tuple(sends_to(estate)),
        )
        yield Suspicion(finding)


def sends_to(estate: Estate) -> Iterator[Relation]:
    """Yield the edges from the Prometheus to its Alertmanager, and to the Services it looks for."""
    for one in _services(estate):
        yield Relation(source=estate.server, edge=Edge.USES, target=one)
    if estate.alertmanager:
        yield Relation(source=estate.server, edge=Edge.USES, target=estate.alertmanager)


def _services(estate: Estate) -> Iterator[Ref]:
    """Yield the Services in which the object of the Prometheus has it look for Alertmanagers."""
    for one in items(estate.get(estate.server), "spec", "alerting", "alertmanagers"):
        namespace = text(one, "namespace") or estate.server.namespace
        ref = checked(Ref("Service", text(one, "name"), namespace)) if text(one, "name") else None
        if ref:
            yield ref


def _is_absent(estate: Estate, service: Ref) -> bool:
    return estate.was_read("Service") and estate.get(service) is None


def made_for(estate: Estate, ref: Ref) -> tuple[Relation, ...]:
    """Return the edges to an object of the operator from the StatefulSets that were made for it."""
    sets = estate.in_namespace("StatefulSet", ref.namespace)
    own = [Ref.of(one) for one in sets if owner_of(one) == ref]
    return tuple(Relation(source=one, edge=Edge.OWNED_BY, target=ref) for one in own)


def _remote(series: Series) -> str:
    found = series.labels.get("remote_name") or series.labels.get("url") or ""
    return f"Remote write to {name(found)}" if found else "Remote write"


def _behind(series: Series, seconds: float) -> str:
    return f"{_remote(series)} is {told(seconds)} s behind what is scraped, and loses more"


def _failing(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    told_of: set[Ref] = set()
    rows = (
        ("remote-write-failing", "drops {} samples a second, which the other side refuses"),
        ("remote-write-retrying", "is not answered: {} samples a second are sent again"),
    )
    for query, words in rows:
        for series, value in measured(estate, query):
            ref = instance(estate, series.labels)
            if ref not in told_of:
                told_of.add(ref)
                finding = about(
                    FAILING,
                    ref,
                    f"{_remote(series)} {words.format(told(value))}",
                    (metric(ref, query, series),),
                    "Its log has the answer: a credential, a limit of the tenant, an address.",
                )
                yield Suspicion(finding)


def _unwell(estate: Estate, kind: str) -> Iterator[tuple[Ref, str, Manifest]]:
    """Yield the objects of the operator with the condition that is False of each."""
    for one in estate.of_kind(f"{kind}.{GROUP}"):
        if dig(one, "metadata", "deletionTimestamp") is None:
            for wanted in ("Reconciled", "Available"):
                found = condition(one, wanted)
                since = instant(found, "lastTransitionTime")
                lasting = since is None or estate.now - since > timedelta(minutes=1)
                if found.get("status") in {"False", "Degraded"} and lasting:
                    yield Ref.of(one), wanted, found
                    break


def _operated(kind: str) -> Callable[[Snapshot], Iterable[Suspicion]]:
    def detect(snapshot: Snapshot) -> Iterable[Suspicion]:
        estate = estate_of(snapshot)
        for ref, which, found in _unwell(estate, kind):
            reconciled = which == "Reconciled"
            words = message_of(found) or text(found, "reason") or "it does not say why"
            what = (
                "The operator cannot carry out what it asks for, so what was there before runs on"
                if reconciled
                else "Not all of it runs"
            )
            path = f"$.status.conditions[?(@.type=='{which}')]"
            finding = about(
                f"{kind.lower()}/{'not-reconciled' if reconciled else 'not-available'}",
                ref,
                f"{what}: {words}",
                (said(ref, f"{path}.message", words), said(ref, f"{path}.status", "False")),
                "Correct what the operator names."
                if reconciled
                else "See why its Pods do not run: k8s_find_problems.",
                severity=Severity.WARNING if reconciled else Severity.CRITICAL,
                since=instant(found, "lastTransitionTime"),
                relations=made_for(estate, ref),
            )
            yield Suspicion(finding)

    return detect


CONFIG_RELOAD = Analyzer("config-reload", (RELOAD,), ("Pod",), _reload)
WAL_CORRUPTED = Analyzer("wal-corrupted", (WAL,), (), _wal)
NO_ALERTMANAGERS = Analyzer("no-alertmanager", (NO_ALERTMANAGER,), ("Service",), _no_alertmanager)
ALERTS_NOT_SENT = Analyzer(
    "alerts-not-sent",
    (NOT_SENT,),
    ("Pod",),
    _by_metric(
        NOT_SENT,
        "notifications-dropped",
        lambda _, rate: f"It cannot send {told(rate)} alerts a second to an Alertmanager",
        "See whether that Alertmanager runs and takes what it is sent: its log, and this one's.",
    ),
)
SAMPLES_REJECTED = Analyzer(
    "samples-rejected",
    (REJECTED,),
    ("Pod",),
    _by_metric(
        REJECTED,
        "samples-rejected",
        lambda _, rate: (
            f"It throws away {told(rate)} samples a second, which are out of order or"
            " double: two targets have the same labels, or an exporter sets timestamps"
        ),
        "Its log names the series at level debug; look for two jobs that scrape the same target.",
    ),
)
REMOTE_WRITE_BEHIND = Analyzer(
    "remote-write-behind",
    (BEHIND,),
    ("Pod",),
    _by_metric(
        BEHIND,
        "remote-write-behind",
        _behind,
        "See whether the other side answers in time; else raise maxShards or send fewer series.",
    ),
)
REMOTE_WRITE_FAILING = Analyzer("remote-write-failing", (FAILING,), ("Pod",), _failing)
PROMETHEUS_OPERATED = Analyzer(
    "prometheus-operated",
    ("prometheus/not-reconciled", "prometheus/not-available"),
    (f"Prometheus.{GROUP}", "StatefulSet"),
    _operated("Prometheus"),
)
ALERTMANAGER_OPERATED = Analyzer(
    "alertmanager-operated",
    ("alertmanager/not-reconciled", "alertmanager/not-available"),
    (f"Alertmanager.{GROUP}", "StatefulSet"),
    _operated("Alertmanager"),
)
