"""Changes of Cluster API objects: behind a small diff stand machines, and all that runs on them."""

from collections.abc import Container, Iterator, Sequence
from functools import partial

from clusterwright.tools.errors import RefusedError
from clusterwright.tools.field_path import MISSING, Path, read
from clusterwright.tools.kubernetes.changes.step import (
    Check,
    Failed,
    Met,
    Pending,
    Scene,
    Step,
    Verdict,
)
from clusterwright.tools.kubernetes.changes.write import Verb
from clusterwright.tools.manifest import (
    Json,
    Manifest,
    condition,
    dig,
    items,
    mapping,
    number,
    text,
    truth,
)
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref
from clusterwright.tools.trust.risk import Risk

CORE = "cluster.x-k8s.io"
_TOPOLOGY: Path = ("spec", "topology")
_CONTROL_PLANES: dict[str, Path] = {
    f"Cluster.{CORE}": (*_TOPOLOGY, "controlPlane", "replicas"),
    f"KubeadmControlPlane.controlplane.{CORE}": ("spec", "replicas"),
}
_EXTERNAL_ETCD = ("spec", "kubeadmConfigSpec", "clusterConfiguration", "etcd", "external")
_TRUE = (
    "TopologyReconciled",
    "WorkerMachinesUpToDate",
    "ControlPlaneMachinesUpToDate",
    "Available",
)
_FALSE = ("RollingOut", "ScalingUp", "ScalingDown")
DEFERRED = frozenset({"MachineDeploymentsUpgradeDeferred", "MachinePoolsUpgradeDeferred"})
"""Why a topology is not reconciled as long as its owner keeps pools at their version
(core/reconcilers/topology/cluster/status.go)."""
POOLS = frozenset({"MachineDeployment", "MachineSet", "MachinePool"})
_COUNTS = (
    ("replicas", "replicas", "there"),
    ("upToDateReplicas", "updatedReplicas", "up to date"),
    ("readyReplicas", "readyReplicas", "ready"),
)
"""What a pool counts, in the API v1beta2 and in v1beta1, and what that means."""
_DEPLOYMENT = "ClusterDeployment.k0rdent.mirantis.com"
"""What k0rdent makes a Cluster of, by a chart that may do anything with its values."""
_REMEDIATE = f"{CORE}/remediate-machine"
_SECONDS = 3_600.0
"""For machines to come and go; a policy may give them less."""


def check_quorum(step: Step) -> None:
    """Raise RefusedError for a control plane of an even number of members.

    With etcd stacked on them, two tolerate the loss of none, four no more than three do (Cluster
    API refuses it for KubeadmControlPlane, controlplane/kubeadm/webhooks). A change in the words of
    Cluster API has looked at the etcd itself.
    """
    if step.risks is not None or mapping(step.before, *_EXTERNAL_ETCD):
        return
    path = _CONTROL_PLANES.get(f"{step.ref.kind}.{step.ref.group}")
    wanted = read(step.write.body, path) if path else MISSING
    if isinstance(wanted, int) and wanted > 0 and wanted % 2 == 0:
        raise RefusedError(
            f"{step.ref} would have a control plane of {wanted} members, which etcd needs odd",
            hint=f"use {wanted - 1} or {wanted + 1}",
        )


def risks(_scene: Scene, step: Step) -> Iterator[tuple[Risk, str]]:
    """Yield what a change of a Cluster API object puts at risk."""
    ref = step.ref
    if step.risks is not None:
        return  # the change itself knows better
    if f"{ref.kind}.{ref.group}" == _DEPLOYMENT and step.before and _changes(step, ("spec",)):
        yield Risk.HIGH, f"machines of {ref} may be replaced, and what runs on them moves"
    if ref.group != CORE and not ref.group.endswith(f".{CORE}"):
        return
    if step.write.verb is Verb.DELETE:
        yield Risk.HIGH, f"with {ref} go its machines, and what runs on them"
    if step.write.verb is Verb.DELETE or step.before is None:
        return
    yield from _of_marks(step)
    if ref.kind == "Cluster":
        yield from _of_topology(step)
        yield from _of_parts(step)
    elif _changes(step, ("spec",)):
        yield Risk.MEDIUM, f"{ref} decides about machines, and what runs on them"
        yield from _fewer(str(ref), step.before.get("spec"), step.write.body.get("spec"))


def reconciled(ref: Ref) -> Check:
    """Return the check that a Cluster is as its topology says, and Available."""
    said = f"{ref} is reconciled, up to date and Available"
    return Check(said, ref, judge_reconciled, seconds=_SECONDS)


def manned(ref: Ref) -> Check:
    """Return the check that a pool has as many machines as asked for, up to date and ready."""
    said = f"{ref} has all its machines, up to date and ready"
    return Check(said, ref, partial(_manned, ref.name), seconds=_SECONDS)


def judge_machines(called: str, one: Manifest) -> Verdict:
    """Judge whether a pool or a control plane has all its replicas, all of them up to date."""
    status, seen = mapping(one, "status"), judge_seen(called, one)
    if not isinstance(seen, Met):
        return seen
    wanted = dig(one, "spec", "replicas")
    if not isinstance(wanted, int):
        return Met()
    for count, older, what in _COUNTS:
        has = number(status, count if count in status else older)
        if has != wanted:
            return Pending(f"{called}: {has} of {wanted} machines {what}")
    return Met()


