"""The tool that names what is wrong with a cluster, and why, in one call."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Annotated

from anyio import to_thread
from pydantic import Field

from clusterwright.tools.analyze import analyze
from clusterwright.tools.answer import BUDGET, CAP, longest
from clusterwright.tools.coverage import Coverage
from clusterwright.tools.finding import Finding, Relation, Severity
from clusterwright.tools.kubernetes.analyzers import ANALYZERS
from clusterwright.tools.kubernetes.brief import brief, owners
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.kubernetes.cursor import decode, encode, foreign, question
from clusterwright.tools.kubernetes.parameters import Cluster, Cursor, Namespace
from clusterwright.tools.kubernetes.problems import Problems
from clusterwright.tools.kubernetes.read import fulfil, read_snapshot
from clusterwright.tools.kubernetes.unexplained import unexplained
from clusterwright.tools.quotation import marked
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot
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
"""What a cursor holds of `_key`."""
_MOST = 100
"""Problems that are tried to fit an answer; `limit` goes no further either."""


async def k8s_find_problems(
    clusters: Clusters,
    namespace: Namespace = None,
    limit: Annotated[
        int | None,
        Field(
            ge=1,
            le=_MOST,
            description="Problems at most, with all evidence and ready-made changes.",
        ),
    ] = None,
    cursor: Cursor = None,
    cluster: Cluster = None,
) -> Problems:
    """Find what is wrong in a cluster or namespace and why: root causes with evidence and fixes.

    Start here; it needs no prior knowledge.
    """
    asked, token, *after = decode("problems", cursor, str, str, *_KEY) if cursor else ("", "")
    connection = await clusters.connect(cluster)
    own = question(connection.cluster, namespace)
    if cursor and asked != own:
        raise foreign(cursor)
    scan = clusters.recent.get(str(token), _Scan)
    if scan is None or (scan.cluster, scan.namespace) != (connection.cluster, namespace):
        scan = await _scan(connection, namespace)
        token = clusters.recent.keep(scan)
    rest = [one for one in scan.findings if _key(one) > tuple(after)]
    page = partial(_page, scan, (own, str(token)), rest, _EVIDENCE if limit else 1)
    return longest(page, min(limit or _MOST, len(rest)), CAP if limit else BUDGET)


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
    left = unexplained(snapshot, analysis.findings)
    repaired = await to_thread.run_sync(_with_remedies, analysis.findings, snapshot)
    findings = [marked(one) for one in (*repaired, *left.findings)]
    gaps = (*snapshot.coverage.gaps, *analysis.gaps, *left.gaps)
    return _Scan(
        connection.cluster,
        namespace,
        tuple(sorted(findings, key=_key)),
        Coverage(checked=snapshot.coverage.checked, gaps=gaps),
        {one.source: one for one in owners(snapshot, findings)},
    )


def _with_remedies(findings: Sequence[Finding], snapshot: Snapshot) -> list[Finding]:
    # Start-up does without them.
    made = import_module("clusterwright.tools.kubernetes.remedies.all")
    return [made.with_remedies(one, snapshot) for one in findings]


def _page(
    scan: _Scan, origin: tuple[str, str], rest: Sequence[Finding], evidence: int, most: int
) -> Problems:
    """Return the page with the first findings of the rest."""
    shown = tuple(brief(one, evidence=evidence) for one in rest[:most])
    more = len(shown) < len(rest)
    return Problems(
        cluster=scan.cluster,
        total=len(scan.findings),
        findings=shown,
        relations=tuple(_owners(scan, shown)),
        coverage=scan.coverage,
        next_cursor=encode("problems", *origin, *_key(rest[most - 1])) if more else None,
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
    return (
        symptom,
        severity,
        -affected,
        finding.code,
        str(finding.subject),
        question(finding.title),
    )
