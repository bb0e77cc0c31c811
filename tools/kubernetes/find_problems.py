"""The tool that names what is wrong with a cluster, and why, in one call."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from clusterwright.tools.analyze import analyze
from clusterwright.tools.answer import BUDGET, CAP
from clusterwright.tools.coverage import Coverage
from clusterwright.tools.finding import Finding, Relation, Severity
from clusterwright.tools.kubernetes.analyzers import ANALYZERS
from clusterwright.tools.kubernetes.brief import brief, owners
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.kubernetes.cursor import decode, encode
from clusterwright.tools.kubernetes.parameters import Cluster, Cursor, Namespace
from clusterwright.tools.kubernetes.problems import Problems
from clusterwright.tools.kubernetes.read import fulfil, read_snapshot
from clusterwright.tools.ref import Ref
from clusterwright.tools.tool import Effect, Tool

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.connection import Connection

OWNERS = ("Pod", "ReplicaSet", "Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob")
"""Read in any case, so that a pod's trouble is told of the workload that a person knows."""
_RANK = {Severity.CRITICAL: 0, Severity.WARNING: 1, Severity.INFO: 2}
_SYMPTOMS = frozenset(code for one in ANALYZERS for code in one.symptoms)
_EVIDENCE = 4
"""Pieces of evidence of a problem when `limit` asks for more than a first look."""
_KEY = (int, int, int, str, str, str)
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
    token, *after = decode("problems", cursor, str, *_KEY) if cursor else ("",)
    connection = await clusters.connect(cluster)
    scan = clusters.recent.get(str(token), _Scan)
    if scan is None or (scan.cluster, scan.namespace) != (connection.cluster, namespace):
        scan = await _scan(connection, namespace)
        token = ""
    rest = [one for one in scan.findings if _key(one) > tuple(after)]
    page = Problems(cluster=connection.cluster, total=len(scan.findings), coverage=scan.coverage)
    shown = _fitting(page, rest, limit)
    next_cursor = None
    if len(shown) < len(rest):
        token = token or clusters.recent.keep(scan)
        next_cursor = encode("problems", token, *_key(shown[-1]))
    return page.model_copy(
        update={
            "findings": tuple(shown),
            "relations": tuple(_owners(scan, shown)),
            "next_cursor": next_cursor,
        }
    )


TOOL = Tool(k8s_find_problems, Effect.READ, "Find problems")


@dataclass(frozen=True, slots=True)
class _Scan:
    """All that was found at one moment; every page of an answer is a piece of it."""

    cluster: str
    namespace: str | None
    findings: tuple[Finding, ...]
    coverage: Coverage
    owners: Mapping[Ref, Relation]
    """Of what the findings point at."""


async def _scan(connection: "Connection", namespace: str | None) -> _Scan:
    kinds = dict.fromkeys((*OWNERS, *(kind for one in ANALYZERS for kind in one.needs)))
    snapshot = await read_snapshot(connection, kinds, namespace)
    analysis = await analyze(snapshot, ANALYZERS, partial(fulfil, connection))
    gaps = (*snapshot.coverage.gaps, *analysis.gaps)
    return _Scan(
        connection.cluster,
        namespace,
        tuple(sorted(analysis.findings, key=_key)),
        Coverage(checked=snapshot.coverage.checked, gaps=gaps),
        {one.source: one for one in owners(snapshot, analysis.findings)},
    )


def _owners(scan: _Scan, shown: Iterable[Finding]) -> Iterator[Relation]:
    """Yield the edges from what the findings shown point at to the workloads that own it."""
    targets = dict.fromkeys(one.target for finding in shown for one in finding.relations)
    yield from (scan.owners[target] for target in targets if target in scan.owners)


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
