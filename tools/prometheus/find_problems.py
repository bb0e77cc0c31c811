"""The tool that names what metrics tell is wrong: of monitoring itself, of GPUs, of the cluster."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from clusterwright.tools.analyze import Fulfil, analyze
from clusterwright.tools.analyzer import Fulfilled, Request
from clusterwright.tools.coverage import Coverage
from clusterwright.tools.cursor import Cursor
from clusterwright.tools.finding import Finding, MetricEvidence
from clusterwright.tools.kubernetes.brief import owners
from clusterwright.tools.kubernetes.parameters import Cluster, Namespace
from clusterwright.tools.kubernetes.problems import Problems
from clusterwright.tools.kubernetes.read import fulfil
from clusterwright.tools.kubernetes.scan import Limit, Scan, paged
from clusterwright.tools.prometheus.analyzers import ANALYZERS
from clusterwright.tools.prometheus.analyzers.alerts import KIND, namespace_of
from clusterwright.tools.prometheus.monitoring import Monitoring
from clusterwright.tools.prometheus.parameters import Backend
from clusterwright.tools.prometheus.read import read_estate
from clusterwright.tools.quotation import marked
from clusterwright.tools.tool import Effect, Tool

if TYPE_CHECKING:
    from clusterwright.tools.prometheus.monitoring import Reach
    from clusterwright.tools.ref import Ref

DOMAIN = "prometheus"
_SYMPTOMS = frozenset(code for one in ANALYZERS for code in one.symptoms)


async def prom_find_problems(
    monitoring: Monitoring,
    namespace: Namespace = None,
    limit: Limit = None,
    cursor: Cursor = None,
    backend: Backend = None,
    cluster: Cluster = None,
) -> Problems:
    """Find what metrics tell is wrong: scraping, rules, alerting, storage, GPUs, limits, volumes.

    Start here; alerts that fire are told with the objects they are about.
    """
    reach = await monitoring.reach(cluster, backend, of_several=True)
    asked = (f"{DOMAIN}/{reach.backend.name}", reach.cluster, namespace)
    read = partial(_scan, reach, asked, namespace)
    return await paged(monitoring.clusters, asked, read, limit=limit, cursor=cursor)


TOOL = Tool(prom_find_problems, Effect.READ, "Find problems that metrics tell")


async def _scan(reach: "Reach", asked: tuple[str, str, str | None], namespace: str | None) -> Scan:
    estate = await read_estate(reach, namespace=namespace)
    analysis = await analyze(estate, ANALYZERS, _fulfil(reach))
    findings = tuple(_within(namespace, (marked(one) for one in analysis.findings)))
    return Scan(
        asked[0],
        reach.cluster,
        namespace,
        findings,
        Coverage(
            checked=estate.coverage.checked,
            gaps=(*estate.coverage.gaps, *analysis.gaps, *reach.not_asked),
        ),
        {one.source: one for one in owners(estate, findings)},
        _SYMPTOMS,
    )


def _fulfil(reach: "Reach") -> Fulfil:
    if reach.connection is not None:
        return partial(fulfil, reach.connection)

    async def nothing(_requests: Sequence[Request]) -> Fulfilled:
        return Fulfilled()

    return nothing


def _within(namespace: str | None, findings: Iterator[Finding]) -> Iterator[Finding]:
    """Yield the findings about a namespace: their subject, or what they are about, is in it."""
    for one in findings:
        refs: tuple[Ref, ...] = (one.subject, *one.members, *(r.target for r in one.relations))
        named = any(ref.namespace == namespace for ref in refs)
        if not namespace or named or _fires_in(one, namespace):
            yield one


def _fires_in(finding: Finding, namespace: str) -> bool:
    """Return whether it is an alert whose labels name the namespace, with or without an object."""
    return finding.subject.kind == KIND and any(
        isinstance(one, MetricEvidence) and namespace_of(one.labels) == namespace
        for one in finding.evidence
    )
