"""Build what an analyzer suspects of a pod, in the terms of the workload that made it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from clusterwright.tools.analyzer import Request, Suspicion
from clusterwright.tools.finding import (
    Edge,
    Evidence,
    FieldEvidence,
    Finding,
    Relation,
    Severity,
)
from clusterwright.tools.kubernetes.analyzers.reading.one_line import one_line
from clusterwright.tools.manifest import Manifest, instant, items, text
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

LONGEST_VALUE = 500


@dataclass(frozen=True, slots=True)
class Claim:
    """What is wrong, without whose it is."""

    code: str
    title: str
    evidence: Sequence[Evidence]
    fixes: Sequence[str] = ()
    requests: Sequence[Request] = ()
    uses: Sequence[Ref] = ()
    """Objects that the pod uses and that matter here."""
    since: datetime | None = None
    severity: Severity = Severity.WARNING


def suspect(snapshot: Snapshot, pod: Manifest, claim: Claim) -> Suspicion:
    """Return a suspicion of the pod's topmost controller, with the pod as the one that shows it."""
    ref = Ref.of(pod)
    owners = snapshot.owners(pod)
    chain = (ref, *owners)
    owned = [
        Relation(source=child, edge=Edge.OWNED_BY, target=owner) for child, owner in pairwise(chain)
    ]
    used = [
        Relation(source=holder, edge=Edge.USES, target=one)
        for one in claim.uses
        for holder in dict.fromkeys((ref, chain[-1]))
    ]
    finding = Finding(
        code=claim.code,
        severity=claim.severity,
        subject=chain[-1],
        title=one_line(claim.title),
        evidence=tuple(claim.evidence),
        since=claim.since,
        members=(ref,),
        relations=(*owned, *used),
        fixes=tuple(claim.fixes),
    )
    return Suspicion(finding, tuple(claim.requests))


def field(ref: Ref, path: str, value: object) -> FieldEvidence:
    """Return a field's value as evidence, cut where it says nothing more."""
    return FieldEvidence(ref=ref, path=path, value=str(value)[:LONGEST_VALUE])


def not_ready_since(pod: Manifest) -> datetime | None:
    """Return since when a pod has not been ready, or when it was made."""
    for one in items(pod, "status", "conditions"):
        if one.get("type") == "Ready" and text(one, "status") == "False":
            return instant(one, "lastTransitionTime")
    return instant(pod, "metadata", "creationTimestamp")
