"""What an object hangs on and what hangs on it, each neighbour with its state."""

from collections.abc import Awaitable, Callable

from clusterwright.tools.kubernetes.related.any_kind import mentioned
from clusterwright.tools.kubernetes.related.claim import around_claim, around_volume
from clusterwright.tools.kubernetes.related.lookup import Lookup
from clusterwright.tools.kubernetes.related.network import (
    around_budget,
    around_ingress,
    around_policy,
)
from clusterwright.tools.kubernetes.related.node import around_node
from clusterwright.tools.kubernetes.related.pod import around_pod
from clusterwright.tools.kubernetes.related.related import Related
from clusterwright.tools.kubernetes.related.service import around_service
from clusterwright.tools.kubernetes.related.workload import MAKES, around_cron_job, around_workload
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.ref import Ref

__all__ = ("MAKES", "Lookup", "Related", "related")

_AROUND: dict[str, Callable[[Lookup, Manifest], Awaitable[list[Related]]]] = {
    "Pod": around_pod,
    "Deployment": around_workload,
    "StatefulSet": around_workload,
    "DaemonSet": around_workload,
    "ReplicaSet": around_workload,
    "Job": around_workload,
    "CronJob": around_cron_job,
    "Service": around_service,
    "Ingress": around_ingress,
    "NetworkPolicy": around_policy,
    "PodDisruptionBudget": around_budget,
    "Node": around_node,
    "PersistentVolumeClaim": around_claim,
    "PersistentVolume": around_volume,
}


async def related(lookup: Lookup, manifest: Manifest) -> list[Related]:
    """Return the neighbours of an object, nearest first; of an unknown kind, those it mentions."""
    ref = Ref.of(manifest)
    around = mentioned if ref.group else _AROUND.get(ref.kind, mentioned)
    return await around(lookup, manifest)
