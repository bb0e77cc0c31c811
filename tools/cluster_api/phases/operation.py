"""Which operation a Cluster is in, and its phases."""

from dataclasses import dataclass
from datetime import datetime

from clusterwright.tools.cluster_api.condition import condition_of
from clusterwright.tools.cluster_api.estate import Estate
from clusterwright.tools.cluster_api.phases.creation import creation
from clusterwright.tools.cluster_api.phases.deletion import deletion
from clusterwright.tools.cluster_api.phases.parts import Parts, change, is_true, leaving, replicas
from clusterwright.tools.cluster_api.phases.phase import Operation, Phase, State
from clusterwright.tools.cluster_api.phases.update import rollout, scaling, upgrade
from clusterwright.tools.cluster_api.topology_reason import RECONCILED
from clusterwright.tools.cluster_api.version_spelling import alike
from clusterwright.tools.manifest import Manifest, instant, text, truth

_LONGEST = 40
"""Phases that are told; of a Cluster of more pools the others are one together."""
_FIRST = (State.BLOCKED, State.UNDER_WAY, State.WAITING, State.DONE)

_PASSING = frozenset({Operation.ROLLOUT, Operation.SCALING})


@dataclass(frozen=True, slots=True)
class Course:
    """An operation with its phases."""

    operation: Operation
    phases: tuple[Phase, ...] = ()
    since: datetime | None = None
    version: str = ""
    available: bool = False


def course(estate: Estate, cluster: Manifest) -> Course:
    """Return what happens to a Cluster, phase by phase; nothing, where it is at rest."""
    parts = Parts.of(estate, cluster)
    operation = _operation(parts)
    phases: list[Phase] = []
    since = None
    match operation:
        case Operation.DELETION:
            phases, since = deletion(parts), instant(cluster, "metadata", "deletionTimestamp")
        case Operation.CREATION:
            phases, since = creation(parts), instant(cluster, "metadata", "creationTimestamp")
        case Operation.UPGRADE:
            phases = upgrade(parts)
        case Operation.ROLLOUT:
            phases = rollout(parts)
        case Operation.SCALING:
            phases = scaling(parts)
        case Operation.NONE:
            pass
    if operation in _PASSING and all(one.state is State.DONE for one in phases):
        operation, phases = Operation.NONE, []  # a condition that says so is not yet corrected
    begun = [one.since for one in phases if one.since]
    return Course(
        operation,
        tuple(_told(phases)),
        since or min(begun, default=None),
        parts.version,
        is_true(cluster, "Available", "Ready"),
    )


def _told(phases: list[Phase]) -> list[Phase]:
    """Return so many phases as there is room for, in their order: those in trouble, and the last.

    Those that are left out are one, before the last.
    """
    if len(phases) <= _LONGEST:
        return phases
    *others, last = phases
    ranked = sorted(range(len(others)), key=lambda place: _FIRST.index(others[place].state))
    kept = sorted(ranked[: _LONGEST - 2])
    left = [others[place] for place in ranked[_LONGEST - 2 :]]
    done, of = sum(one.done or 0 for one in left), sum(one.of or 0 for one in left)
    rest = Phase(name=f"{len(left)} more", state=left[0].state, done=done, of=of)
    return [*(others[place] for place in kept), rest, last]


def _operation(parts: Parts) -> Operation:
    told = (parts.cluster, parts.control_plane, *(one.manifest for one in parts.pools))
    grows = any(change(one, "ScalingUp", "ScalingDown") for one in told)
    rolls = any(change(one, "RollingOut") for one in told) or _outdated(parts)
    if leaving(parts.cluster):
        return Operation.DELETION
    if _is_new(parts.cluster):
        return Operation.CREATION
    if _versions_differ(parts):
        return Operation.UPGRADE
    if rolls:
        return Operation.ROLLOUT
    if _still_grows(parts):
        return Operation.CREATION
    counted = any(_counts_differ(one) for one in told[1:])
    return Operation.SCALING if grows or counted else Operation.NONE


def _is_new(cluster: Manifest) -> bool:
    """Return whether a Cluster was never Available.

    It is not written anywhere. But from the beginning a Cluster says that it is not Available, and
    that has not changed when its control plane is initialized; once it has been Available, it
    changed later than that.
    """
    available = condition_of(cluster, "Available", "Ready")
    initialized = condition_of(cluster, "ControlPlaneInitialized")
    if available is not None and available.status == "True":
        return False
    if initialized is None or initialized.status != "True":
        return not truth(cluster, "status", "initialization", "controlPlaneInitialized")
    if available is None or available.since is None or initialized.since is None:
        return False
    return available.since <= initialized.since


def _still_grows(parts: Parts) -> bool:
    """Return whether Machines are still to come that were so before it was first Available."""
    available = condition_of(parts.cluster, "Available", "Ready")
    if available is None or available.since is None or available.status != "True":
        return False
    for one in (parts.control_plane, *(pool.manifest for pool in parts.pools)):
        grows = change(one, "ScalingUp")
        if grows and grows.since and grows.since < available.since:
            return True
    return False


def _versions_differ(parts: Parts) -> bool:
    """Return whether anything runs, or is to run, another version than the one asked for."""
    topology = condition_of(parts.cluster, RECONCILED)
    if topology and topology.status != "True" and "Upgrad" in topology.reason:
        return True  # ClusterUpgrading, MachineDeploymentsUpgradePending, ...UpgradeDeferred
    wanted = parts.version
    running = text(parts.control_plane, "status", "version")
    found = {text(parts.control_plane, "spec", "version"), running}
    found |= {one.version for one in parts.pools}
    found |= {text(one, "spec", "version") for one in parts.control_machines}
    found |= {text(m, "spec", "version") for one in parts.pools for m in one.machines}
    return bool(wanted) and any(one and not alike(one, wanted) for one in found)


def _outdated(parts: Parts) -> bool:
    """Return whether Machines are to be replaced, by the counters of the older API too."""
    for one in (parts.control_plane, *(pool.manifest for pool in parts.pools)):
        count = replicas(one, "status", "upToDateReplicas")
        updated = replicas(one, "status", "updatedReplicas") if count is None else count
        there = replicas(one, "status", "replicas")
        if updated is not None and there is not None and updated < there:
            return True
    return False


def _counts_differ(one: Manifest | None) -> bool:
    wanted, there = replicas(one, "spec", "replicas"), replicas(one, "status", "replicas")
    return wanted is not None and there is not None and wanted != there
