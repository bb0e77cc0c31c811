"""A Cluster that is deleted: workers, then control plane, then infrastructure."""

from collections.abc import Sequence

from clusterwright.tools.cluster_api.cause import of_machine
from clusterwright.tools.cluster_api.condition import condition_of
from clusterwright.tools.cluster_api.deletion_step import deletion_step
from clusterwright.tools.cluster_api.phases.creation import blocks
from clusterwright.tools.cluster_api.phases.hold import held
from clusterwright.tools.cluster_api.phases.parts import Parts, leaving
from clusterwright.tools.cluster_api.phases.phase import Awaited, Phase, State, awaited, timed
from clusterwright.tools.cluster_api.phases.removal import stuck
from clusterwright.tools.cluster_api.phases.usual import Step, limit
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.manifest import Manifest, instant, name_of
from clusterwright.tools.ref import Ref

_REASONS = {
    "workers gone": "WaitingForWorkersDeletion",
    "control plane gone": "WaitingForControlPlaneDeletion",
    "infrastructure gone": "WaitingForInfrastructureDeletion",
}


def deletion(parts: Parts) -> list[Phase]:
    """Return what has gone and what has not; what is left is counted, as what was is not known."""
    began = instant(parts.cluster, "metadata", "deletionTimestamp")
    workers = [m for pool in parts.pools for m in pool.machines] + list(parts.stray)
    made = [one.manifest for one in parts.pools if one.manifest]
    layers: list[tuple[str, Sequence[Manifest]]] = [
        ("workers gone", [*workers, *made]),
        ("control plane gone", [*parts.control_machines, *_there(parts.control_plane)]),
        ("infrastructure gone", _there(parts.infrastructure)),
        ("cluster gone", [parts.cluster]),
    ]
    phases: list[Phase] = []
    longest = limit(parts.infrastructure_kind, Step.DELETE)
    open_ = True
    for name, left in layers:
        if not left:
            phases.append(Phase(name=name, state=State.DONE))
        elif not open_:
            phases.append(Phase(name=name, state=State.WAITING))
        else:
            phases.append(timed(_open(parts, name, left), began, longest, parts.now))
            open_ = False
    return held(parts, phases)


def _there(one: Manifest | None) -> list[Manifest]:
    return [] if one is None else [one]


def _open(parts: Parts, name: str, left: Sequence[Manifest]) -> Phase:
    """Return the phase in which something is left; its oldest deletion is what it waits for."""
    machines = [one for one in left if one.get("kind") == "Machine"]
    waits, blocked = _waits(parts, machines) if machines else _layer(parts, name, left[0])
    state = State.BLOCKED if blocked else State.UNDER_WAY
    return Phase(name=name, state=state, old=len(machines), waits_for=waits)


def _layer(parts: Parts, name: str, last: Manifest) -> tuple[Awaited, bool]:
    """Return an object that is left: what its provider says, else what the Cluster says of it."""
    cause = parts.layer_cause()
    if cause and cause.ref == Ref.of(last) and blocks(cause):
        return awaited(cause) or Awaited(ref=cause.ref), True
    told = condition_of(parts.cluster, "Deleting")
    if told is None or told.reason != _REASONS.get(name):
        return Awaited(ref=Ref.of(last)), False
    message = one_line(told.message, 240)
    ref = Ref.of(last)
    return Awaited(ref=ref, reason=told.reason, message=message, since=told.since), False


def _waits(parts: Parts, machines: Sequence[Manifest]) -> tuple[Awaited | None, bool]:
    going = sorted(filter(leaving, machines), key=_deleted)
    held_up = next((one for one in going if stuck(one, parts.now)), None)
    first = held_up or next(iter(going), machines[0])
    found = awaited(of_machine(parts.estate, first)) if deletion_step(first) else None
    return found or Awaited(ref=Ref.of(first)), held_up is not None


def _deleted(machine: Manifest) -> tuple[float, str]:
    at = instant(machine, "metadata", "deletionTimestamp")
    return (at.timestamp() if at else 0.0, name_of(machine))
