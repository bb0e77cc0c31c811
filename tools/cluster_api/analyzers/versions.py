"""Versions of Kubernetes that do not go together within one cluster."""

from collections.abc import Iterable, Iterator

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.cluster_api.condition import condition_of
from clusterwright.tools.cluster_api.estate import (
    CLUSTER,
    MACHINE,
    Estate,
    estate_of,
    is_control_plane,
    pool_of,
)
from clusterwright.tools.cluster_api.version import KUBELET_MINORS, Version
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.finding import Edge, FieldEvidence, Finding, Relation, Severity
from clusterwright.tools.manifest import Manifest, text
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

CODE = "cluster/version-skew"


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    for cluster in estate.clusters:
        leaving = text(cluster, "metadata", "deletionTimestamp")
        if not leaving and not estate.at_rest(cluster):
            yield from _of_cluster(estate, cluster)


def _of_cluster(estate: Estate, cluster: Manifest) -> Iterator[Suspicion]:
    found = estate.of(MACHINE, cluster)
    own = [(_minor(one), one) for one in found if is_control_plane(one)]
    planes = [(minor, one) for minor, one in own if minor is not None]
    if not planes:
        return
    least, oldest = min(planes, key=lambda one: one[0])
    most, newest = max(planes, key=lambda one: one[0])
    for machine in found:
        minor = _minor(machine)
        if minor is None or is_control_plane(machine) or _goes(machine):
            continue
        newer, older = minor > least, most[1] - minor[1] > KUBELET_MINORS and most[0] == minor[0]
        if newer or older:
            against = oldest if newer else newest
            yield Suspicion(_finding(cluster, machine, against, newer=newer))


def _minor(machine: Manifest) -> tuple[int, int] | None:
    found = Version.of(_running(machine))
    return (found.major, found.minor) if found else None


def _running(machine: Manifest) -> str:
    """Return the version that runs, which an upgrade changes later than what is asked for."""
    return text(machine, "status", "nodeInfo", "kubeletVersion") or text(machine, "spec", "version")


def _path(machine: Manifest) -> str:
    known = text(machine, "status", "nodeInfo", "kubeletVersion")
    return "$.status.nodeInfo.kubeletVersion" if known else "$.spec.version"


def _goes(machine: Manifest) -> bool:
    changing = condition_of(machine, "UpToDate")
    replaced = changing is not None and changing.status == "False"  # a rollout is at it
    return replaced or bool(text(machine, "metadata", "deletionTimestamp"))


def _finding(cluster: Manifest, machine: Manifest, plane: Manifest, *, newer: bool) -> Finding:
    has, other = (word(one_line(_running(one), 60)) for one in (machine, plane))
    ours = (
        f"Nodes run {has}, newer than an API server of {other}"
        if newer
        else f"Nodes run {has}, more than {KUBELET_MINORS} minors behind the API server's {other}"
    )
    pool = pool_of(machine)
    return Finding(
        code=CODE,
        severity=Severity.WARNING,
        subject=Ref.of(cluster),
        title=ours,
        evidence=(
            FieldEvidence(ref=Ref.of(machine), path=_path(machine), value=has),
            FieldEvidence(ref=Ref.of(plane), path=_path(plane), value=other),
        ),
        members=(Ref.of(machine),),
        relations=(
            Relation(source=Ref.of(machine), edge=Edge.OWNED_BY, target=pool),
            Relation(source=pool, edge=Edge.OWNED_BY, target=Ref.of(cluster)),
        ),
        fixes=(
            "Upgrade the control plane first."
            if newer
            else "Upgrade the pool, a minor at a time, before the control plane goes on.",
        ),
    )


VERSIONS = Analyzer("versions", (CODE,), (CLUSTER, MACHINE), _detect)
