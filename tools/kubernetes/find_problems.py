"""The tool that names what is wrong with a cluster, and why, in one call."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated

from pydantic import Field

from clusterwright.tools.analyze import analyze
from clusterwright.tools.answer import BUDGET, CAP
from clusterwright.tools.coverage import Coverage
from clusterwright.tools.finding import Finding, Severity
from clusterwright.tools.kubernetes.analyzers import ANALYZERS
from clusterwright.tools.kubernetes.brief import brief, owners
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.kubernetes.cursor import decode, encode
from clusterwright.tools.kubernetes.parameters import Cluster, Cursor, Namespace
from clusterwright.tools.kubernetes.problems import Problems
from clusterwright.tools.kubernetes.read import fulfil, read_snapshot
from clusterwright.tools.tool import Effect, Tool

OWNERS = ("Pod", "ReplicaSet", "Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob")
"""Read in any case, so that a pod's trouble is told of the workload that a person knows."""
_RANK = {Severity.CRITICAL: 0, Severity.WARNING: 1, Severity.INFO: 2}
_SYMPTOMS = frozenset(code for one in ANALYZERS for code in one.symptoms)
_EVIDENCE = 4
"""Pieces of evidence of a problem when `limit` asks for more than a first look."""
_RESERVED = 600
"""Bytes of an answer for its cursor, twice, for relations and JSON-RPC."""


async def k8s_find_problems(
    clusters: Clusters,
    namespace: Namespace = None,
    limit: Annotated[
        int | None, Field(ge=1, le=100, description="Problems at most, with all evidence.")
    ] = None,
    cursor: Cursor = None,
    cluster: Cluster = None,
) -> Problems:
    """Find what is wrong in a cluster or namespace and why: root causes with evidence and fixes.

    Start here; it needs no prior knowledge.
    """
    after = decode("problems", cursor, int, int, int, str, str, str) if cursor else ()
    connection = await clusters.connect(cluster)
    kinds = dict.fromkeys((*OWNERS, *(kind for one in ANALYZERS for kind in one.needs)))
    snapshot = await read_snapshot(connection, kinds, namespace)
    analysis = await analyze(snapshot, ANALYZERS, partial(fulfil, connection))
    rest = [one for one in sorted(analysis.findings, key=_key) if _key(one) > after]
    gaps = (*snapshot.coverage.gaps, *analysis.gaps)
    page = Problems(
        cluster=connection.cluster,
        total=len(analysis.findings),
        coverage=Coverage(checked=snapshot.coverage.checked, gaps=gaps),
    )
    shown = _fitting(page, rest, limit)
    return page.model_copy(
        update={
            "findings": tuple(shown),
            "relations": tuple(owners(snapshot, shown)),
            "next_cursor": encode("problems", *_key(shown[-1])) if len(shown) < len(rest) else None,
        }
    )


TOOL = Tool(k8s_find_problems, Effect.READ, "Find problems")


def _key(finding: Finding) -> tuple[int, int, int, str, str, str]:
    """Return what findings are ordered by, so that a page starts right where the last one ended.

    Causes come before what is only their symptom: a page that ends early has lost less.
    """
    affected = len(finding.members) + finding.more_members
    symptom, severity = finding.code in _SYMPTOMS, _RANK[finding.severity]
    return (symptom, severity, -affected, finding.code, str(finding.subject), finding.title)


def _fitting(page: Problems, findings: Sequence[Finding], limit: int | None) -> list[Finding]:
    """Return as many findings as a page has room for, at least one; up to the cap with a limit."""
    room = (BUDGET if limit is None else CAP) - _RESERVED
    room -= len(page.model_dump_json(exclude_none=True).encode()) + len(page.render().encode())
    shown: list[Finding] = []
    evidence = 1 if limit is None else _EVIDENCE
    for finding in (brief(one, evidence=evidence) for one in findings[:limit]):
        room -= _bytes(finding)
        if shown and room < 0:
            break
        shown.append(finding)
    return shown


def _bytes(finding: Finding) -> int:
    page = Problems(cluster="", total=1, findings=(finding,), coverage=Coverage())
    listed = page.model_dump_json(include={"findings"}, exclude_none=True)
    return len(listed.encode()) + len(page.lines(finding).encode())
