"""Which machines of a pool go when it is scaled down, and what goes with them.

A MachineSet lets go first what is on its way out, then what is annotated for it, what is being
updated in place and what is unhealthy, then as its deletion order says: the newest, the oldest, or
any; of equals by name (cluster-api, core/reconcilers/machineset/machineset_deletion_order.go).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from clusterwright.tools.cluster_api.changes.pools import CONTROL_PLANE, Pool
from clusterwright.tools.cluster_api.changes.running import Running, gpus, running_on
from clusterwright.tools.cluster_api.condition import condition_of
from clusterwright.tools.kubernetes.changes.step import Elsewhere
from clusterwright.tools.manifest import Manifest, name_of, strings, text
from clusterwright.tools.quotation import word
from clusterwright.tools.trust.risk import Risk

_FIRST = "cluster.x-k8s.io/delete-machine"
_UPDATING = "in-place-updates.internal.cluster.x-k8s.io/update-in-progress"
_PENDING_HOOKS, _UPDATE = "runtime.cluster.x-k8s.io/pending-hooks", "UpdateMachine"
_LAST = 4
"""The rank of a machine that nothing makes go before others."""
_NEWEST = "Newest"
_BY_AGE = frozenset({_NEWEST, "Oldest"})
_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Going:
    """The machines that go."""

    many: int = 0
    certain: tuple[str, ...] = ()
    """Those that are named; a plan to scale holds only while they are the ones."""
    notes: tuple[str, ...] = ()
    risks: tuple[tuple[Risk, str], ...] = ()


def going(pool: Pool, replicas: int, seen: Elsewhere) -> Going:
    """Return what goes when a pool has so many replicas."""
    many = max(0, pool.count - replicas)
    if not many:
        return Going()
    certain, possible, how = _candidates(pool, many)
    names = tuple(sorted(name_of(one) for one in certain))
    runs = running_on((*certain, *possible), seen.snapshot) if seen.snapshot else []
    if seen.snapshot is None:
        return Going(
            many,
            names,
            (how, f"what runs on {pool.role} could not be read: {seen.why_not}"),
            ((Risk.HIGH, f"{many} machines go, and what runs on them"),),
        )
    notes, risks = [how, *_lines(pool, runs)], list(_risks(pool, many, runs))
    if pool.unseen:
        notes.append(f"of {pool.unseen} machines no node is named here")
    return Going(many, names, tuple(notes), tuple(risks))


def _candidates(pool: Pool, many: int) -> tuple[Sequence[Manifest], Sequence[Manifest], str]:
    """Return which machines go for certain, which others may, and how they are chosen."""
    said = f"{many} of {pool.count} machines go"
    if pool.name == CONTROL_PLANE:
        return (), pool.machines, f"{many} of {pool.count} control plane machines go"
    if pool.is_machine_pool:
        return (), pool.members, f"{said}; its provider chooses which"
    order = text(pool.object, "spec", "deletion", "order") or text(
        pool.object, "spec", "strategy", "rollingUpdate", "deletePolicy"
    )
    ordered = sorted(pool.machines, key=name_of)
    if order in _BY_AGE:
        ordered.sort(key=_age, reverse=order == _NEWEST)
    ordered.sort(key=_rank)
    first = [one for one in ordered if _rank(one) < _LAST]
    if many <= len(first) or order in _BY_AGE:
        certain = ordered[:many]
        names = ", ".join(name_of(one) for one in certain[:_SHOWN])
        return certain, (), f"{said}: {names}"
    return first, ordered[len(first) :], f"{said}, which of them is not told (order Random)"


def _rank(machine: Manifest) -> int:
    """Return how early a machine goes, whatever its age."""
    marks = strings(machine, "metadata", "annotations")
    pending = marks.get(_PENDING_HOOKS, "").split(",")
    reasons = (
        bool(text(machine, "metadata", "deletionTimestamp")),
        _FIRST in marks,
        _UPDATING in marks or _UPDATE in pending,
        _is_sick(machine),
    )
    return reasons.index(True) if True in reasons else _LAST


def _lines(pool: Pool, runs: Sequence[Running]) -> Iterator[str]:
    yield from (one.line() for one in runs[:_SHOWN])
    if len(runs) > _SHOWN:
        yield f"and {len(runs) - _SHOWN} more machines of {pool.role}"
    blocked = {budget: one.node for one in runs for budget in one.blocked}
    for budget, node in list(blocked.items())[:_SHOWN]:
        yield f"{budget} allows no disruption now: a drain of node {word(node)} waits for it"
    if len(blocked) > _SHOWN:
        yield f"and {len(blocked) - _SHOWN} more budgets"


def _risks(pool: Pool, many: int, runs: Sequence[Running]) -> Iterator[tuple[Risk, str]]:
    pods = sum(len(one.pods) for one in runs)
    has, used = gpus(runs)
    sure = len(runs) == many
    said = f"{many} of {pool.count} machines of {pool.role} go"
    if pool.unseen:
        yield Risk.HIGH, f"{said}; {pods} pods run on those that are known, {pool.unseen} are not"
    elif not pods:
        yield Risk.MEDIUM, f"{said}, on which no workload runs"
    elif sure:
        yield Risk.HIGH, f"{said}, and {pods} pods must move"
    else:
        yield Risk.HIGH, f"{said}; {pods} pods run on those that may"
    stay = 0 if sure else has * (len(runs) - many) // max(1, len(runs))
    if used > stay and not pool.unseen:
        yield Risk.HIGH, f"{used} GPUs are in use there, more than stay"
    if any(one.bare for one in runs):
        yield Risk.HIGH, "pods that nothing replaces may be lost"


def _is_sick(machine: Manifest) -> bool:
    """Return whether a machine has no node, or is told to be unwell; unknown is not unwell."""
    told = [condition_of(machine, one) for one in ("NodeHealthy", "HealthCheckSucceeded")]
    failed = any(one is not None and one.status == "False" for one in told)
    return failed or not text(machine, "status", "nodeRef", "name")


def _age(machine: Manifest) -> str:
    return text(machine, "metadata", "creationTimestamp")
