"""Which edges the page of a scan tells beside its findings."""

import pytest

from clusterwright.tools.coverage import Coverage
from clusterwright.tools.finding import Edge, FieldEvidence, Finding, Relation, Severity
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.kubernetes.scan import Scan, paged
from clusterwright.tools.ref import Ref

pytestmark = pytest.mark.anyio
RELEASE, WORKLOAD = Ref("HelmRelease", "cart", "shop"), Ref("Deployment", "cart", "shop")
JOIN = Relation(source=WORKLOAD, edge=Edge.RELEASED_BY, target=RELEASE)


def told(subject: Ref) -> Finding:
    evidence = FieldEvidence(ref=subject, path="$.x", value="y")
    return Finding(
        code="release/failed",
        severity=Severity.WARNING,
        subject=subject,
        title="it failed",
        evidence=(evidence,),
    )


async def test_objects_are_joined_to_the_subjects_of_the_findings_on_a_page() -> None:
    other = Ref("HelmRelease", "other", "shop")

    async def scan() -> Scan:
        findings = (told(RELEASE), told(other))
        joins = {RELEASE: (JOIN, JOIN)}
        return Scan("helm", "test", None, findings, Coverage(), {}, joins=joins)

    clusters = Clusters()
    first = await paged(clusters, ("helm", "test", None), scan, limit=1, cursor=None)
    assert first.relations == (JOIN,)
    second = await paged(clusters, ("helm", "test", None), scan, limit=1, cursor=first.next_cursor)
    assert [one.subject for one in second.findings] == [other]
    assert second.relations == ()
