"""Findings and answers to diagnose, short to write."""

from collections.abc import Sequence
from datetime import UTC, datetime

from pydantic import BaseModel

from clusterwright.agents.diagnose.gather import Answered
from clusterwright.tools.coverage import Coverage, Gap
from clusterwright.tools.finding import (
    Edge,
    Evidence,
    FieldEvidence,
    Finding,
    Relation,
    Severity,
)
from clusterwright.tools.ref import Ref

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def finding(
    code: str,
    subject: str,
    *,
    severity: Severity = Severity.WARNING,
    title: str = "",
    evidence: tuple[Evidence, ...] = (),
    since: datetime | None = None,
    members: Sequence[str] = (),
    relations: tuple[Relation, ...] = (),
    fixes: tuple[str, ...] = (),
) -> Finding:
    """Make a finding whose refs are given as text and whose evidence is a field, if not given."""
    ref = Ref.parse(subject)
    return Finding(
        code=code,
        severity=severity,
        subject=ref,
        title=title or f"{code} on {subject}",
        evidence=evidence or (FieldEvidence(ref=ref, path="$.status.x", value="y"),),
        since=since,
        members=tuple(Ref.parse(one) for one in members),
        relations=relations,
        fixes=fixes,
    )


class Page(BaseModel):
    """What a problems tool answers, a page of it."""

    cluster: str = "dev"
    findings: Sequence[Finding] = ()
    relations: Sequence[Relation] = ()
    coverage: Coverage = Coverage(checked={"Pod": 3})
    next_cursor: str | None = None


def edge(source: str, kind: Edge, target: str) -> Relation:
    """Make a relation whose refs are given as text."""
    return Relation(source=Ref.parse(source), edge=kind, target=Ref.parse(target))


def answered(
    *findings: Finding,
    cluster: str = "dev",
    relations: tuple[Relation, ...] = (),
    checked: dict[str, int] | None = None,
    gaps: tuple[Gap, ...] = (),
) -> Answered:
    """Make what the kubernetes server answers for a cluster."""
    return Answered(
        server="kubernetes",
        tool="k8s_find_problems",
        cluster=cluster,
        findings=findings,
        relations=relations,
        coverage=Coverage(checked=checked or {"Pod": 12, "Service": 3}, gaps=gaps),
        offers=frozenset({"k8s_find_problems", "k8s_describe"}),
    )
