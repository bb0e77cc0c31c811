"""Claims that stay Pending: their StorageClass does not exist, or nobody can give them a volume."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from clusterwright.tools.analyzer import Analyzer, Fulfilled, ReadRequest, Suspicion
from clusterwright.tools.finding import (
    AbsenceEvidence,
    Evidence,
    FieldEvidence,
    Finding,
    Severity,
)
from clusterwright.tools.kubernetes.analyzers.nearest import nearest
from clusterwright.tools.kubernetes.analyzers.pod import (
    age,
    event_evidence,
    events_of,
    message_of,
    title,
)
from clusterwright.tools.manifest import Manifest, dig, instant, name_of, strings, text
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

CODE = "pvc/storage-class-missing"
NOT_BOUND = "pvc/not-bound"

_BINDING = timedelta(seconds=5)
_DEFAULT = "storageclass.kubernetes.io/is-default-class"


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    if not snapshot.was_read("StorageClass"):
        return
    known = {name_of(one) for one in snapshot.of_kind("StorageClass")}
    for claim in snapshot.of_kind("PersistentVolumeClaim"):
        pending = text(claim, "status", "phase") == "Pending"
        leaving = dig(claim, "metadata", "deletionTimestamp")
        if not pending or leaving or age(snapshot, claim) < _BINDING:
            continue
        wanted = _class_of(claim)
        if wanted and wanted not in known and not _has_volume(snapshot, wanted):
            request = ReadRequest(Ref("StorageClass", wanted))
            yield Suspicion(_unknown_class(snapshot, claim, wanted, known), (request,))
        elif wanted is None and not _has_default(snapshot):
            finding = _no_default(snapshot, claim, known)
            if finding is not None:
                yield Suspicion(finding)
        else:
            yield from map(Suspicion, _refused(snapshot, claim))


def _class_of(claim: Manifest) -> str | None:
    """Return the class a claim names; empty when it wants none; None when it leaves it open."""
    legacy = strings(claim, "metadata", "annotations").get(
        "volume.beta.kubernetes.io/storage-class"
    )
    found = dig(claim, "spec", "storageClassName")
    return found if isinstance(found, str) else legacy


def _has_volume(snapshot: Snapshot, wanted: str) -> bool:
    """Return whether volumes made by hand carry the class; then it needs no object of its own."""
    return any(
        text(volume, "spec", "storageClassName") == wanted
        and text(volume, "status", "phase") in {"Available", "Pending"}
        for volume in snapshot.of_kind("PersistentVolume")
    )


def _has_default(snapshot: Snapshot) -> bool:
    return any(
        strings(one, "metadata", "annotations").get(_DEFAULT) == "true"
        for one in snapshot.of_kind("StorageClass")
    )


def _unknown_class(snapshot: Snapshot, claim: Manifest, wanted: str, known: set[str]) -> Finding:
    near = nearest(wanted, known)
    ref = Ref.of(claim)
    evidence: list[Evidence] = [
        FieldEvidence(ref=ref, path="$.spec.storageClassName", value=wanted)
    ]
    events = events_of(snapshot, ref, "ProvisioningFailed")
    evidence += [event_evidence(one, ref) for one in events[:1]]
    meant = f'; did you mean "{near}"?' if near else ""
    # The class of a claim cannot be changed, so that a wrong one means a new claim.
    other = near or ", ".join(sorted(known)[:3])
    fixes = [f"Create StorageClass {wanted}."]
    if other:
        fixes.append(f"Or make claim {ref.name} anew with storageClassName {other}.")
    return _finding(claim, f'StorageClass "{wanted}" does not exist{meant}', evidence, fixes)


def _no_default(snapshot: Snapshot, claim: Manifest, known: set[str]) -> Finding | None:
    ref = Ref.of(claim)
    events = events_of(snapshot, ref, "FailedBinding")
    if not events:
        return None
    fixes = [
        f"Name a StorageClass in claim {ref.name}: {', '.join(sorted(known)[:3])}."
        if known
        else "Create a StorageClass with a provisioner that the cluster has.",
        f'Or set annotation {_DEFAULT} to "true" on one.',
    ]
    sentence = "Names no StorageClass, and the cluster has no default one"
    return _finding(claim, sentence, [event_evidence(events[0], ref)], fixes)


def _refused(snapshot: Snapshot, claim: Manifest) -> Iterator[Finding]:
    """Yield what the controller or the provisioner says, for a claim that they cannot serve."""
    ref = Ref.of(claim)
    for event in events_of(snapshot, ref, "ProvisioningFailed", "FailedBinding")[:1]:
        asked = text(claim, "spec", "resources", "requests", "storage")
        fix = f"Provide a volume of at least {asked or 'its size'} that fits claim {ref.name}."
        sentence = f"Is not bound: {message_of(event)}"
        found = _finding(claim, sentence, [event_evidence(event, ref)], [fix])
        yield found.model_copy(update={"code": NOT_BOUND})


def _finding(claim: Manifest, sentence: str, evidence: list[Evidence], fixes: list[str]) -> Finding:
    phase = FieldEvidence(ref=Ref.of(claim), path="$.status.phase", value="Pending")
    return Finding(
        code=CODE,
        severity=Severity.WARNING,
        subject=Ref.of(claim),
        title=title(sentence),
        evidence=(*evidence, phase),
        since=instant(claim, "metadata", "creationTimestamp"),
        fixes=tuple(fixes),
    )


def _refine(suspicion: Suspicion, fulfilled: Fulfilled) -> Finding | None:
    """Drop the finding if the class exists by now; prove its absence if it does not."""
    finding = suspicion.finding
    for request, found in fulfilled.objects.items():
        if request in suspicion.requests:
            if found is not None:
                return None
            proof = AbsenceEvidence(ref=request.ref)
            return finding.model_copy(update={"evidence": (*finding.evidence, proof)})
    return finding


STORAGE_CLASS = Analyzer(
    "storage-class",
    (CODE, NOT_BOUND),
    ("PersistentVolumeClaim", "StorageClass", "PersistentVolume", "Event"),
    _detect,
    _refine,
)
