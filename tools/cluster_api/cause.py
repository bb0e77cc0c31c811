"""The first cause below a condition: which object, of which layer, said first what is wrong.

Cluster API copies what a provider says upwards, from the infrastructure to the Machine to its set
to the Cluster, and shortens it on the way. So a cause is looked for from below.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from clusterwright.tools.cluster_api.condition import (
    STATUS,
    Condition,
    condition_of,
    older_condition,
    unwell,
)
from clusterwright.tools.cluster_api.deletion_step import deletion_step
from clusterwright.tools.cluster_api.estate import Estate
from clusterwright.tools.cluster_api.providers import Fault, Row, meaning
from clusterwright.tools.cluster_api.topology_reason import RECONCILED, REFUSED
from clusterwright.tools.manifest import Manifest, instant, text, truth
from clusterwright.tools.ref import Ref

_LAYERS = (
    ("spec", "infrastructureRef"),
    ("spec", "bootstrap", "configRef"),
    ("spec", "template", "spec", "infrastructureRef"),
    ("spec", "template", "spec", "bootstrap", "configRef"),
)
"""Where a Machine, and a MachinePool, name what a provider makes for them."""
_MACHINE = (
    "HealthCheckSucceeded",
    "NodeHealthy",
    "EtcdMemberHealthy",
    "EtcdPodHealthy",
    "APIServerPodHealthy",
    "ControllerManagerPodHealthy",
    "SchedulerPodHealthy",
)
_HOLDER = (
    "CertificatesAvailable",
    "EtcdClusterHealthy",
    "ControlPlaneComponentsHealthy",
    "Initialized",
)
_SUMMARIES = frozenset({"Ready", "Available"})
_WRONG = {
    RECONCILED: REFUSED,
    "InfrastructureReady": frozenset(
        {"DoesNotExist", "Deleted", "ObjectDoesNotExist", "ObjectDeleted", "InternalError"}
    ),
}
"""Reasons that say that something is wrong; the others of these types come with any change
(api/core/v1beta2/cluster_types.go)."""
_CLUSTER = (RECONCILED, "InfrastructureReady", "RemoteConnectionProbe")

_EXISTS = "exists"
_LISTING = timedelta(seconds=30)
"""Kinds are listed at different moments, of a busy API server some seconds apart."""


@dataclass(frozen=True, slots=True)
class Cause:
    """What one object says is wrong, or is still missing."""

    ref: Ref
    condition: str
    """The type of the condition, or the field of the status, that says it."""
    reason: str
    message: str
    since: datetime | None
    waiting: bool
    """It waits for something else, which may be all right."""
    row: Row | None = None
    """What its provider's table says it means."""
    where: str = STATUS
    """JSONPath of the list that the condition is in, or of what holds the field."""

    @property
    def fault(self) -> Fault | None:
        """What kind of thing is wrong, where a table says it."""
        return self.row.fault if self.row else None

    @property
    def is_absence(self) -> bool:
        """Whether it is that an object was not there when its kind was listed."""
        return self.condition == _EXISTS

    @property
    def patience(self) -> timedelta | None:
        """How long it may wait."""
        return self.row.patience if self.row else None


def of_machine(estate: Estate, machine: Manifest) -> Cause | None:
    """Return the first cause for which a Machine is not well; None when it is."""
    if text(machine, "metadata", "deletionTimestamp"):
        return _told(machine, deletion_step(machine), waiting=True)
    return _first([*_below(estate, machine), *_own(machine, _MACHINE)])


def below(estate: Estate, machine: Manifest) -> Cause | None:
    """Return what the providers of a Machine, or of a MachinePool, say is wrong with it."""
    return _first(list(_below(estate, machine)))


def of_cluster(estate: Estate, cluster: Manifest) -> Cause | None:
    """Return the first cause of a Cluster's own layers; None when these are well."""
    if text(cluster, "metadata", "deletionTimestamp"):
        return _told(cluster, condition_of(cluster, "Deleting"), waiting=True)
    return _first([*_layers(estate, cluster), *_own(cluster, _CLUSTER)])


def of_layers(estate: Estate, cluster: Manifest) -> Cause | None:
    """Return what the providers of a Cluster's infrastructure and control plane say is wrong."""
    return _first(list(_layers(estate, cluster)))


def of_infrastructure(estate: Estate, layer: Manifest) -> Cause | None:
    """Return what is wrong with the infrastructure of a Cluster, or with its identity."""
    return _first([*_identity(estate, layer), *_own(layer)])


def of_holder(estate: Estate, holder: Manifest) -> Cause | None:
    """Return why a pool or control plane is not as it should be, machines aside.

    It says why it adds no machine, or a set below it does; or which part of it is not well.
    """
    sets = [one for one in estate.snapshot.children(Ref.of(holder)) if _is_set(one)]
    for one in (holder, *sets):
        scaling = condition_of(one, "ScalingUp")
        if scaling is not None and scaling.status == "True" and "is blocked" in scaling.message:
            return _told(one, scaling, waiting=False)
        made = older_condition(one, "MachinesCreated")
        if made is not None and made.status == "False":
            return _told(one, made, waiting=False)
    return _first(list(_own(holder, () if _is_managed(holder) else _HOLDER)))


def _is_set(one: Manifest) -> bool:
    return text(one, "kind") == "MachineSet"


def _layers(estate: Estate, cluster: Manifest) -> Iterator[Cause]:
    for path in (("spec", "infrastructureRef"), ("spec", "controlPlaneRef")):
        ref, layer = estate.referred(cluster, *path)
        if layer is not None:
            if path[-1] == "infrastructureRef" or _is_awaited(cluster, layer):
                yield from _identity(estate, layer)
                yield from () if _is_done(layer) else _own(layer)
        elif ref is not None and estate.lacks(ref):
            yield _absent(ref, cluster)


