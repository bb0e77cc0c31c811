"""Profiles that are paused: on purpose, as a rule, and worth knowing."""

from collections.abc import Iterable

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.cluster_api.sveltos.kinds import (
    CLUSTER_PROFILE,
    PAUSED,
    PROFILE,
    SUMMARY,
    profile_of,
)
from clusterwright.tools.cluster_api.sveltos.suspended import is_paused
from clusterwright.tools.finding import Evidence, FieldEvidence, Finding, Severity
from clusterwright.tools.manifest import strings
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

CODE = "profile/suspended"


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    for kind in (CLUSTER_PROFILE, PROFILE):
        for one in snapshot.of_kind(kind):
            if not is_paused(one):
                continue
            subject = Ref.of(one)
            path = "$.status.reconciliationSuspended"
            evidence: Evidence = FieldEvidence(ref=subject, path=path, value="true")
            value = strings(one, "metadata", "annotations").get(PAUSED)
            if value is not None:
                path = f"$.metadata.annotations['{PAUSED}']"
                evidence = FieldEvidence(ref=subject, path=path, value=value[:100])
            held = (s for s in snapshot.of_kind(SUMMARY) if profile_of(s) == subject)
            finding = Finding(
                code=CODE,
                severity=Severity.INFO,
                subject=subject,
                title="It is paused: nothing of it is deployed, changed or put back",
                evidence=(evidence,),
                members=tuple(Ref.of(s) for s in held),
                fixes=(f"Remove the annotation {PAUSED} once the reason for it is gone.",),
            )
            yield Suspicion(finding)


SUSPENSION = Analyzer("suspension", (CODE,), (CLUSTER_PROFILE, PROFILE, SUMMARY), _detect)
