"""Findings made short enough for an answer: long values cut in their middle, few examples."""

from collections.abc import Iterable, Iterator

from clusterwright.tools.excerpt import one_line, shorten
from clusterwright.tools.finding import (
    Edge,
    EventEvidence,
    Evidence,
    FieldEvidence,
    Finding,
    LogEvidence,
    MetricEvidence,
    Relation,
)
from clusterwright.tools.kubernetes.analyzers.pod import workload_of
from clusterwright.tools.quotation import word
from clusterwright.tools.snapshot import Snapshot

_MEMBERS = 1
_RELATIONS = 10
_REMEDIES = 3
_VALUE, _FULL_VALUE = 100, 400
"""Characters of a value at a first look, and where all evidence is asked for."""
_LINE = 240
"""A log line says what nothing else does, and is cut last."""


def brief(finding: Finding, *, evidence: int = 1) -> Finding:
    """Return a finding with its best pieces of evidence and first members, its values cut."""
    return finding.model_copy(
        update={
            "title": one_line(finding.title),
            "fixes": tuple(one_line(one) for one in finding.fixes),
            "evidence": tuple(
                _cut(one, _VALUE if evidence == 1 else _FULL_VALUE)
                for one in _strongest(finding.evidence)[:evidence]
            ),
            "members": finding.members[:_MEMBERS],
            "more_members": finding.more_members + max(0, len(finding.members) - _MEMBERS),
            "relations": finding.relations[:_RELATIONS],
            "remedies": finding.remedies[:_REMEDIES] if evidence > 1 else (),
        }
    )


def owners(snapshot: Snapshot, findings: Iterable[Finding]) -> Iterator[Relation]:
    """Yield the edges from the objects that findings point at to the workloads that own them."""
    targets = (one.target for finding in findings for one in finding.relations)
    for target in dict.fromkeys(targets):
        manifest = snapshot.get(target)
        workload = workload_of(snapshot, manifest) if manifest else target
        if workload != target:
            yield Relation(source=target, edge=Edge.OWNED_BY, target=workload)


def _strongest(evidence: Iterable[Evidence]) -> list[Evidence]:
    """Return evidence with log lines first: the only one in which the program itself speaks."""
    return sorted(evidence, key=lambda one: not isinstance(one, LogEvidence))


def _cut(evidence: Evidence, longest: int) -> Evidence:
    match evidence:
        case FieldEvidence():
            short = {
                "path": shorten(evidence.path, _LINE),
                "value": shorten(evidence.value, longest),
            }
            return evidence.model_copy(update=short)
        case EventEvidence():
            said = {
                "reason": word(one_line(evidence.reason)),
                "message": shorten(evidence.message, longest),
            }
            return evidence.model_copy(update=said)
        case LogEvidence():
            return evidence.model_copy(update={"line": shorten(evidence.line, _LINE)})
        case MetricEvidence():
            return evidence.model_copy(update={"query": shorten(evidence.query, _LINE)})
        case _:
            return evidence
