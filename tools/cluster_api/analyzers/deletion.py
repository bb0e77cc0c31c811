"""Machines and Clusters that were deleted and stay."""

from collections.abc import Iterable
from datetime import timedelta

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.cluster_api.analyzers.told import lasting, proof, titled
from clusterwright.tools.cluster_api.condition import Condition, condition_of
from clusterwright.tools.cluster_api.estate import CLUSTER, MACHINE
from clusterwright.tools.finding import Evidence, FieldEvidence, Finding, Severity
from clusterwright.tools.manifest import Manifest, instant, strings
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

MACHINE_CODE, CLUSTER_CODE = "machine/deletion-blocked", "cluster/deletion-blocked"
_PATIENCE = timedelta(minutes=5)
_HOOKS = ("pre-drain.delete.hook.", "pre-terminate.delete.hook.")
_HOOK_REASONS = ("WaitingForPreDrainHook", "WaitingForPreTerminateHook")


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    for kind, code in ((MACHINE, MACHINE_CODE), (CLUSTER, CLUSTER_CODE)):
        for one in snapshot.of_kind(kind):
            since = instant(one, "metadata", "deletionTimestamp")
            found = condition_of(one, "Deleting")
            if found is not None and lasting(since, snapshot.now, _PATIENCE):
                yield Suspicion(_finding(code, one, found))


def _finding(code: str, one: Manifest, found: Condition) -> Finding:
    hooks = _hooks(one) if found.reason in _HOOK_REASONS else ()
    ours = f"Deleted, but it stays: {found.reason}"
    if hooks:
        ours = f"Deleted, but held by the hook {hooks[0].removeprefix('cluster.x-k8s.io/')}"
    annotations: tuple[Evidence, ...] = tuple(
        FieldEvidence(ref=Ref.of(one), path=f"$.metadata.annotations['{hook}']", value="present")
        for hook in hooks
    )
    return Finding(
        code=code,
        severity=Severity.WARNING,
        subject=Ref.of(one),
        title=ours if hooks else titled(ours, found.message),
        evidence=(*annotations, *proof(one, found)),
        since=instant(one, "metadata", "deletionTimestamp"),
        fixes=(_FIXES.get(found.reason, "See what the message names, and free it."),),
    )


def _hooks(one: Manifest) -> tuple[str, ...]:
    found = strings(one, "metadata", "annotations")
    return tuple(sorted(name for name in found if name.startswith(_HOOKS)))


_FIXES = {
    "DrainingNode": "Let the pods that the message names be evicted: their budgets forbid it.",
    "WaitingForPreDrainHook": "Restore the controller that owns the hook; it removes it when done.",
    "WaitingForPreTerminateHook": "Restore the controller that owns the hook; it removes it.",
    "WaitingForInfrastructureDeletion": "See the infrastructure object, and its provider's log.",
}
DELETION = Analyzer("deletion", (MACHINE_CODE, CLUSTER_CODE), (MACHINE, CLUSTER), _detect)
