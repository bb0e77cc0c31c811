"""The tool that names what is wrong with workload clusters, as their management cluster sees it."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from anyio import to_thread

from clusterwright.tools.analyze import analyze
from clusterwright.tools.cluster_api.across import Across
from clusterwright.tools.cluster_api.analyzers import ANALYZERS
from clusterwright.tools.cluster_api.estate import KINDS
from clusterwright.tools.cluster_api.fulfil import fulfil, read_workloads
from clusterwright.tools.cluster_api.k0rdent.made import ownership
from clusterwright.tools.cluster_api.read import read_estate
from clusterwright.tools.coverage import Coverage
from clusterwright.tools.cursor import Cursor
from clusterwright.tools.kubernetes.brief import owners
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.kubernetes.parameters import Cluster, Namespace
from clusterwright.tools.kubernetes.problems import Problems
from clusterwright.tools.kubernetes.scan import Limit, Scan, paged
from clusterwright.tools.quotation import marked
from clusterwright.tools.tool import Effect, Tool

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.connection import Connection
    from clusterwright.tools.snapshot import Snapshot

DOMAIN = "cluster_api"


async def capi_find_problems(
    clusters: Clusters,
    namespace: Namespace = None,
    limit: Limit = None,
    cursor: Cursor = None,
    cluster: Cluster = None,
) -> Problems:
    """Find what is wrong with workload clusters and why: the cause that the lowest layer gave.

    Start here; it reads a management cluster once.
    """
    connection = await clusters.connect(cluster)
    asked = (DOMAIN, connection.cluster, namespace)
    read = partial(_scan, clusters, connection, namespace, cluster)
    return await paged(clusters, asked, read, limit=limit, cursor=cursor)


TOOL = Tool(capi_find_problems, Effect.READ, "Find problems of workload clusters")


async def _scan(
    clusters: Clusters, connection: "Connection", namespace: str | None, asked: str | None
) -> Scan:
    estate = await read_estate(connection, namespace)
    snapshot = estate.snapshot
    analysis = await analyze(snapshot, ANALYZERS, partial(fulfil, clusters, connection))
    findings = tuple(marked(one) for one in analysis.findings)
    across = Across(estate, asked)
    there = await read_workloads(clusters, connection, across.wanted(findings))
    joins = await to_thread.run_sync(replace(across, workloads=there).joins, findings)
    gaps = (*snapshot.coverage.gaps, *analysis.gaps)
    return Scan(
        DOMAIN,
        connection.cluster,
        namespace,
        findings,
        Coverage(checked=checked(snapshot), gaps=gaps),
        {one.source: one for one in (*owners(snapshot, findings), *ownership(snapshot))},
        around=joins,
    )


def checked(snapshot: "Snapshot") -> dict[str, int]:
    """Return how many objects were read of each kind; most that discovery finds have none.

    The kinds of Cluster API itself are named in any case: that there is no Machine tells something.
    """
    found = snapshot.coverage.checked
    return {kind: number for kind, number in found.items() if number or kind in KINDS}
