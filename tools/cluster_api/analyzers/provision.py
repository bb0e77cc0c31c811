"""What providers cannot make: the infrastructure of a Cluster, or machines of its pools.

A cause that holds for a whole Cluster is told once, on the Cluster; the machines that show it are
its members.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from clusterwright.tools.analyzer import (
    Analyzer,
    EventRequest,
    Fulfilled,
    ReadRequest,
    Suspicion,
)
from clusterwright.tools.cluster_api.analyzers.fleet import Suspected, by_class
from clusterwright.tools.cluster_api.analyzers.silence import silent, silent_cluster, spoken
from clusterwright.tools.cluster_api.analyzers.told import alike, chain, proof_of, titled
from clusterwright.tools.cluster_api.cause import Cause, below, of_layers
from clusterwright.tools.cluster_api.estate import (
    CLUSTER,
    MACHINE,
    POOL,
    Estate,
    by_name,
    estate_of,
    pool_of,
)
from clusterwright.tools.cluster_api.patience import late, wrong
from clusterwright.tools.cluster_api.providers import Fault
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.finding import Edge, Finding, Relation, Severity
from clusterwright.tools.manifest import Manifest, name_of, text
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

NOT_MADE, NOT_CREATED = "cluster/infrastructure-failed", "machine/not-created"
_OF_CLUSTER: Mapping[Fault, str] = {
    Fault.CREDENTIAL: "cluster/credential-rejected",
    Fault.QUOTA: "cluster/quota-exceeded",
    Fault.NETWORK: "cluster/network-failed",
}
_OF_MACHINE: Mapping[Fault, str] = {
    Fault.CREDENTIAL: "machine/credential-rejected",
    Fault.QUOTA: "machine/quota-exceeded",
    Fault.CAPACITY: "machine/no-capacity",
    Fault.SIZE: "machine/size-unknown",
    Fault.IMAGE: "machine/image-missing",
    Fault.NETWORK: "machine/network-failed",
    Fault.BOOTSTRAP: "machine/bootstrap-failed",
    Fault.HOST: "machine/no-host",
    Fault.GONE: "machine/instance-gone",
}


@dataclass(frozen=True, slots=True, eq=False)
class _Sick:
    """A Machine and why it is not made."""

    machine: Manifest
    cause: Cause

    @property
    def pool(self) -> Ref:
        return pool_of(self.machine)


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    yield from by_class(one for cluster in estate.clusters for one in _of_cluster(estate, cluster))
    known = {Ref.of(one) for one in estate.clusters}
    for machine in snapshot.of_kind(MACHINE):  # of a Cluster that was not read
        cluster = estate.cluster_of(machine)
        if cluster is None or Ref.of(cluster) not in known:
            yield from (_on_pool(estate, one) for one in _sick(estate, [machine]))


def _of_cluster(estate: Estate, cluster: Manifest) -> Iterator[Suspected]:
    if estate.at_rest(cluster) or text(cluster, "metadata", "deletionTimestamp"):
        return
    machines = [*by_name(estate.of(MACHINE, cluster)), *by_name(estate.of(POOL, cluster))]
    top, found = of_layers(estate, cluster), list(_sick(estate, machines))
    if top is not None and wrong(top, estate.snapshot.now):
        same = [one for one in found if _same(one.cause, top)]
        found = [one for one in found if not _same(one.cause, top)]
        yield cluster, _on_cluster(estate, cluster, top, same)
    elif top is None:
        yield from ((cluster, one) for one in silent_cluster(estate, cluster))
    for cause, group in _whole(found):
        found = [one for one in found if one not in group]
        yield cluster, _on_cluster(estate, cluster, cause, group)
    for one in found:
        yield cluster, _on_pool(estate, one)
    for machine in machines:
        yield from ((cluster, one) for one in silent(estate, machine))


def _sick(estate: Estate, machines: Iterable[Manifest]) -> Iterator[_Sick]:
    for machine in machines:
        if text(machine, "metadata", "deletionTimestamp") or estate.at_rest(machine):
            continue
        cause = below(estate, machine)
        if cause is not None and wrong(cause, estate.snapshot.now):
            yield _Sick(machine, cause)


def _same(cause: Cause, top: Cause) -> bool:
    """Return whether a machine's cause is that of its Cluster."""
    return cause.ref == top.ref or (cause.fault is not None and cause.fault is top.fault)


