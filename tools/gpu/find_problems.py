"""The tool that names what is wrong with accelerators, from PCI labels to the pods that wait."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from anyio import to_thread

from clusterwright.tools.analyze import Analysis, analyze
from clusterwright.tools.coverage import Coverage, Gap
from clusterwright.tools.cursor import Cursor
from clusterwright.tools.gpu.analyzers import ANALYZERS
from clusterwright.tools.gpu.analyzers.joins import joins
from clusterwright.tools.gpu.analyzers.operator_state import under_way
from clusterwright.tools.gpu.estate import Estate
from clusterwright.tools.gpu.read import OWNERS, read_estate
from clusterwright.tools.gpu.unexplained import unexplained
from clusterwright.tools.gpu.within import within
from clusterwright.tools.kubernetes.brief import owners
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.kubernetes.parameters import Cluster, Namespace
from clusterwright.tools.kubernetes.problems import Problems
from clusterwright.tools.kubernetes.read import fulfil
from clusterwright.tools.kubernetes.scan import Limit, Scan, paged
from clusterwright.tools.quotation import marked
from clusterwright.tools.ref import Ref
from clusterwright.tools.tool import Effect, Tool

if TYPE_CHECKING:
    from clusterwright.tools.kubernetes.client.connection import Connection

DOMAIN = "gpu"
_MORE = (*OWNERS, "RuntimeClass")


async def gpu_find_problems(
    clusters: Clusters,
    namespace: Namespace = None,
    limit: Limit = None,
    cursor: Cursor = None,
    cluster: Cluster = None,
) -> Problems:
    """Find what keeps GPUs from pods and why: drivers, operators, MIG, DRA, queues, hardware.

    Start here; each node is told at its first broken stage.
    """
    connection = await clusters.connect(cluster)
    asked = (DOMAIN, connection.cluster, namespace)
    read = partial(_scan, connection, namespace)
    return await paged(clusters, asked, read, limit=limit, cursor=cursor)


TOOL = Tool(gpu_find_problems, Effect.READ, "Find problems of GPUs")


async def _scan(connection: "Connection", namespace: str | None) -> Scan:
    estate = await read_estate(connection, namespace, _MORE)
    analysis = await analyze(estate, ANALYZERS, partial(fulfil, connection))
    return await to_thread.run_sync(_joined, estate, analysis)


def _joined(estate: Estate, analysis: Analysis) -> Scan:
    findings = tuple(marked(one) for one in within(estate, analysis.findings))
    gaps = (*estate.coverage.gaps, *analysis.gaps, *_under_way(estate))
    return Scan(
        DOMAIN,
        estate.cluster,
        estate.namespace or None,
        findings,
        Coverage(
            checked=estate.coverage.checked,
            gaps=(*gaps, *unexplained(estate, findings)),
        ),
        {one.source: one for one in owners(estate, findings)},
        joins=joins(estate, findings),
    )


def _under_way(estate: Estate) -> Iterator[Gap]:
    """Yield the operators that are at work: how that ends is not known."""
    for one in under_way(estate):
        yield Gap(what=str(Ref.of(one)), reason="not ready yet, and may be at work")
