"""The tool that names what is wrong with a cluster, and why, in one call."""

from collections.abc import Sequence
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from anyio import to_thread

from clusterwright.tools.analyze import analyze
from clusterwright.tools.coverage import Coverage
from clusterwright.tools.cursor import Cursor
from clusterwright.tools.finding import Finding
from clusterwright.tools.kubernetes.analyzers import ANALYZERS
from clusterwright.tools.kubernetes.around import around, with_owner
from clusterwright.tools.kubernetes.brief import owners
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.kubernetes.parameters import Cluster, Namespace
from clusterwright.tools.kubernetes.problems import Problems
from clusterwright.tools.kubernetes.read import fulfil, read_snapshot
from clusterwright.tools.kubernetes.scan import Limit, Scan, paged
from clusterwright.tools.kubernetes.unexplained import unexplained
from clusterwright.tools.quotation import marked
from clusterwright.tools.snapshot import Snapshot
from clusterwright.tools.tool import Effect, Tool

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.connection import Connection

OWNERS = ("Pod", "ReplicaSet", "Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob")
"""Read in any case, so that a pod's trouble is told of the workload that a person knows."""
_SYMPTOMS = frozenset(code for one in ANALYZERS for code in one.symptoms)
DOMAIN = "kubernetes"


async def k8s_find_problems(
    clusters: Clusters,
    namespace: Namespace = None,
    limit: Limit = None,
    cursor: Cursor = None,
    cluster: Cluster = None,
) -> Problems:
    """Find what is wrong in a cluster or namespace and why: root causes with evidence and fixes.

    Start here; it needs no prior knowledge.
    """
    connection = await clusters.connect(cluster)
    asked = (DOMAIN, connection.cluster, namespace)
    read = partial(_scan, connection, namespace)
    return await paged(clusters, asked, read, limit=limit, cursor=cursor)


TOOL = Tool(k8s_find_problems, Effect.READ, "Find problems")


async def _scan(connection: "Connection", namespace: str | None) -> Scan:
    kinds = dict.fromkeys((*OWNERS, *(kind for one in ANALYZERS for kind in one.needs)))
    snapshot = await read_snapshot(connection, kinds, namespace)
    analysis = await analyze(snapshot, ANALYZERS, partial(fulfil, connection))
    left = unexplained(snapshot, analysis.findings)
    repaired = await to_thread.run_sync(_with_remedies, analysis.findings, snapshot)
    edges = await to_thread.run_sync(around, snapshot, (*analysis.findings, *left.findings))
    findings = [marked(one) for one in (*repaired, *left.findings)]
    gaps = (*snapshot.coverage.gaps, *analysis.gaps, *left.gaps)
    return Scan(
        DOMAIN,
        connection.cluster,
        namespace,
        tuple(findings),
        Coverage(checked=snapshot.coverage.checked, gaps=gaps),
        {one.source: one for one in owners(snapshot, findings)},
        _SYMPTOMS,
        around=edges,
    )


def _with_remedies(findings: Sequence[Finding], snapshot: Snapshot) -> list[Finding]:
    # Start-up does without them.
    made = import_module("clusterwright.tools.kubernetes.remedies.all")
    return [with_owner(made.with_remedies(one, snapshot), snapshot) for one in findings]
