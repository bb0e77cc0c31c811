"""What a profile cannot put onto a cluster: Helm releases that fail, or that another one has."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.cluster_api.analyzers.told import titled
from clusterwright.tools.cluster_api.sveltos.decides import above, decider
from clusterwright.tools.cluster_api.sveltos.kinds import (
    PROFILE,
    SUMMARY,
    SVELTOS_CLUSTER,
    cluster_of,
    profile_of,
    release_of,
)
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.finding import Edge, FieldEvidence, Finding, Relation, Severity
from clusterwright.tools.manifest import Manifest, instant, items, text, truth
from clusterwright.tools.ref import Ref, legal
from clusterwright.tools.snapshot import Snapshot

RELEASE, CONFLICT = "profile/release-failed", "profile/release-conflict"
RESOURCES, UNAPPLIED = "profile/resources-failed", "profile/not-applied"
_MANAGER = re.compile(r"ClusterSummary (\S{1,253}) managing it")
"""In what Sveltos says of a conflict (addon-controller, generateConflictForHelmChart)."""
_FAILED = frozenset({"Failed", "FailedNonRetriable"})
_FIXES = {
    RELEASE: "Correct the chart, its version or its values, as the message names.",
    CONFLICT: "Let one profile have the release: take it out of one, or give one a lower tier.",
    RESOURCES: "Create what the message names, or take the reference out of the profile.",
    UNAPPLIED: "See that the management cluster has the cluster's kubeconfig, and reaches it.",
}


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    for one in snapshot.of_kind(SUMMARY):
        if text(one, "metadata", "deletionTimestamp"):
            continue
        releases = list(_releases(snapshot, one))
        yield from releases
        yield from _features(snapshot, one, told=bool(releases))
        if not items(one, "status", "featureSummaries"):
            yield from _unapplied(snapshot, one)


def _releases(snapshot: Snapshot, one: Manifest) -> Iterator[Suspicion]:
    for release in items(one, "status", "helmReleaseSummaries"):
        name = release_of(release)
        path = f"$.status.helmReleaseSummaries[?(@.releaseName=='{text(release, 'releaseName')}')]"
        if text(release, "status") == "Conflict":
            yield _conflict(snapshot, one, release, path)
        elif failure := text(release, "failureMessage"):
            title = titled(f"Helm release {name} fails", failure)
            yield _suspicion(snapshot, one, RELEASE, title, (f"{path}.failureMessage", failure))


def _conflict(snapshot: Snapshot, one: Manifest, release: Manifest, path: str) -> Suspicion:
    said = text(release, "conflictMessage")
    found = _MANAGER.search(said)
    manager = _profile_named(snapshot, one, found.group(1)) if found else None
    who = f"{manager} has it" if manager else "another profile has it"
    title = f"Helm release {release_of(release)} is not touched: {who}"
    made = _suspicion(snapshot, one, CONFLICT, title, (f"{path}.conflictMessage", said))
    if manager is None:
        return made
    uses = Relation(source=Ref.of(one), edge=Edge.LIMITED_BY, target=manager)
    finding = made.finding.model_copy(update={"relations": (*made.finding.relations, uses)})
    return Suspicion(finding)


def _profile_named(snapshot: Snapshot, one: Manifest, name: str) -> Ref | None:
    namespace = text(one, "metadata", "namespace")
    ref = legal("ClusterSummary", name, namespace, "config.projectsveltos.io/any")
    other = snapshot.get(ref) if ref else None
    return profile_of(other) if other is not None else ref


def _features(snapshot: Snapshot, one: Manifest, *, told: bool) -> Iterator[Suspicion]:
    for feature in items(one, "status", "featureSummaries"):
        name, failure = text(feature, "featureID"), text(feature, "failureMessage")
        if text(feature, "status") not in _FAILED or (name == "Helm" and told):
            continue
        code = RELEASE if name == "Helm" else RESOURCES
        again = text(feature, "status") == "Failed"
        final = "" if again else ", and Sveltos does not try again"
        title = titled(f"{one_line(name, 20)} cannot be put onto the cluster{final}", failure)
        path = f"$.status.featureSummaries[?(@.featureID=='{name}')].failureMessage"
        since = instant(feature, "lastAppliedTime")
        yield _suspicion(snapshot, one, code, title, (path, failure or name), since=since)


def _unapplied(snapshot: Snapshot, one: Manifest) -> Iterator[Suspicion]:
    failure, cluster = text(one, "status", "failureMessage"), cluster_of(one)
    if not failure or truth(one, "status", "reconciliationSuspended"):
        return
    down = snapshot.get(cluster) if cluster else None
    if down is not None and text(down, "status", "connectionStatus") == "Down":
        return  # told at the cluster
    title = titled("Nothing of it is put onto the cluster", failure)
    yield _suspicion(snapshot, one, UNAPPLIED, title, ("$.status.failureMessage", failure))


def _suspicion(
    snapshot: Snapshot,
    one: Manifest,
    code: str,
    title: str,
    told: tuple[str, str],
    *,
    since: datetime | None = None,
) -> Suspicion:
    path, value = told
    own = Ref.of(one)
    finding = Finding(
        code=code,
        severity=Severity.WARNING,
        subject=decider(snapshot, one),
        title=title,
        evidence=(FieldEvidence(ref=own, path=path, value=one_line(value, 600)),),
        since=since,
        members=(own,),
        relations=above(snapshot, one),
        fixes=(_FIXES[code],),
    )
    return Suspicion(finding)


SUMMARY_ANALYZER = Analyzer(
    "cluster summary",
    (RELEASE, CONFLICT, RESOURCES, UNAPPLIED),
    (SUMMARY, PROFILE, SVELTOS_CLUSTER),
    _detect,
)
