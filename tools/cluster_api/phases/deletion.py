"""A Cluster that is deleted: workers, then control plane, then infrastructure."""

from collections.abc import Sequence
from datetime import timedelta

from clusterwright.tools.cluster_api.cause import of_cluster, of_machine
from clusterwright.tools.cluster_api.condition import condition_of
from clusterwright.tools.cluster_api.phases.hold import held
from clusterwright.tools.cluster_api.phases.parts import Parts, leaving
from clusterwright.tools.cluster_api.phases.phase import Awaited, Phase, State, awaited, timed
from clusterwright.tools.cluster_api.phases.usual import Step, limit
from clusterwright.tools.manifest import Manifest, instant, name_of
from clusterwright.tools.ref import Ref

_HOOKS = frozenset({"WaitingForPreDrainHook", "WaitingForPreTerminateHook"})
_DRAIN = "DrainingNode"
_LONGEST_DRAIN = timedelta(minutes=10)
"""Longer than the drains of the providers' tests take (`node-drain/wait-machine-deleted`)."""


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
    waits, blocked = _waits(parts, machines) if machines else (_last(parts, left), False)
    state = State.BLOCKED if blocked else State.UNDER_WAY
    return Phase(name=name, state=state, old=len(machines), waits_for=waits)


def _waits(parts: Parts, machines: Sequence[Manifest]) -> tuple[Awaited | None, bool]:
    going = sorted(filter(leaving, machines), key=_deleted)
    for one in going:
        told = condition_of(one, "Deleting")
        if told and (told.reason in _HOOKS or _drains_long(parts, one)):
            return awaited(of_machine(parts.estate, one)), True
    first = next(iter(going), machines[0])
    return awaited(of_machine(parts.estate, first)) or Awaited(ref=Ref.of(first)), False


def _drains_long(parts: Parts, machine: Manifest) -> bool:
    told = condition_of(machine, "Deleting")
    since = instant(machine, "status", "deletion", "nodeDrainStartTime")
    draining = told is not None and told.reason == _DRAIN
    return draining and since is not None and parts.now - since > _LONGEST_DRAIN


def _deleted(machine: Manifest) -> tuple[float, str]:
    at = instant(machine, "metadata", "deletionTimestamp")
    return (at.timestamp() if at else 0.0, name_of(machine))


def _last(parts: Parts, left: Sequence[Manifest]) -> Awaited:
    """Return the object that is left, with what the Cluster says about its deletion."""
    told = awaited(of_cluster(parts.estate, parts.cluster))
    first = left[0]
    found = told or Awaited(ref=Ref.of(first))
    return found.model_copy(update={"ref": Ref.of(first)})
