"""Findings that rest on something missing: asked for again before they are told."""

from clusterwright.tools.analyzer import Fulfilled, ReadRequest, Suspicion
from clusterwright.tools.finding import AbsenceEvidence, Finding


def still_missing(suspicion: Suspicion, fulfilled: Fulfilled) -> Finding | None:
    """Return the finding with the absence as evidence, or nothing if the object is there by now.

    What could not be asked for again, as it may not be read, is told as it was detected.
    """
    finding = suspicion.finding
    for request in suspicion.requests:
        if isinstance(request, ReadRequest) and request in fulfilled.objects:
            if fulfilled.objects[request] is not None:
                return None
            absent = AbsenceEvidence(ref=request.ref)
            finding = finding.model_copy(update={"evidence": (*finding.evidence, absent)})
    return finding
