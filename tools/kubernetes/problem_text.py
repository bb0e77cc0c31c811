"""A finding in two to five lines, for a model or a person to read."""

from clusterwright.tools.coverage import Coverage
from clusterwright.tools.finding import (
    AbsenceEvidence,
    EventEvidence,
    Evidence,
    FieldEvidence,
    Finding,
)
from clusterwright.tools.neutral import one_line

_EVIDENCE_SHOWN = 3
_LONGEST = 240


def problem_text(finding: Finding) -> str:
    """Return severity, code, subject and cause, then evidence and the fix."""
    count = len(finding.members) + finding.more_members
    of = f" ({count} objects)" if count > 1 else ""
    lines = [
        f"{finding.severity.upper()} {finding.code} {finding.subject}{of}",
        f"  {one_line(finding.title, _LONGEST)}",
    ]
    lines += [f"  - {evidence_line(one)}" for one in finding.evidence[:_EVIDENCE_SHOWN]]
    if finding.fixes:
        lines.append(f"  fix: {one_line(finding.fixes[0], _LONGEST)}")
    return "\n".join(lines)


def evidence_line(evidence: Evidence) -> str:
    """Return one line that says what was seen, and where."""
    ref = evidence.ref
    if isinstance(evidence, FieldEvidence):
        return f"{ref} {evidence.path} = {one_line(evidence.value, _LONGEST)}"
    if isinstance(evidence, EventEvidence):
        times = f" x{evidence.count}" if evidence.count > 1 else ""
        return f"{ref} event {evidence.reason}{times}: {one_line(evidence.message, _LONGEST)}"
    if isinstance(evidence, AbsenceEvidence):
        return f"{ref} does not exist"
    run = "previous log" if evidence.previous else "log"
    return f"{ref} {run} of {evidence.container}: {one_line(evidence.line, _LONGEST)}"


def coverage_line(coverage: Coverage) -> str:
    """Return what was checked and, if anything was not, what and why."""
    checked = ", ".join(f"{count} {kind}" for kind, count in coverage.checked.items())
    line = f"checked: {checked or 'nothing'}"
    gaps = "; ".join(f"{gap.what} ({one_line(gap.reason, 120)})" for gap in coverage.gaps)
    return f"{line}\nNOT checked: {gaps}" if gaps else line
