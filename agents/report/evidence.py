"""Evidence in lines: where it was seen, and what was seen there."""

import re
from collections.abc import Iterable
from itertools import groupby

from clusterwright.tools.finding import (
    AbsenceEvidence,
    EventEvidence,
    Evidence,
    FieldEvidence,
    LogEvidence,
    MetricEvidence,
)

_CHOSEN_BY_NAME = re.compile(r"\[\?\(?@\.(?:name|type)==['\"]([^'\"\]]*)['\"]\)?\]")


def evidence_line(evidence: Evidence) -> str:
    """Return a line that a reader can check by hand."""
    return f"{evidence.ref} {_seen(evidence)}"


def evidence_lines(evidence: Iterable[Evidence]) -> list[str]:
    """Return lines for a person: an object that showed more than one thing is named once."""
    lines: list[str] = []
    for ref, group in groupby(evidence, key=lambda one: one.ref):
        seen = [_CHOSEN_BY_NAME.sub(r"[\1]", _seen(one)) for one in group]
        lines += [f"{ref} {seen[0]}"] if len(seen) == 1 else [str(ref), *(f"  {s}" for s in seen)]
    return lines


def _seen(evidence: Evidence) -> str:
    match evidence:
        case FieldEvidence():
            return f"{evidence.path.removeprefix('$')} = {evidence.value}"
        case EventEvidence():
            times = f" (x{evidence.count})" if evidence.count > 1 else ""
            return f"event {evidence.reason}{times}: {evidence.message}"
        case LogEvidence():
            run = "previous log" if evidence.previous else "log"
            return f"{run} of {evidence.container}: {evidence.line}"
        case AbsenceEvidence():
            return "does not exist"
        case MetricEvidence():
            return f"{evidence.query} = {evidence.value}"
