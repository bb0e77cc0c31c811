"""Machines and Clusters that were deleted and stay."""

from collections.abc import Iterable

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.cluster_api.analyzers.told import chain, lasting, proof, titled
from clusterwright.tools.cluster_api.condition import Condition, condition_of
from clusterwright.tools.cluster_api.deletion_step import DRAINS, HOOKS, deletion_step
from clusterwright.tools.cluster_api.estate import CLUSTER, MACHINE, Estate, estate_of, paused
from clusterwright.tools.cluster_api.patience import DEPROVISION, REMOVAL
from clusterwright.tools.finding import Evidence, FieldEvidence, Finding, Severity
from clusterwright.tools.manifest import Manifest, instant, strings, text
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

MACHINE_CODE, CLUSTER_CODE = "machine/deletion-blocked", "cluster/deletion-blocked"
_HOOKS = ("pre-drain.delete.hook.", "pre-terminate.delete.hook.")


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    for kind, code in ((MACHINE, MACHINE_CODE), (CLUSTER, CLUSTER_CODE)):
        for one in snapshot.of_kind(kind):
            since = instant(one, "metadata", "deletionTimestamp")
            found = _said(one)
            if kind == CLUSTER and paused(one) and lasting(since, snapshot.now, REMOVAL):
                yield Suspicion(_paused(one, found))
            elif found is not None and _late(estate, one, found) and not _below(estate, one):
                yield Suspicion(_finding(estate, code, one, found))


def _said(one: Manifest) -> Condition | None:
    """Return what says what a deletion waits for; before Cluster API v1.9, the step that fails."""
    return condition_of(one, "Deleting") or deletion_step(one)


def _late(estate: Estate, one: Manifest, found: Condition) -> bool:
    """Return whether a deletion takes longer than it should: what is held is plain sooner."""
    since = instant(one, "metadata", "deletionTimestamp")
    patience = REMOVAL if found.reason in _FIXES else DEPROVISION
    return not estate.at_rest(one) and lasting(since, estate.snapshot.now, patience)


def _below(estate: Estate, one: Manifest) -> bool:
    """Return whether a Cluster only waits for machines of which each is told by itself."""
    if text(one, "kind") != "Cluster":
        return False
    going = [(machine, _said(machine)) for machine in estate.of(MACHINE, one)]
    return any(found is not None and _late(estate, m, found) for m, found in going)


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
    hooks = _hooks(one) if found.reason in HOOKS else ()
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
        fixes=(_FIXES.get(found.reason, _GENERIC),),
    )


def _node(one: Manifest) -> tuple[FieldEvidence, ...]:
    """Return the Node that a machine is, on which its pods have to give way."""
    name = text(one, "status", "nodeRef", "name")
    path = "$.status.nodeRef.name"
    return (FieldEvidence(ref=Ref.of(one), path=path, value=name),) if name else ()


def _hooks(one: Manifest) -> tuple[str, ...]:
    found = strings(one, "metadata", "annotations")
    return tuple(sorted(name for name in found if name.startswith(_HOOKS)))


_DRAIN = (
    "Let the pods that the message names go: a disruption budget may forbid it, or they take long"
    " to end."
)
_HOOK = "Restore the controller that owns the hook; it removes it when done."
_FIXES = {
    **dict.fromkeys(DRAINS, _DRAIN),
    **dict.fromkeys(HOOKS, _HOOK),
    "WaitingForVolumeDetach": "See the VolumeAttachments of the Node: a volume does not let go.",
    "WaitingForBeforeDeleteHook": "See the runtime extension that answers BeforeClusterDelete.",
}
"""What holds a deletion, and what to do about it. Other reasons tell of a provider at work."""
_GENERIC = "See what the message names: its object, and the log of its provider."
DELETION = Analyzer("deletion", (MACHINE_CODE, CLUSTER_CODE), (MACHINE, CLUSTER), _detect)
