"""Ingresses of a class that does not exist, so that no controller takes them up."""

from collections.abc import Iterable

from clusterwright.tools.analyzer import Analyzer, Fulfilled, ReadRequest, Suspicion
from clusterwright.tools.finding import AbsenceEvidence, FieldEvidence, Finding, Severity
from clusterwright.tools.kubernetes.analyzers.ingress import is_served, settled
from clusterwright.tools.kubernetes.analyzers.nearest import nearest
from clusterwright.tools.kubernetes.analyzers.pod import title
from clusterwright.tools.manifest import Manifest, instant, name_of, text
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

CODE = "ingress/class-missing"


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    if not snapshot.was_read("IngressClass"):
        return
    known = {name_of(one) for one in snapshot.of_kind("IngressClass")}
    for ingress in settled(snapshot):
        wanted = text(ingress, "spec", "ingressClassName")
        # Some controllers go by the name alone, and need no such object.
        if wanted and wanted not in known and not is_served(ingress):
            request = ReadRequest(Ref("IngressClass", wanted))
            yield Suspicion(_finding(ingress, wanted, known), (request,))


def _finding(ingress: Manifest, wanted: str, known: set[str]) -> Finding:
    ref, near = Ref.of(ingress), nearest(wanted, known)
    there = ", ".join(sorted(known)[:3])
    meant = f'; did you mean "{near}"?' if near else f"; there is {there}" if there else ""
    instead = f"Set spec.ingressClassName to {near or there}" if known else "Name a class"
    return Finding(
        code=CODE,
        severity=Severity.WARNING,
        subject=ref,
        title=title(f'IngressClass "{wanted}" does not exist, and it has no address{meant}'),
        evidence=(FieldEvidence(ref=ref, path="$.spec.ingressClassName", value=wanted),),
        since=instant(ingress, "metadata", "creationTimestamp"),
        fixes=(f"{instead}, or install the controller that brings IngressClass {wanted}.",),
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


INGRESS_CLASS = Analyzer("ingress-class", (CODE,), ("Ingress", "IngressClass"), _detect, _refine)