def _is_awaited(cluster: Manifest, plane: Manifest) -> bool:
    """Return whether the infrastructure of a Cluster waits for its control plane.

    It does where a cloud runs that (EKS, AKS, GKE). Else machines come first, and the control
    plane's own state only sums them up.
    """
    made = condition_of(cluster, "InfrastructureReady")
    return _is_managed(plane) and (made is None or made.status != "True")


def _is_managed(plane: Manifest) -> bool:
    """Return whether a control plane has no machines of its own, by its contract or its kind.

    Not every provider sets the contract's field (Cluster API book, "Contract rules for
    ControlPlane", externalManagedControlPlane).
    """
    named = "Managed" in text(plane, "kind")
    return named or truth(plane, "status", "externalManagedControlPlane")


def _identity(estate: Estate, layer: Manifest) -> Iterator[Cause]:
    """Yield what is wrong with the identity that the infrastructure of a Cluster names."""
    ref, identity = estate.referred(layer, "spec", "identityRef")
    if identity is not None:
        yield from _own(identity)
    elif ref is not None and estate.lacks(ref):
        missing = Row(Fault.CREDENTIAL, "Create the identity, or name one that exists.", whole=True)
        yield _absent(ref, layer, missing)


def _below(estate: Estate, machine: Manifest) -> Iterator[Cause]:
    for path in _LAYERS:
        ref, layer = estate.referred(machine, *path)
        if layer is not None:
            if not (_is_done(layer) or text(layer, "metadata", "deletionTimestamp")):
                for part in estate.parts(layer):  # the VM, server or host behind it speaks first
                    yield from _own(part)
                yield from _own(layer)
        elif ref is not None and estate.lacks(ref) and _has_settled(estate, machine):
            yield _absent(ref, machine)


def _has_settled(estate: Estate, owner: Manifest) -> bool:
    """Return whether an object was there when the kinds that it refers to were listed."""
    made = instant(owner, "metadata", "creationTimestamp")
    return made is None or estate.snapshot.now - made > _LISTING


def _is_done(layer: Manifest) -> bool:
    """Return whether a provider's object did its part, in either contract."""
    done = ("provisioned", "dataSecretCreated")
    newer = any(truth(layer, "status", "initialization", one) for one in done)
    causes = _own(layer) if newer or truth(layer, "status", "ready") else ()
    return (newer or truth(layer, "status", "ready")) and all(one.waiting for one in causes)


def _own(manifest: Manifest, types: tuple[str, ...] = ()) -> Iterator[Cause]:
    """Yield what an object says is wrong; what says most specifically what, first."""
    if not types:
        yield from _fields(manifest)
    found = [one for one in unwell(manifest) if not types or one.type in types]
    waits = True
    for one in sorted(found, key=_specific):
        summary = one.type in _SUMMARIES and len(found) > 1  # of those before it
        told = _told(manifest, one, waiting=waits if summary else _waits(manifest, one))
        if told is not None:
            waits = waits and told.waiting
            yield told


def _fields(manifest: Manifest) -> Iterator[Cause]:
    """Yield what an object says outside of conditions.

    `failureMessage` is of the contract v1beta1; a BareMetalHost has `errorMessage`.
    """
    for status, reason, message in _FAILURES:
        said = text(manifest, *status, message)
        if said:
            why = text(manifest, *status, reason) or "Failed"
            row = meaning(text(manifest, "kind"), message, why, said)
            where = ".".join(("$", *status))
            ref = Ref.of(manifest)
            yield Cause(ref, message, why, said, None, waiting=False, row=row, where=where)


_FAILURES = (
    (("status",), "failureReason", "failureMessage"),
    (("status", "deprecated", "v1beta1"), "failureReason", "failureMessage"),
    (("status",), "errorType", "errorMessage"),
)


def _specific(one: Condition) -> tuple[bool, bool]:
    """Return what puts summaries after what they sum up."""
    return one.type in _SUMMARIES, not one.message


def _waits(manifest: Manifest, one: Condition) -> bool:
    """Return whether a condition only says that something else has to come first.

    A Cluster's own conditions are False as well while it is created or upgraded, and while its
    first API server does not run yet.
    """
    if one.type == "RemoteConnectionProbe":
        made = condition_of(manifest, "ControlPlaneInitialized")
        return made is not None and made.status != "True"
    wrong = _WRONG.get(one.type)
    return one.waiting or (wrong is not None and one.reason not in wrong)


def _first(found: list[Cause]) -> Cause | None:
    """Return what is wrong, best what a table knows; only where nothing is, what is waited for."""
    wrong = [one for one in found if not one.waiting]
    known = next((one for one in wrong if one.row), None)
    return known or next(iter(wrong), None) or next(iter(found), None)


def _told(manifest: Manifest, one: Condition | None, *, waiting: bool) -> Cause | None:
    """Return a condition as a cause; its provider's table knows better than its severity."""
    if one is None:
        return None
    row = meaning(text(manifest, "kind"), one.type, one.reason, one.message)
    if row is not None:
        waiting = row.fault is Fault.PROGRESS
    told = (one.type, one.reason, one.message, one.since, waiting, row, one.where)
    return Cause(Ref.of(manifest), *told)


def _absent(ref: Ref, owner: Manifest, row: Row | None = None) -> Cause:
    said = f"{Ref.of(owner)} refers to it"
    return Cause(ref, _EXISTS, "NotFound", said, None, waiting=False, row=row)
