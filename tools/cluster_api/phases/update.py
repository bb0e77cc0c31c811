"""A Cluster that is changed while it runs: upgraded, rolled out, or scaled."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from clusterwright.tools.cluster_api.cause import of_cluster
from clusterwright.tools.cluster_api.condition import condition_of
from clusterwright.tools.cluster_api.machine_pool import is_bare, upgraded
from clusterwright.tools.cluster_api.phases.creation import available, blocks
from clusterwright.tools.cluster_api.phases.hold import held
from clusterwright.tools.cluster_api.phases.parts import (
    Parts,
    Pool,
    change,
    is_true,
    leaving,
    replicas,
)
from clusterwright.tools.cluster_api.phases.phase import Phase, State, awaited, timed
from clusterwright.tools.cluster_api.phases.removal import stuck
from clusterwright.tools.cluster_api.phases.usual import Step, limit
from clusterwright.tools.cluster_api.topology_reason import RECONCILED
from clusterwright.tools.cluster_api.version_spelling import alike
from clusterwright.tools.manifest import Manifest, instant, text

Through = Callable[[Manifest], bool]
"""Whether a Machine is as it shall be, apart from being ready."""


def upgrade(parts: Parts) -> list[Phase]:
    """Return the phases of a version: the control plane, then each pool, one after the other."""
    version = parts.version

    def through(machine: Manifest) -> bool:
        return alike(text(machine, "spec", "version"), version)

    phases = [_control_plane_upgraded(parts, through)]
    for pool in parts.pools:
        # Until the topology gives a pool the version, it waits for what comes before.
        begun = alike(pool.version, version)
        phases.append(_pool(parts, pool, through, begun=begun, version=version))
    return _finished(parts, _next(parts, phases), Step.UPGRADE)


def _next(parts: Parts, phases: list[Phase]) -> list[Phase]:
    """Return phases of which one is open: between two, what the topology waits for is told."""
    waiting = [i for i, one in enumerate(phases) if one.state is State.WAITING]
    if waiting and not any(one.open for one in phases):
        cause = of_cluster(parts.estate, parts.cluster)
        state = State.BLOCKED if blocks(cause) else State.UNDER_WAY
        told = {"state": state, "waits_for": awaited(cause)}
        phases[waiting[0]] = phases[waiting[0]].model_copy(update=told)
    return phases


def rollout(parts: Parts) -> list[Phase]:
    """Return the phases of replacing Machines that are not up to date."""
    return _changed(parts, ("RollingOut",), _up_to_date, Step.UPGRADE)


def scaling(parts: Parts) -> list[Phase]:
    """Return the phases of making Machines, or of removing them."""
    return _changed(parts, ("ScalingUp", "ScalingDown"), _any, Step.WORKERS)


def _changed(parts: Parts, told: Sequence[str], through: Through, step: Step) -> list[Phase]:
    """Return a phase for each part that says it changes, or else for each that is not done."""
    drawn: list[tuple[Manifest | None, Phase]] = [
        (pool.manifest, _pool(parts, pool, through)) for pool in parts.pools
    ]
    if replicas(parts.control_plane, "spec", "replicas") is not None:
        drawn.insert(0, (parts.control_plane, _control_plane(parts, through)))
    phases = [phase for one, phase in drawn if phase.state is not State.DONE or change(one, *told)]
    return _finished(parts, phases, step)


def _control_plane_upgraded(parts: Parts, through: Through) -> Phase:
    if parts.control_machines:
        return _control_plane(parts, through)
    one, version = parts.control_plane, parts.version
    runs = text(one, "status", "version")
    done = alike(runs, version) and alike(text(one, "spec", "version"), version)
    cause = parts.layer_cause()
    state = State.DONE if done else State.BLOCKED if blocks(cause) else State.UNDER_WAY
    waits = None if done else awaited(cause)
    return Phase(name="control plane", state=state, waits_for=waits)


def _control_plane(parts: Parts, through: Through) -> Phase:
    wanted = replicas(parts.control_plane, "spec", "replicas") or len(parts.control_machines)
    if not parts.control_machines:
        ready = min(wanted, replicas(parts.control_plane, "status", "readyReplicas") or 0)
        state = State.DONE if ready >= wanted else State.UNDER_WAY
        return Phase(name="control plane replicas", state=state, done=ready, of=wanted)
    return _counted(parts, "control plane machines", parts.control_machines, wanted, through)


def _pool(
    parts: Parts, pool: Pool, through: Through, *, begun: bool = True, version: str = ""
) -> Phase:
    name = f"pool {pool.name}"
    if not begun:
        return Phase(name=name, state=State.WAITING, done=0, of=pool.wanted)
    if pool.manifest is not None and is_bare(pool.manifest, pool.machines):
        counted = upgraded(pool.manifest, version) if version else None
        ready = replicas(pool.manifest, "status", "readyReplicas") or 0
        ready = min(pool.wanted, ready, ready if counted is None else counted)
        state = State.DONE if ready >= pool.wanted else State.UNDER_WAY
        return Phase(name=name, state=state, done=ready, of=pool.wanted)
    return _counted(parts, name, pool.machines, pool.wanted, through)


def _counted(
    parts: Parts, name: str, machines: Sequence[Manifest], wanted: int, through: Through
) -> Phase:
    """Return a phase that is done when just the wanted Machines are there, each as it shall be."""
    there = [one for one in machines if not leaving(one)]
    ready = [one for one in there if through(one) and is_true(one, "Ready")]
    done = len(ready) >= wanted and len(machines) <= wanted
    n = min(len(ready), wanted)
    if done:
        return Phase(name=name, state=State.DONE, done=n, of=wanted)
    # New ones first: that one of them does not come up is why the old ones stay.
    rest = [one for one in there if through(one) and not is_true(one, "Ready")]
    going = [one for one in machines if leaving(one)]
    held_up = [one for one in going if stuck(one, parts.now)]
    cause = parts.first_cause(held_up or rest) or parts.first_cause(going) or parts.layer_cause()
    state = State.BLOCKED if held_up or blocks(cause) else State.UNDER_WAY
    old = len(machines) - len(there) + sum(not through(one) for one in there)
    return Phase(name=name, state=state, done=n, of=wanted, old=old, waits_for=awaited(cause))


def _finished(parts: Parts, phases: list[Phase], step: Step) -> list[Phase]:
    """Return the phases in their order, with the last one: the Cluster is well again."""
    longest = limit(parts.infrastructure_kind, step)
    began = dict(_began(parts))
    limited = [timed(one, began.get(one.name), longest, parts.now) for one in phases]
    return held(parts, [*limited, available(parts, limited)])


def _began(parts: Parts) -> Iterator[tuple[str, datetime | None]]:
    """Yield by the name of a phase when its part began to change."""
    names = ("control plane", "control plane machines", "control plane replicas")
    for name in names:
        yield name, _since(parts, parts.control_plane, parts.control_machines)
    for pool in parts.pools:
        yield f"pool {pool.name}", _since(parts, pool.manifest, pool.machines)


def _since(parts: Parts, one: Manifest | None, machines: Sequence[Manifest]) -> datetime | None:
    """Return since when a part says that it changes; else since its newest Machine is there."""
    found = change(one, "RollingOut", "ScalingUp", "ScalingDown")
    if found:
        return found.since
    told = condition_of(parts.cluster, RECONCILED)
    if told and told.status != "True":
        return told.since
    made = [instant(m, "metadata", "creationTimestamp") for m in machines]
    return max((at for at in made if at), default=None)


def _up_to_date(machine: Manifest) -> bool:
    found = condition_of(machine, "UpToDate")
    return found is None or found.status == "True"


def _any(_machine: Manifest) -> bool:
    return True
