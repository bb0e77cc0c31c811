"""The first cause below a condition: which object, of which layer, said first what is wrong.

Cluster API copies what a provider says upwards, from the infrastructure to the Machine to its set
to the Cluster, and shortens it on the way. So a cause is looked for from below.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from clusterwright.tools.cluster_api.condition import Condition, condition_of, conditions_of
from clusterwright.tools.cluster_api.estate import Estate
from clusterwright.tools.manifest import Manifest, text, truth
from clusterwright.tools.ref import Ref

_LAYERS = ("infrastructureRef",), ("bootstrap", "configRef")
_MACHINE = (
    "HealthCheckSucceeded",
    "NodeHealthy",
    "EtcdMemberHealthy",
    "EtcdPodHealthy",
    "APIServerPodHealthy",
    "ControllerManagerPodHealthy",
    "SchedulerPodHealthy",
)
_SUMMARIES = frozenset({"Ready", "Available"})
_CLUSTER = ("TopologyReconciled", "InfrastructureReady", "RemoteConnectionProbe")


@dataclass(frozen=True, slots=True)
class Cause:
    """What one object says is wrong, or is still missing."""

    ref: Ref
    condition: str
    reason: str
    message: str
    since: datetime | None
    waiting: bool
    """It waits for something else, which may be all right."""


def of_machine(estate: Estate, machine: Manifest) -> Cause | None:
    """Return the first cause for which a Machine is not well; None when it is."""
    if text(machine, "metadata", "deletionTimestamp"):
        told = condition_of(machine, "Deleting")
        begun = told is not None and told.status == "True"
        return _told(machine, told, waiting=True) if begun else None
    found = [*_below(estate, machine), *_own(machine, _MACHINE)]
    return _first(found)


def below(estate: Estate, machine: Manifest) -> Cause | None:
    """Return what the providers of a Machine's infrastructure and bootstrap data say is wrong."""
    return _first(list(_below(estate, machine)))


def of_cluster(estate: Estate, cluster: Manifest) -> Cause | None:
    """Return the first cause of a Cluster's own layers; None when these are well."""
    if text(cluster, "metadata", "deletionTimestamp"):
        return _told(cluster, condition_of(cluster, "Deleting"), waiting=True)
    return _first([*_layers(estate, cluster), *_own(cluster, _CLUSTER)])


def of_layers(estate: Estate, cluster: Manifest) -> Cause | None:
    """Return what the providers of a Cluster's infrastructure and control plane say is wrong."""
    return _first(list(_layers(estate, cluster)))


def _layers(estate: Estate, cluster: Manifest) -> Iterator[Cause]:
    for path in (("spec", "infrastructureRef"), ("spec", "controlPlaneRef")):
        ref, layer = estate.referred(cluster, *path)
        if layer is not None:
            if path[-1] == "infrastructureRef":  # a control plane's own state sums up machines
                yield from _own(layer)
        elif ref is not None and _was_read(estate, ref):
            yield _absent(ref, cluster)


def _below(estate: Estate, machine: Manifest) -> Iterator[Cause]:
    for path in _LAYERS:
        ref, layer = estate.referred(machine, "spec", *path)
        if layer is not None:
            if not _is_done(layer):
                yield from _own(layer)
        elif ref is not None and _was_read(estate, ref):
            yield _absent(ref, machine)


def _is_done(layer: Manifest) -> bool:
    """Return whether a provider's object did its part, in either contract."""
    done = ("provisioned", "dataSecretCreated")
    newer = any(truth(layer, "status", "initialization", one) for one in done)
    well = not any(one.bad and not one.waiting for one in conditions_of(layer))
    return well and (newer or truth(layer, "status", "ready"))


def _own(manifest: Manifest, types: tuple[str, ...] = ()) -> Iterator[Cause]:
    """Yield what an object says is wrong; what says most specifically what, first."""
    failure = text(manifest, "status", "failureMessage")
    if failure and not types:
        reason = text(manifest, "status", "failureReason") or "Failed"
        yield Cause(Ref.of(manifest), "failureMessage", reason, failure, None, waiting=False)
    found = [one for one in conditions_of(manifest) if one.bad and (not types or one.type in types)]
    told_more = [one for one in found if one.type not in _SUMMARIES]
    # A summary says NotReady of what only waits, which what it sums up says by itself.
    for one in sorted(told_more or found, key=_specific):
        told = _told(manifest, one, waiting=one.waiting)
        if told is not None:
            yield told


def _specific(one: Condition) -> tuple[bool, bool]:
    """Return what puts summaries after what they sum up."""
    return one.type in _SUMMARIES, not one.message


def _first(found: list[Cause]) -> Cause | None:
    """Return what is wrong; only where nothing is, what is waited for."""
    return next((one for one in found if not one.waiting), next(iter(found), None))


def _told(manifest: Manifest, one: Condition | None, *, waiting: bool) -> Cause | None:
    if one is None:
        return None
    return Cause(Ref.of(manifest), one.type, one.reason, one.message, one.since, waiting)


def _absent(ref: Ref, owner: Manifest) -> Cause:
    return Cause(ref, "exists", "NotFound", f"{Ref.of(owner)} refers to it", None, waiting=False)


def _was_read(estate: Estate, ref: Ref) -> bool:
    """Return whether a kind was listed, so that what is not there does not exist."""
    return f"{ref.kind}.{ref.group}" in estate.snapshot.objects
