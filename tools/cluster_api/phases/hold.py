"""What holds an operation on purpose: a pause, a lifecycle hook, an upgrade that is deferred."""

from clusterwright.tools.cluster_api.condition import condition_of
from clusterwright.tools.cluster_api.estate import paused
from clusterwright.tools.cluster_api.phases.parts import Parts
from clusterwright.tools.cluster_api.phases.phase import Awaited, Phase, State
from clusterwright.tools.cluster_api.topology_reason import RECONCILED, hook_blocks
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.kubernetes.changes.workload_cluster import DEFERRED
from clusterwright.tools.ref import Ref

_DELETE_HOOK = "WaitingForBeforeDeleteHook"


def held(parts: Parts, phases: list[Phase]) -> list[Phase]:
    """Return phases of which those that are open are blocked, if something holds the Cluster."""
    why = _hold(parts)
    if why is None:
        return phases
    return [
        one.model_copy(update={"state": State.BLOCKED, "waits_for": one.waits_for or why})
        if one.state is State.UNDER_WAY
        else one
        for one in phases
    ]


def _hold(parts: Parts) -> Awaited | None:
    cluster = parts.cluster
    ref = Ref.of(cluster)
    if paused(cluster):
        found = condition_of(cluster, "Paused")
        return Awaited(ref=ref, reason="Paused", since=found.since if found else None)
    for kind in (RECONCILED, "Deleting"):
        one = condition_of(cluster, kind)
        if one and (hook_blocks(one) or one.reason in {_DELETE_HOOK, *DEFERRED}):
            message = one_line(one.message, 240)
            return Awaited(ref=ref, reason=one.reason, message=message, since=one.since)
    return None