def judge_seen(called: str, one: Manifest) -> Verdict:
    """Judge whether the controller of an object has looked at its present spec."""
    status, generation = mapping(one, "status"), number(one, "metadata", "generation")
    if "observedGeneration" in status and number(status, "observedGeneration") < generation:
        return Pending(f"the controller of {called} has not seen the change yet")
    return Met()


def _manned(called: str, found: Manifest | None, _listed: Sequence[Manifest]) -> Verdict:
    if found is None:
        return Failed("it does not exist any more")
    return Met() if truth(found, "spec", "paused") else judge_machines(called, found)


def _of_marks(step: Step) -> Iterator[tuple[Risk, str]]:
    """Yield what annotations ask of controllers, as fields do (Cluster API book, "Annotations")."""
    before = mapping(step.before, "metadata", "annotations")
    wanted = read(step.write.body, ("metadata", "annotations"))
    for name, value in (dict.fromkeys(before) if wanted is None else mapping(wanted)).items():
        domain = name.partition("/")[0]
        if value == before.get(name) or not f".{domain}".endswith(f".{CORE}"):
            continue
        if name == _REMEDIATE and value is not None:
            yield Risk.HIGH, f"{step.ref} is replaced, whatever its health, with what runs on it"
        else:
            yield Risk.MEDIUM, f"controllers act on what {name} of {step.ref} says"


def _of_parts(step: Step) -> Iterator[tuple[Risk, str]]:
    """Yield what it means that a Cluster is to be made of something else, or stands still."""
    ref = step.ref
    for part in ("classRef", "class", "classNamespace"):
        if _changes(step, (*_TOPOLOGY, part)):
            yield Risk.HIGH, f"{ref} is made from another class, which may replace every machine"
    for part in ("controlPlaneRef", "infrastructureRef", "controlPlaneEndpoint"):
        if _changes(step, ("spec", part)):
            yield Risk.HIGH, f"{part} tells what the whole of {ref} stands on"
    if _changes(step, ("spec", "paused")) and read(step.write.body, ("spec", "paused")):
        yield Risk.MEDIUM, f"nothing of {ref} is repaired, scaled or upgraded while it is paused"


def _of_workers(step: Step) -> Iterator[tuple[Risk, str]]:
    """Yield the pools of a topology that go, or get smaller."""
    path: Path = (*_TOPOLOGY, "workers")
    before, wanted = read(step.before or {}, path), read(step.write.body, path)
    for kind in ("machineDeployments", "machinePools"):
        if wanted is not None and kind not in mapping(wanted):
            continue
        rest = {text(one, "name"): one for one in items(wanted, kind)}
        for one in items(before, kind):
            name = text(one, "name")
            if name in rest:
                yield from _fewer(f"pool {name} of {step.ref}", one, rest[name])
            else:
                yield Risk.HIGH, f"pool {name} of {step.ref} goes, and what runs on it"


def _fewer(called: str, before: Json, wanted: Json) -> Iterator[tuple[Risk, str]]:
    """Yield that machines go, of which nobody has looked what runs on them."""
    now, then = dig(before, "replicas"), dig(wanted, "replicas")
    if isinstance(now, int) and isinstance(then, int) and then < now:
        yield Risk.HIGH, f"{now - then} of {now} machines of {called} go, and what runs on them"


def _of_topology(step: Step) -> Iterator[tuple[Risk, str]]:
    ref = step.ref
    if _changes(step, (*_TOPOLOGY, "version")):
        yield Risk.HIGH, f"every machine of {ref} is replaced or upgraded, control plane first"
    if _changes(step, (*_TOPOLOGY, "variables")):
        yield (
            Risk.HIGH,
            f"a variable of {ref} may replace its machines, and what runs on them moves",
        )
    for part in ("controlPlane", "workers"):
        if _changes(step, (*_TOPOLOGY, part)):
            yield Risk.MEDIUM, f"machines of {ref} may come, go or be replaced"
    yield from _of_workers(step)
    if _changes(step, ("spec", "paused")) and not read(step.write.body, ("spec", "paused")):
        yield Risk.MEDIUM, f"what was changed while {ref} was paused takes effect"


def _changes(step: Step, path: Path) -> bool:
    wanted = read(step.write.body, path)
    return wanted is not MISSING and wanted != read(step.before or {}, path)


def judge_reconciled(
    found: Manifest | None, _listed: Sequence[Manifest], *, aside: Container[str] = ()
) -> Verdict:
    """Judge a Cluster by its own conditions, all of which must tell of its present spec.

    Conditions that are to be left `aside` are not looked at.
    """
    if found is None:
        return Failed("it does not exist any more")
    if truth(found, "spec", "paused"):
        return Met()  # nothing moves until it is resumed
    generation = number(found, "metadata", "generation")
    newer = mapping(found, "status", "v1beta2") or mapping(found, "status")  # of an API v1beta1
    seen = {"status": newer}
    for kind in (*_TRUE, *_FALSE):
        one = condition(seen, kind)
        wanted = "True" if kind in _TRUE else "False"
        if not one or kind in aside:
            continue
        if number(one, "observedGeneration") < generation:
            return Pending(f"{kind} does not tell of the change yet")
        if text(one, "status") != wanted and text(one, "reason") not in DEFERRED:
            return Pending(f"{kind} is {word(text(one, 'status'))}: {word(text(one, 'reason'))}")
    return Met() if condition(seen, "Available") else Pending("it reports no condition yet")
