"""Proofs that a workload cluster is as it was asked to be: its machines tell, one by one."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from math import ceil

from clusterwright.tools.cluster_api.cause import of_cluster, of_machine
from clusterwright.tools.cluster_api.condition import condition_of
from clusterwright.tools.cluster_api.estate import (
    CORE,
    DEPLOYMENT,
    MACHINE,
    POOL,
    Estate,
    by_name,
    class_of,
    paused,
)
from clusterwright.tools.cluster_api.machine_pool import is_bare, upgraded
from clusterwright.tools.cluster_api.strategy import strategy_of
from clusterwright.tools.cluster_api.version_spelling import alike
from clusterwright.tools.excerpt import few, one_line
from clusterwright.tools.kubernetes.changes.step import (
    Check,
    Failed,
    Listing,
    Met,
    Pending,
    Verdict,
)
from clusterwright.tools.kubernetes.changes.workload_cluster import (
    judge_machines,
    judge_reconciled,
    judge_seen,
)
from clusterwright.tools.manifest import (
    Manifest,
    dig,
    items,
    labels_of,
    mapping,
    name_of,
    number,
    text,
)
from clusterwright.tools.quotation import quoted, word
from clusterwright.tools.ref import Ref, group_of
from clusterwright.tools.snapshot import Snapshot

_LABEL, _OF_POOL = f"{CORE}/cluster-name", f"{CORE}/deployment-name"
_OF_EACH_MACHINE = frozenset({"WorkerMachinesUpToDate", "RollingOut"})
"""What a Cluster tells of its machines, some of which wait to be deleted by hand (OnDelete)."""
_SECONDS, _SECONDS_EACH = 900.0, 300.0
"""For a cluster to settle, and for each machine that waits for the one before it."""


def settled(
    estate: Estate, cluster: Manifest, ref: Ref, *, version: str = "", in_turn: int = 0
) -> Check:
    """Return the check that a cluster is as its spec says, down to each machine.

    `version` is that which every machine must run, where it is to change. `in_turn` is how many
    machines are replaced one after the other, for which it takes longer.
    """
    kinds = [*_kinds(estate, cluster)]
    labels = f"{_LABEL}={ref.name}"
    told = f", and every machine runs {version}" if version else ""
    pools = (one for kind in (DEPLOYMENT, POOL) for one in by_name(estate.of(kind, cluster)))
    by_hand = few([name_of(one) for one in pools if strategy_of(one, 0).on_delete])
    told += f", but for machines of {by_hand}, which are replaced by hand" if by_hand else ""
    return Check(
        f"{ref} is reconciled and Available, its machines are up to date and as many as asked"
        f" for{told}",
        ref,
        partial(_settled, estate.snapshot, version),
        tuple(Listing(kind, ref.namespace, labels) for kind in dict.fromkeys(kinds)),
        _SECONDS + _SECONDS_EACH * in_turn,
    )


def in_turn(machines: int, surge: int) -> int:
    """Return how many replacements follow each other."""
    return ceil(machines / max(1, surge))


def _kinds(estate: Estate, cluster: Manifest) -> Iterator[str]:
    """Yield the kinds that a cluster consists of: its own, and those of its providers."""
    yield from (DEPLOYMENT, MACHINE)
    if estate.of(POOL, cluster):
        yield POOL
    references = [mapping(cluster, "spec", one) for one in ("controlPlaneRef", "infrastructureRef")]
    references += [
        mapping(one, "spec", "template", "spec", "infrastructureRef")
        for one in estate.of(DEPLOYMENT, cluster)
    ]
    found = estate.snapshot.get(made_of) if (made_of := class_of(cluster)) else None
    references += list(_templates(found or {}))
    for one in references:
        kind = text(one, "kind").removesuffix("Template")
        group = text(one, "apiGroup") or group_of(text(one, "apiVersion"))
        if kind and group:
            yield f"{kind}.{group}"


def _templates(found: Manifest) -> Iterator[Manifest]:
    """Yield what a ClusterClass refers to, in either version of its API."""
    spec = mapping(found, "spec")
    workers = mapping(spec, "workers")
    parts = [
        spec.get("infrastructure"),
        spec.get("controlPlane"),
        dig(spec, "controlPlane", "machineInfrastructure"),
        *(dig(one, "infrastructure") for one in items(workers, "machineDeployments")),
        *(dig(one, "template", "infrastructure") for one in items(workers, "machineDeployments")),
    ]
    for one in parts:
        for key in ("templateRef", "ref"):
            yield mapping(one, key)


def _settled(
    around: Snapshot, version: str, found: Manifest | None, listed: Sequence[Manifest]
) -> Verdict:
    if found is None:
        return Failed("it does not exist any more")
    if paused(found):
        return Pending("it is paused: nothing moves until it is resumed")
    estate = _estate(around, found, listed)
    stuck = _stuck(estate, found)
    for verdict in _verdicts(estate, found, version):
        if not isinstance(verdict, Met):
            return Pending(stuck, stuck=True) if stuck else verdict
    return Met()


def _verdicts(estate: Estate, cluster: Manifest, version: str) -> Iterator[Verdict]:
    """Yield how each part does: those below first, which say best what is waited for."""
    ref, control_plane = estate.referred(cluster, "spec", "controlPlaneRef")
    if ref is not None:
        yield _as_asked("the control plane", control_plane or {}, version)
    by_hand: set[str] = set()
    for kind in (DEPLOYMENT, POOL):
        for one in by_name(estate.of(kind, cluster)):
            if strategy_of(one, 0).on_delete:
                by_hand.add(name_of(one))
                yield judge_seen(name_of(one), one)
            else:
                yield _as_asked(name_of(one), one, version)
                if version and is_bare(one, estate.machines(one)):
                    yield _nodes(name_of(one), one, version)
    for one in by_name(estate.of(MACHINE, cluster)):
        if labels_of(one).get(_OF_POOL) not in by_hand:
            yield _machine(one, version)
    yield judge_reconciled(cluster, (), aside=_OF_EACH_MACHINE if by_hand else ())


def _as_asked(called: str, one: Manifest, version: str) -> Verdict:
    """Return how a pool or a control plane does, and whether it is of the version asked for."""
    if not one:
        return Pending(f"{called} is not made yet")
    told = text(one, "spec", "version") or text(one, "spec", "template", "spec", "version")
    if version and told and not alike(told, version):
        return Pending(f"{called} is still to be {word(told)}")
    return judge_machines(called, one)


def _nodes(called: str, pool: Manifest, version: str) -> Verdict:
    """Return whether the nodes of a MachinePool that has no Machines are of a version."""
    told, wanted = upgraded(pool, version), number(pool, "spec", "replicas")
    if told is None and wanted:
        return Pending(f"{called} does not tell which versions its nodes run")
    if (told or 0) < wanted:
        return Pending(f"{called}: {told} of {wanted} nodes run {version}")
    return Met()


def _machine(one: Manifest, version: str) -> Verdict:
    name = name_of(one)
    if text(one, "metadata", "deletionTimestamp"):
        told = condition_of(one, "Deleting")
        why = f": {word(told.reason)}" if told else ""
        return Pending(f"machine {name} is on its way out{why}")
    told = condition_of(one, "UpToDate")
    if told is not None and told.status == "False":
        return Pending(f"machine {name} is to be replaced")
    runs = text(one, "status", "nodeInfo", "kubeletVersion")
    if version and not alike(runs, version):
        return Pending(f"machine {name} runs {word(runs) or 'no kubelet yet'}")
    return Met()


def _stuck(estate: Estate, cluster: Manifest) -> str:
    """Return what a provider, or the topology, says does not work; what only waits is none."""
    own = of_cluster(estate, cluster)
    causes = [own, *(of_machine(estate, one) for one in by_name(estate.of(MACHINE, cluster)))]
    for cause in causes:
        if cause is None or cause.waiting:
            continue
        if cause.ref.group != CORE or cause.condition == "TopologyReconciled":
            said = quoted(one_line(cause.message or cause.reason, 240))
            return f"{cause.ref} {word(cause.condition)} {word(cause.reason)}: {said}"
    return ""


def _estate(around: Snapshot, cluster: Manifest, listed: Iterable[Manifest]) -> Estate:
    objects: dict[str, list[Manifest]] = {}
    for one in (cluster, *listed):
        ref = Ref.of(one)
        objects.setdefault(f"{ref.kind}.{ref.group}", []).append(one)
    return Estate(Snapshot(around.cluster, around.now, objects))
