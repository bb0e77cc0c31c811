"""Drift: what a profile put onto a cluster was changed there by somebody else."""

from collections.abc import Iterable, Iterator

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.cluster_api.sveltos.decides import above, decider
from clusterwright.tools.cluster_api.sveltos.kinds import (
    RESOURCE_SUMMARY,
    SUMMARY,
    release_of,
    summary_named,
)
from clusterwright.tools.cluster_api.sveltos.suspended import suspended
from clusterwright.tools.excerpt import few
from clusterwright.tools.finding import FieldEvidence, Finding, Severity
from clusterwright.tools.manifest import Manifest, items, truth
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

CODE = "profile/drifted"
_FLAGS = ("helmResourcesChanged", "resourcesChanged", "kustomizeResourcesChanged")


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    for one in snapshot.of_kind(RESOURCE_SUMMARY):
        changed = [flag for flag in _FLAGS if truth(one, "status", flag)]
        ref = summary_named(one)
        summary = snapshot.get(ref) if ref else None
        if changed and summary is not None:
            yield Suspicion(_finding(snapshot, one, summary, changed))


def _finding(snapshot: Snapshot, one: Manifest, summary: Manifest, changed: list[str]) -> Finding:
    held = suspended(snapshot, summary)
    what = few(list(_drifted(one))) or "resources"
    then = "and nobody puts it back while it is suspended" if held else "and Sveltos puts it back"
    own = Ref.of(one)
    return Finding(
        code=CODE,
        severity=Severity.WARNING if held else Severity.INFO,
        subject=decider(snapshot, summary),
        title=f"{what} on the cluster was changed by hand, {then}",
        evidence=tuple(
            FieldEvidence(ref=own, path=f"$.status.{flag}", value="true") for flag in changed
        ),
        members=(Ref.of(summary),),
        relations=above(snapshot, summary),
        fixes=(
            "Make the change in the profile, or let it go on, and the change is taken back.",
            "What others may change belongs into driftExclusions.",
        ),
    )


def _drifted(one: Manifest) -> Iterator[str]:
    for chart in items(one, "status", "driftedHelmCharts"):
        yield f"Helm release {word(release_of(chart))}"


DRIFT = Analyzer("drift", (CODE,), (RESOURCE_SUMMARY, SUMMARY), _detect)
