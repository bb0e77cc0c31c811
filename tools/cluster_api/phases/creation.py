"""A Cluster that is made: topology, infrastructure, control plane, pools, Available."""

from collections.abc import Iterator
from datetime import datetime

from clusterwright.tools.cluster_api.cause import Cause, of_cluster
from clusterwright.tools.cluster_api.condition import Condition, condition_of
from clusterwright.tools.cluster_api.estate import CORE
from clusterwright.tools.cluster_api.phases.hold import held
from clusterwright.tools.cluster_api.phases.parts import Parts, Pool, is_true, replicas
from clusterwright.tools.cluster_api.phases.phase import Phase, State, awaited, timed
from clusterwright.tools.cluster_api.phases.usual import Step, limit
from clusterwright.tools.cluster_api.topology_reason import RECONCILED, REFUSED
from clusterwright.tools.manifest import Manifest, dig, instant, mapping, truth


def creation(parts: Parts) -> list[Phase]:
    """Return the phases of making a Cluster, each since the one before was done.

    Machines of the control plane and of the pools are made side by side, once the first member of
    the control plane is there.
    """
    phases: list[Phase] = []
    began = instant(parts.cluster, "metadata", "creationTimestamp")
    before = True
    for phase, step, ended in _layers(parts):
        phases.append(_after(parts, phase, step, began, before=before))
        before = before and phase.state is State.DONE
        began = max(filter(None, (began, ended)), default=None)
    for phase, step in _machines(parts):
        phases.append(_after(parts, phase, step, began, before=before))
    return held(parts, [*phases, available(parts, phases)])


def available(parts: Parts, phases: list[Phase]) -> Phase:
    """Return the last phase of whatever is done to a Cluster: it is well, and says so."""
    if any(one.state is not State.DONE for one in phases):
        return Phase(name="available", state=State.WAITING)
    topology = condition_of(parts.cluster, RECONCILED)
    reconciled = topology is None or topology.status == "True"
    well = is_true(parts.cluster, "Available", "Ready") and reconciled
    return _phase("available", of_cluster(parts.estate, parts.cluster), done=well)


def _after(
    parts: Parts, phase: Phase, step: Step | None, began: datetime | None, *, before: bool
) -> Phase:
    if phase.state is not State.DONE and not before:
        return phase.model_copy(update={"state": State.WAITING, "waits_for": None})
    longest = limit(parts.infrastructure_kind, step) if step else None
    return timed(phase, began, longest, parts.now)


def _layers(parts: Parts) -> Iterator[tuple[Phase, Step | None, datetime | None]]:
    """Yield each layer with what limits it, and when it was done."""
    cluster = parts.cluster
    if mapping(cluster, "spec", "topology"):
        yield _topology(parts), None, None
    ready = condition_of(cluster, "InfrastructureReady")
    done = is_true(cluster, "InfrastructureReady") or _initialized(
        cluster, "infrastructureProvisioned"
    )
    phase = _phase("infrastructure", parts.layer_cause(), done=done)
    yield phase, Step.CLUSTER, _when(ready)
    started = condition_of(cluster, "ControlPlaneInitialized")
    done = is_true(cluster, "ControlPlaneInitialized") or _initialized(
        cluster, "controlPlaneInitialized"
    )
    cause = parts.first_cause(parts.control_machines) or parts.layer_cause()
    phase = _phase("control plane initialized", cause, done=done)
    yield phase, Step.CONTROL_PLANE, _when(started)


def _machines(parts: Parts) -> Iterator[tuple[Phase, Step]]:
    if dig(parts.control_plane, "spec", "replicas") is not None:
        yield _control_plane(parts), Step.CONTROL_PLANE
    for pool in parts.pools:
        yield _pool(parts, pool), Step.WORKERS


def _topology(parts: Parts) -> Phase:
    cluster = parts.cluster
    told = condition_of(cluster, RECONCILED)
    made = bool(mapping(cluster, "spec", "controlPlaneRef")) and bool(
        mapping(cluster, "spec", "infrastructureRef")
    )
    cause = of_cluster(parts.estate, cluster) if told and told.bad else None
    return _phase("topology", cause if not made else None, done=made)


def _control_plane(parts: Parts) -> Phase:
    one = parts.control_plane
    wanted = replicas(one, "spec", "replicas") or 0
    ready = min(wanted, replicas(one, "status", "readyReplicas") or 0)
    cause = parts.first_cause(parts.control_machines)
    done = ready >= wanted
    name = "control plane machines" if parts.control_machines else "control plane replicas"
    return _phase(name, cause, done=done, counted=(ready, wanted))


def _pool(parts: Parts, pool: Pool) -> Phase:
    ready = min(pool.wanted, replicas(pool.manifest, "status", "readyReplicas") or 0)
    cause = parts.first_cause(pool.machines)
    done = pool.manifest is not None and ready >= pool.wanted
    return _phase(f"pool {pool.name}", cause, done=done, counted=(ready, pool.wanted))


def _phase(
    name: str, cause: Cause | None, *, done: bool, counted: tuple[int, int] | None = None
) -> Phase:
    """Return a phase that is not done as under way; as blocked, where a provider refuses."""
    n, m = counted or (None, None)
    if done:
        return Phase(name=name, state=State.DONE, done=n, of=m)
    state = State.BLOCKED if blocks(cause) else State.UNDER_WAY
    return Phase(name=name, state=state, done=n, of=m, waits_for=awaited(cause))


def blocks(cause: Cause | None) -> bool:
    """Return whether a cause does not pass by itself, as far as can be seen.

    What a provider refuses, or a topology that cannot be applied, is that. What the Machine or the
    Cluster itself says about its health is often only how starting and stopping look.
    """
    if cause is None or cause.waiting:
        return False
    if cause.condition == RECONCILED:
        return cause.reason in REFUSED
    return cause.ref.group != CORE


def _initialized(cluster: Manifest, what: str) -> bool:
    # The older API has infrastructureReady and no initialization (api/core/v1beta1).
    older = what == "infrastructureProvisioned" and truth(cluster, "status", "infrastructureReady")
    return older or truth(cluster, "status", "initialization", what)


def _when(found: Condition | None) -> datetime | None:
    return found.since if found and found.status == "True" else None
