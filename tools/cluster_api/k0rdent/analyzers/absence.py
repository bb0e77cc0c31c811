"""Findings that rest on something that is not there: it is read again before they are told."""

from clusterwright.tools.analyzer import Fulfilled, ReadRequest, Suspicion
from clusterwright.tools.finding import AbsenceEvidence, Edge, Finding, Relation, Severity
from clusterwright.tools.ref import Ref


def absent(code: str, subject: Ref, wanted: Ref, title: str, fix: str) -> Suspicion:
    """Return the suspicion that what an object names does not exist."""
    finding = Finding(
        code=code,
        severity=Severity.WARNING,
        subject=subject,
        title=title,
        evidence=(AbsenceEvidence(ref=wanted),),
        relations=(Relation(source=subject, edge=Edge.USES, target=wanted),),
        fixes=(fix,),
    )
    return Suspicion(finding, (ReadRequest(wanted),))


def refine(suspicion: Suspicion, fulfilled: Fulfilled) -> Finding | None:
    """Drop what exists by now, or was only not read with this namespace."""
    for request in suspicion.requests:
        if isinstance(request, ReadRequest) and fulfilled.objects.get(request, {}) is not None:
            return None
    return suspicion.finding
