"""Which object a group of rules is from, and which objects with rules no Prometheus has loaded."""

from collections.abc import Iterable
from datetime import timedelta

from clusterwright.tools.analyzer import Analyzer, ReadRequest, Suspicion, unless_gone
from clusterwright.tools.excerpt import few, shorten
from clusterwright.tools.finding import Edge, Evidence, FieldEvidence, Finding, Relation, Severity
from clusterwright.tools.kubernetes.analyzers.pod import age, event_evidence, events_of, message_of
from clusterwright.tools.manifest import (
    Manifest,
    dig,
    items,
    labels_of,
    name_of,
    namespace_of,
    text,
)
from clusterwright.tools.prometheus.analyzers.about import about, name, said
from clusterwright.tools.prometheus.estate import GROUP, Estate, estate_of
from clusterwright.tools.prometheus.ruling.loaded import stem
from clusterwright.tools.prometheus.ruling.rule import RuleGroup
from clusterwright.tools.prometheus.scraping.selected import selected, unselected
from clusterwright.tools.ref import Ref, checked
from clusterwright.tools.snapshot import Snapshot

REJECTED, NOT_LOADED, NOT_SELECTED = "rule/rejected", "rule/not-loaded", "rule/not-selected"
KIND = "PrometheusRule"
FILE = "RuleFile"
"""Kind of a file of rules that no object of the cluster stands for."""
_SETTLES = timedelta(minutes=3)
"""What it takes until a mounted ConfigMap changes and Prometheus has reloaded: kubelet's sync."""
_INVALID = ("InvalidConfiguration", "RejectedConfiguration")


def rule_object(estate: Estate, group: RuleGroup) -> Ref:
    """Return the PrometheusRule that a group is from, else its file, else the server."""
    made = stem(group.file)
    if made != group.file.rpartition("/")[2]:
        for one in estate.of_kind(f"{KIND}.{GROUP}"):
            if made == f"{namespace_of(one)}-{name_of(one)}":
                return Ref.of(one)
    return checked(Ref(FILE, group.file.rpartition("/")[2])) or estate.server


def _groups(manifest: Manifest) -> list[str]:
    return [text(one, "name") for one in items(manifest, "spec", "groups")]


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    if estate.groups is None:
        return
    loaded = {(stem(one.file), one.name) for one in estate.groups}
    names = {one.name for one in estate.groups}
    for ref, manifest in selected(estate, KIND):
        made = f"{ref.namespace}-{ref.name}"
        absent = [one for one in _groups(manifest) if (made, one) not in loaded]
        # A Prometheus that another hand configures may have the groups from files of other names.
        if not absent or _young(estate, manifest) or names >= set(absent):
            continue
        events = events_of(estate, ref, *_INVALID, within=timedelta(hours=1))
        refused = _refused_status(ref, manifest)
        if events or refused:
            evidence = refused or event_evidence(events[0], ref)
            words = message_of(events[0]) if events else refused.value if refused else ""
            yield Suspicion(_rejected(ref, words, evidence), (ReadRequest(ref),))
        elif len(absent) == len(_groups(manifest)):
            yield Suspicion(_not_loaded(estate, ref, absent), (ReadRequest(ref),))


def _young(estate: Estate, manifest: Manifest) -> bool:
    leaving = dig(manifest, "metadata", "deletionTimestamp") is not None
    return leaving or age(estate, manifest) < _SETTLES


def _refused_status(ref: Ref, manifest: Manifest) -> FieldEvidence | None:
    """Return what the operator wrote of it, where that is enabled.

    Source: prometheus-operator, Documentation/proposals/202409-status-subresource.
    """
    for binding in items(manifest, "status", "bindings"):
        for one in items(binding, "conditions"):
            if one.get("type") == "Accepted" and one.get("status") == "False":
                path = "$.status.bindings[*].conditions[?(@.type=='Accepted')].message"
                return said(ref, path, text(one, "message"))
    return None


def _rejected(ref: Ref, words: str, evidence: Evidence) -> Finding:
    return about(
        REJECTED,
        ref,
        f"The operator refuses its rules, so none of them is evaluated: {words}",
        (evidence,),
        "Correct what it names: prom_explain_query checks an expression.",
        severity=Severity.WARNING,
    )


def _not_loaded(estate: Estate, ref: Ref, absent: list[str]) -> Finding:
    groups = few([name(one) for one in absent], 3)
    return about(
        NOT_LOADED,
        ref,
        f"Prometheus has not loaded its rules (group {groups}), though it selects them",
        (
            said(ref, "$.spec.groups[*].name", ", ".join(absent)),
            said(estate.server, "$.groups[*].name", "none of these"),
        ),
        "See whether the operator runs and Prometheus reloads: prom_find_problems, its own logs.",
        severity=Severity.WARNING,
        relations=(Relation(source=ref, edge=Edge.USES, target=estate.server),),
    )


def _detect_unselected(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    loaded = {stem(one.file) for one in estate.groups or ()}
    names = {one.name for one in estate.groups or ()}
    for one in unselected(estate, KIND):
        manifest = estate.get(one.ref)
        made = f"{one.ref.namespace}-{one.ref.name}"
        if manifest is None or estate.groups is None or _young(estate, manifest):
            continue
        if made not in loaded and not names >= set(_groups(manifest)):
            taker, reason = one.reasons[0]
            labels = ", ".join(f"{k}={v}" for k, v in sorted(labels_of(manifest).items()))
            finding = about(
                NOT_SELECTED,
                one.ref,
                f"{taker} does not take up its rules, so none is evaluated: {shorten(reason, 150)}",
                (said(one.ref, "$.metadata.labels", labels), said(taker, "$.spec", reason)),
                "Give it the labels that the Prometheus selects by, or widen its ruleSelector.",
                severity=Severity.WARNING,
            )
            yield Suspicion(finding, (ReadRequest(one.ref), ReadRequest(taker)))


_KINDS = (f"{KIND}.{GROUP}", f"Prometheus.{GROUP}", "Namespace")
RULE_NOT_LOADED = Analyzer(
    "rule-not-loaded", (REJECTED, NOT_LOADED), (*_KINDS, "Event"), _detect, unless_gone
)
RULE_NOT_SELECTED = Analyzer(
    "rule-not-selected", (NOT_SELECTED,), _KINDS, _detect_unselected, unless_gone
)
