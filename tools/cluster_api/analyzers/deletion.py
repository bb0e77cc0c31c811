"""Machines and Clusters that were deleted and stay."""

from collections.abc import Iterable

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.cluster_api.analyzers.told import chain, lasting, proof, titled
from clusterwright.tools.cluster_api.condition import Condition, condition_of
from clusterwright.tools.cluster_api.estate import CLUSTER, MACHINE, Estate, paused
from clusterwright.tools.cluster_api.patience import REMOVAL
from clusterwright.tools.finding import Evidence, FieldEvidence, Finding, Severity
from clusterwright.tools.manifest import Manifest, instant, strings, text
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

MACHINE_CODE, CLUSTER_CODE = "machine/deletion-blocked", "cluster/deletion-blocked"
_HOOKS = ("pre-drain.delete.hook.", "pre-terminate.delete.hook.")
_HOOK_REASONS = ("WaitingForPreDrainHook", "WaitingForPreTerminateHook")


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = Estate(snapshot)
    for kind, code in ((MACHINE, MACHINE_CODE), (CLUSTER, CLUSTER_CODE)):
        for one in snapshot.of_kind(kind):
            since = instant(one, "metadata", "deletionTimestamp")
            if since is None or not lasting(since, snapshot.now, REMOVAL):
                continue
            found = condition_of(one, "Deleting")
            if kind == CLUSTER and paused(one):
                yield Suspicion(_paused(one, found))
            elif not estate.at_rest(one) and found is not None and not _below(estate, one):
                yield Suspicion(_finding(estate, code, one, found))


def _below(estate: Estate, one: Manifest) -> bool:
    """Return whether a Cluster only waits for machines of which each is told by itself."""
    if text(one, "kind") != "Cluster":
        return False
    machines = estate.of(MACHINE, one)
    going = [instant(m, "metadata", "deletionTimestamp") for m in machines]
    return any(lasting(since, estate.snapshot.now, REMOVAL) for since in going)


def _paused(one: Manifest, found: Condition | None) -> Finding:
    ref = Ref.of(one)
    field = FieldEvidence(ref=ref, path="$.spec.paused", value="true, or the annotation")
    return Finding(
        code=CLUSTER_CODE,
        severity=Severity.WARNING,
        subject=ref,
        title="Deleted, but it is paused: no controller takes it down",
        evidence=(field, *(proof(one, found) if found else ())),
        since=instant(one, "metadata", "deletionTimestamp"),
        fixes=("Set spec.paused to false and remove the annotation cluster.x-k8s.io/paused.",),
    )


def _finding(estate: Estate, code: str, one: Manifest, found: Condition) -> Finding:
    hooks = _hooks(one) if found.reason in _HOOK_REASONS else ()
    ours = f"Deleted, but it stays: {word(found.reason)}"
    if hooks:
        ours = f"Deleted, but held by the hook {word(hooks[0].removeprefix('cluster.x-k8s.io/'))}"
    annotations: tuple[Evidence, ...] = tuple(
        FieldEvidence(ref=Ref.of(one), path=f"$.metadata.annotations['{hook}']", value="present")
        for hook in hooks
    )
    return Finding(
        code=code,
        severity=Severity.WARNING,
        subject=Ref.of(one),
        title=ours if hooks else titled(ours, found.message),
        evidence=(*annotations, *proof(one, found), *_node(one)),
        since=instant(one, "metadata", "deletionTimestamp"),
        relations=tuple(chain(estate, one)) if code == MACHINE_CODE else (),
        fixes=(_FIXES.get(found.reason, "See what the message names, and free it."),),
    )


def _node(one: Manifest) -> tuple[FieldEvidence, ...]:
    """Return the Node that a machine is, on which its pods have to give way."""
    name = text(one, "status", "nodeRef", "name")
    path = "$.status.nodeRef.name"
    return (FieldEvidence(ref=Ref.of(one), path=path, value=name),) if name else ()


def _hooks(one: Manifest) -> tuple[str, ...]:
    found = strings(one, "metadata", "annotations")
    return tuple(sorted(name for name in found if name.startswith(_HOOKS)))


_FIXES = {
    "DrainingNode": "Let the pods that the message names be evicted: their budgets forbid it.",
    "WaitingForPreDrainHook": "Restore the controller that owns the hook; it removes it when done.",
    "WaitingForPreTerminateHook": "Restore the controller that owns the hook; it removes it.",
    "WaitingForVolumeDetach": "See the VolumeAttachments of the Node: a volume does not let go.",
    "WaitingForBeforeDeleteHook": "See the runtime extension that answers BeforeClusterDelete.",
    "WaitingForInfrastructureDeletion": "See the infrastructure object, and its provider's log.",
}
DELETION = Analyzer("deletion", (MACHINE_CODE, CLUSTER_CODE), (MACHINE, CLUSTER), _detect)
