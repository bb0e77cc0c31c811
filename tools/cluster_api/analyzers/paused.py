"""Clusters that are paused and of which something was asked since: it waits for their release.

A Cluster that is paused and has all that was asked of it is at rest on purpose.
"""

from collections.abc import Iterable, Iterator, Sequence

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.cluster_api.condition import condition_of
from clusterwright.tools.cluster_api.estate import (
    CLUSTER,
    CORE,
    DEPLOYMENT,
    Estate,
    by_name,
    estate_of,
    paused,
)
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.finding import Edge, FieldEvidence, Finding, Relation, Severity
from clusterwright.tools.manifest import Manifest, dig, items, labels_of, mapping, name_of, text
from clusterwright.tools.quotation import quoted
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

CODE = "cluster/paused-with-changes"
_TOPOLOGY_NAME = f"topology.{CORE}/deployment-name"


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    for cluster in estate.clusters:
        pending = tuple(_pending(estate, cluster)) if paused(cluster) else ()
        if pending:
            yield Suspicion(_finding(cluster, pending))


def _finding(cluster: Manifest, pending: Sequence[FieldEvidence]) -> Finding:
    ref = Ref.of(cluster)
    told = condition_of(cluster, "Paused")
    annotated = "cluster.x-k8s.io/paused" in mapping(cluster, "metadata", "annotations")
    path = "$.metadata.annotations['cluster.x-k8s.io/paused']" if annotated else "$.spec.paused"
    is_paused = FieldEvidence(ref=ref, path=path, value="present" if annotated else "true")
    others = dict.fromkeys(one.ref for one in pending if one.ref != ref)
    more = f", with {len(pending) - 1} more" if len(pending) > 1 else ""
    return Finding(
        code=CODE,
        severity=Severity.WARNING,
        subject=ref,
        title=f"It is paused, and a change waits{more}: {quoted(pending[0].value)}",
        evidence=(is_paused, *pending),
        since=told.since if told else None,
        relations=tuple(Relation(source=ref, edge=Edge.USES, target=one) for one in others),
        fixes=(
            "Find who paused it and why; then set spec.paused to false, or remove the annotation.",
        ),
    )


def _pending(estate: Estate, cluster: Manifest) -> Iterator[FieldEvidence]:
    """Yield what a Cluster asks for and its control plane and pools do not have yet."""
    if text(cluster, "metadata", "deletionTimestamp"):
        return  # told as a deletion that does not end
    topology = mapping(cluster, "spec", "topology")
    _, plane = estate.referred(cluster, "spec", "controlPlaneRef")
    pools = by_name(estate.of(DEPLOYMENT, cluster))
    if topology:
        if plane is not None:
            version = text(topology, "version")
            yield from _differs(plane, "version", version, text(plane, "spec", "version"))
            asked = dig(topology, "controlPlane", "replicas")
            yield from _differs(plane, "replicas", asked, dig(plane, "spec", "replicas"))
        yield from _pools(cluster, pools)
    for one in (*([plane] if plane is not None else []), *pools):
        asked, has = dig(one, "spec", "replicas"), dig(one, "status", "replicas")
        yield from _differs(one, "replicas", asked, has)


def _pools(cluster: Manifest, pools: list[Manifest]) -> Iterator[FieldEvidence]:
    known = {labels_of(one).get(_TOPOLOGY_NAME, ""): one for one in pools}
    for wanted in items(cluster, "spec", "topology", "workers", "machineDeployments"):
        pool = known.get(text(wanted, "name"))
        if pool is None:
            value = f"pool {text(wanted, 'name') or '?'} is asked for and does not exist"
            path = "$.spec.topology.workers.machineDeployments"
            yield FieldEvidence(ref=Ref.of(cluster), path=path, value=one_line(value, 160))
        else:
            has = dig(pool, "spec", "replicas")
            yield from _differs(pool, "replicas", wanted.get("replicas"), has)


def _differs(one: Manifest, field: str, asked: object, has: object) -> Iterator[FieldEvidence]:
    """Yield a field of which something else is asked than is there; both must be known."""
    plain = isinstance(asked, (str, int)) and isinstance(has, (str, int)) and asked and has != ""
    if (plain or (asked == 0 and has)) and asked != has:
        value = f"{name_of(one)}: {field} {asked} asked, {has} there"
        yield FieldEvidence(ref=Ref.of(one), path=f"$.spec.{field}", value=one_line(value, 160))


PAUSED = Analyzer("paused", (CODE,), (CLUSTER, DEPLOYMENT), _detect)
