"""What Sveltos put on a cluster: profile, ClusterSummary, Helm releases, each with its cause."""

from collections.abc import Iterator, Sequence

from clusterwright.tools.cluster_api.sveltos.kinds import SUMMARY, cluster_of, profile_of
from clusterwright.tools.cluster_api.tree import Branch
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.manifest import Manifest, items, text, truth
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref, legal
from clusterwright.tools.snapshot import Snapshot

_LONGEST = 300
_DONE = "Provisioned"


def summaries_of(snapshot: Snapshot, cluster: Ref) -> Sequence[Manifest]:
    """Return the ClusterSummaries of a cluster, in a stable order."""
    found = snapshot.in_namespace(SUMMARY, cluster.namespace)
    return sorted(
        (one for one in found if cluster_of(one) == cluster),
        key=lambda one: text(one, "metadata", "name"),
    )


def profile_branch(snapshot: Snapshot, summary: Manifest) -> Branch:
    """Return a profile, with what became of it on one cluster below."""
    below = summary_branch(summary)
    profile = profile_of(summary)
    if profile is None:
        return below
    there = snapshot.get(profile) is not None
    return Branch(
        role="profile",
        ref=profile,
        status=below.status,
        reason=below.reason if there else "not read",
        children=(below,),
    )


def summary_branch(summary: Manifest) -> Branch:
    """Return a ClusterSummary with its Helm releases."""
    told = [_feature(one) for one in items(summary, "status", "featureSummaries")]
    bad = next((one for one in told if one[0] != _DONE), None)
    status, reason = _state(summary, told)
    releases = tuple(_releases(summary))
    explained = any(one.cause for one in releases)
    failure = text(summary, "status", "failureMessage") or (bad[1] if bad else "")
    if not failure and reason == "Waiting":
        failure = text(summary, "status", "dependencies")
    return Branch(
        role="summary",
        ref=Ref.of(summary),
        status=status,
        reason=word(reason),
        cause="" if explained or status == "True" else one_line(failure, _LONGEST),
        children=releases,
    )


def _state(summary: Manifest, told: list[tuple[str, str]]) -> tuple[str, str]:
    if truth(summary, "status", "reconciliationSuspended"):
        return "Unknown", "Suspended"
    if not told:
        dry = text(summary, "spec", "clusterProfileSpec", "syncMode") == "DryRun"
        return "Unknown", "DryRun" if dry else "Waiting"
    worst = next((state for state, _ in told if state != _DONE), _DONE)
    return ("True" if worst == _DONE else "False"), worst


def _feature(one: Manifest) -> tuple[str, str]:
    return text(one, "status"), text(one, "failureMessage")


def _releases(summary: Manifest) -> Iterator[Branch]:
    for one in items(summary, "status", "helmReleaseSummaries"):
        name, namespace = text(one, "releaseName"), text(one, "releaseNamespace")
        ref = legal("HelmRelease", name, namespace, "")
        if ref is None:
            continue
        said = text(one, "conflictMessage") or text(one, "failureMessage")
        yield Branch(
            role="release",
            ref=ref,
            version=text(one, "chartVersion"),
            status="False" if said else "True",
            reason=word(text(one, "status")),
            cause=one_line(said, _LONGEST),
        )
