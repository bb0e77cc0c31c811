"""Which machines of a pool go when it is scaled down, and what goes with them.

A MachineSet deletes first what is annotated for it, then what is unhealthy, then as its deletion
order says: at random, the newest or the oldest (cluster-api, core/controllers/machineset,
machineset_delete_policy.go).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from clusterwright.tools.cluster_api.changes.pools import CONTROL_PLANE, Pool
from clusterwright.tools.cluster_api.changes.running import Running, gpus, running_on
from clusterwright.tools.cluster_api.condition import condition_of
from clusterwright.tools.kubernetes.changes.step import Elsewhere
from clusterwright.tools.manifest import Manifest, name_of, strings, text
from clusterwright.tools.trust.risk import Risk

_FIRST = "cluster.x-k8s.io/delete-machine"
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
    many = max(0, len(pool.machines) - replicas)
    if not many:
        return Going()
    certain, possible, how = _candidates(pool, many)
    names = tuple(sorted(name_of(one) for one in certain))
    runs = running_on((*certain, *possible), seen.snapshot) if seen.snapshot else []
    if seen.snapshot is None:
        lost = f"what runs on {pool.role} could not be read: {seen.why_not}"
        return Going(
            many, names, (how, lost), ((Risk.HIGH, f"{many} machines go, and what runs on them"),)
        )
    return Going(many, names, (how, *_lines(pool, runs)), tuple(_risks(pool, many, runs)))


def _candidates(pool: Pool, many: int) -> tuple[Sequence[Manifest], Sequence[Manifest], str]:
    """Return which machines go for certain, which others may, and how they are chosen."""
    marked = [one for one in pool.machines if _FIRST in strings(one, "metadata", "annotations")]
    sick = [one for one in pool.machines if one not in marked and _is_sick(one)]
    rest = [one for one in pool.machines if one not in marked and one not in sick]
    order = text(pool.object, "spec", "deletion", "order") or text(
        pool.object, "spec", "strategy", "rollingUpdate", "deletePolicy"
    )
    rest.sort(key=_age, reverse=order == "Newest")
    first = (*marked, *sick)
    if pool.name == CONTROL_PLANE:
        return (), pool.machines, f"{many} of {len(pool.machines)} control plane machines go"
    if many <= len(first) or order in {"Newest", "Oldest"}:
        certain = (*first, *rest)[:many]
        names = ", ".join(name_of(one) for one in certain[:_SHOWN])
        return certain, (), f"{many} of {len(pool.machines)} machines go: {names}"
    return (
        first,
        rest,
        f"{many} of {len(pool.machines)} machines go, which of them is left to chance",
    )


def _lines(pool: Pool, runs: Sequence[Running]) -> Iterator[str]:
    yield from (one.line() for one in runs[:_SHOWN])
    if len(runs) > _SHOWN:
        yield f"and {len(runs) - _SHOWN} more machines of {pool.role}"
    for one in runs:
        for budget in one.blocked:
            yield f"{budget} allows no disruption now: a drain of node {one.node} waits for it"


def _risks(pool: Pool, many: int, runs: Sequence[Running]) -> Iterator[tuple[Risk, str]]:
    pods = sum(len(one.pods) for one in runs)
    has, used = gpus(runs)
    sure = len(runs) == many
    said = f"{many} of {len(pool.machines)} machines of {pool.role} go"
    if not pods:
        yield Risk.MEDIUM, f"{said}, on which no workload runs"
    elif sure:
        yield Risk.HIGH, f"{said}, and {pods} pods must move"
    else:
        yield Risk.HIGH, f"{said}; {pods} pods run on those that may"
    if used > has * (len(runs) - many) // max(1, len(runs)) if not sure else used:
        yield Risk.HIGH, f"{used} GPUs are in use there, more than stay"
    if any(one.bare for one in runs):
        yield Risk.HIGH, "pods that nothing replaces may be lost"


def _is_sick(machine: Manifest) -> bool:
    told = condition_of(machine, "HealthCheckSucceeded", "NodeHealthy")
    return told is not None and told.status == "False"


def _age(machine: Manifest) -> str:
    return text(machine, "metadata", "creationTimestamp")
