"""The tool that names what is wrong with releases, from their records and what stands of them."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from clusterwright.tools.analyze import analyze
from clusterwright.tools.coverage import Coverage, Gap
from clusterwright.tools.cursor import Cursor
from clusterwright.tools.finding import Finding, Relation
from clusterwright.tools.helm.analyzers import ANALYZERS
from clusterwright.tools.helm.analyzers.about import released
from clusterwright.tools.helm.estate import WORKLOADS, Estate
from clusterwright.tools.helm.read import read_estate
from clusterwright.tools.helm.ready import ready
from clusterwright.tools.kubernetes.brief import owners
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.kubernetes.parameters import Cluster, Namespace
from clusterwright.tools.kubernetes.problems import Problems
from clusterwright.tools.kubernetes.read import fulfil
from clusterwright.tools.kubernetes.scan import Limit, Scan, paged
from clusterwright.tools.kubernetes.state.state import span
from clusterwright.tools.quotation import marked
from clusterwright.tools.ref import Ref
from clusterwright.tools.tool import Effect, Tool

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.connection import Connection

DOMAIN = "helm"
_MOST_WORKLOADS = 20
"""Workloads of one release that an answer joins to it."""


async def helm_find_problems(
    clusters: Clusters,
    namespace: Namespace = None,
    limit: Limit = None,
    cursor: Cursor = None,
    cluster: Cluster = None,
) -> Problems:
    """Find what is wrong with Helm releases and why: locks, failures, hooks, images, drift.

    Start here; it reads the releases' own records.
    """
    connection = await clusters.connect(cluster)
    asked = (DOMAIN, connection.cluster, namespace)
    read = partial(_scan, connection, namespace)
    return await paged(clusters, asked, read, limit=limit, cursor=cursor)


TOOL = Tool(helm_find_problems, Effect.READ, "Find problems of Helm releases")


async def _scan(connection: "Connection", namespace: str | None) -> Scan:
    estate = await read_estate(connection, namespace)
    analysis = await analyze(estate, ANALYZERS, partial(fulfil, connection))
    findings = tuple(marked(one) for one in analysis.findings)
    gaps = (*estate.coverage.gaps, *analysis.gaps, *_under_way(estate, findings))
    return Scan(
        DOMAIN,
        connection.cluster,
        namespace,
        findings,
        Coverage(checked=estate.coverage.checked, gaps=gaps),
        {one.source: one for one in owners(estate, findings)},
        joins={one.subject: _joins(estate, one.subject) for one in findings},
    )


def _under_way(estate: Estate, findings: tuple[Finding, ...]) -> Iterator[Gap]:
    """Yield the releases that are pending and may be at work yet: how they end is not known."""
    told = {one.subject for one in findings}
    for standing in estate.standings:
        newest = standing.newest
        if newest.status.pending and standing.ref not in told:
            since = f" since {span(estate.now - standing.began)}" if standing.began else ""
            why = f"revision {newest.number} is {newest.status}{since}, and may be at work yet"
            yield Gap(what=str(standing.ref), reason=why)


def _joins(estate: Estate, release: Ref) -> tuple[Relation, ...]:
    """Return the edges from workloads that are not well to the release that they are of."""
    unwell = [
        Ref.of(one)
        for one in estate.live_of(release)
        if one["kind"] in WORKLOADS and not ready(one)
    ]
    return released(tuple(sorted(unwell)[:_MOST_WORKLOADS]), release)