def _whole(found: Sequence[_Sick]) -> Iterator[tuple[Cause, list[_Sick]]]:
    """Yield what holds for a whole Cluster, with the machines that show it.

    That is what a table says of the identity of a Cluster, and a quota or network that fails the
    machines of several pools.
    """
    for fault in _OF_CLUSTER:
        group = [one for one in found if one.cause.fault is fault]
        whole = [one for one in group if one.cause.row and one.cause.row.whole]
        if whole:
            yield whole[0].cause, group
        elif len({one.pool for one in group}) > 1 and fault is not Fault.CREDENTIAL:
            yield group[0].cause, group


def _on_cluster(
    estate: Estate, cluster: Manifest, cause: Cause, sick: Sequence[_Sick]
) -> Suspicion:
    members = tuple(Ref.of(one.machine) for one in sick)
    edges = (edge for one in sick for edge in chain(estate, one.machine))
    uses = Relation(source=Ref.of(cluster), edge=Edge.USES, target=cause.ref)
    fault = cause.fault
    finding = Finding(
        code=_OF_CLUSTER.get(fault, NOT_MADE) if fault else NOT_MADE,
        severity=Severity.CRITICAL,
        subject=Ref.of(cluster),
        title=_title(estate, cause),
        evidence=proof_of(cause),
        since=cause.since,
        members=members,
        relations=(uses, *dict.fromkeys(edges)),
        fixes=(_do(cause, "Change what the provider's message names, in the Cluster's topology."),),
    )
    return Suspicion(finding, _again(cause, sick[0].machine if sick else cluster))


def _on_pool(estate: Estate, one: _Sick) -> Suspicion:
    cause, machine = one.cause, one.machine
    fault = cause.fault
    uses = Relation(source=Ref.of(machine), edge=Edge.USES, target=cause.ref)
    generic = "Change what the provider's message names: size, region, image, quota, identity."
    finding = Finding(
        code=_OF_MACHINE.get(fault, NOT_CREATED) if fault else NOT_CREATED,
        severity=Severity.WARNING,
        subject=one.pool,
        title=_title(estate, cause, (name_of(machine), "Machine")),
        evidence=proof_of(cause),
        since=cause.since,
        members=(Ref.of(machine),),
        relations=(*chain(estate, machine), uses),
        fixes=(_do(cause, generic),),
    )
    return Suspicion(finding, _again(cause, machine))


def _again(cause: Cause, owner: Manifest) -> tuple[ReadRequest, ...]:
    """Ask for both ends of a reference that leads nowhere; they were not listed at one moment."""
    return (ReadRequest(cause.ref), ReadRequest(Ref.of(owner))) if cause.is_absence else ()


def _title(estate: Estate, cause: Cause, *named: tuple[str, str]) -> str:
    message = alike(cause.message, (cause.ref.name, cause.ref.kind), *named)
    overdue = cause.waiting and late(cause, estate.snapshot.now)
    said = f"{cause.ref.kind} {word(cause.condition)} {word(one_line(cause.reason, 60))}"
    return titled(f"{said} for longer than usual" if overdue else said, message)


def _do(cause: Cause, generic: str) -> str:
    return cause.row.do if cause.row else generic


def _refine(suspicion: Suspicion, fulfilled: Fulfilled) -> Finding | None:
    """Drop what is not so any more; say what events say where conditions say nothing."""
    reads = [one for one in suspicion.requests if isinstance(one, ReadRequest)]
    if reads:
        target, owner = fulfilled.objects.get(reads[0]), fulfilled.objects.get(reads[1], {})
        goes = owner is None or text(owner, "metadata", "deletionTimestamp")
        return None if goes or target is not None else suspicion.finding
    asked = [one for one in suspicion.requests if isinstance(one, EventRequest)]
    if not asked:
        return suspicion.finding
    whole = suspicion.finding.code == NOT_MADE
    return spoken(suspicion.finding, asked[0], fulfilled, _OF_CLUSTER if whole else _OF_MACHINE)


PROVISION = Analyzer(
    "provision",
    (NOT_MADE, *_OF_CLUSTER.values(), NOT_CREATED, *_OF_MACHINE.values()),
    (CLUSTER, MACHINE, POOL),
    _detect,
    _refine,
)
