"""One line for each piece of evidence: where it was seen, and what was seen there."""

from clusterwright.tools.finding import (
    AbsenceEvidence,
    EventEvidence,
    Evidence,
    FieldEvidence,
    LogEvidence,
)


def evidence_line(evidence: Evidence) -> str:
    """Return a line that a reader can check by hand."""
    match evidence:
        case FieldEvidence():
            return f"{evidence.ref} {evidence.path.removeprefix('$')} = {evidence.value}"
        case EventEvidence():
            times = f" (x{evidence.count})" if evidence.count > 1 else ""
            return f"{evidence.ref} event {evidence.reason}{times}: {evidence.message}"
        case LogEvidence():
            run = "previous log" if evidence.previous else "log"
            return f"{evidence.ref} {run} of {evidence.container}: {evidence.line}"
        case AbsenceEvidence():
            return f"{evidence.ref} does not exist"
