"""How an object does, in one word: the same in every tool that shows objects."""

from collections.abc import Callable
from datetime import datetime

from clusterwright.tools.excerpt import one_line
from clusterwright.tools.kubernetes.state.network import ingress_state, policy_state
from clusterwright.tools.kubernetes.state.other import (
    any_state,
    claim_state,
    node_state,
    service_state,
    volume_state,
)
from clusterwright.tools.kubernetes.state.pod import pod_state
from clusterwright.tools.kubernetes.state.scaling import autoscaler_state, budget_state
from clusterwright.tools.kubernetes.state.state import State, leaving
from clusterwright.tools.kubernetes.state.workload import (
    cron_job_state,
    daemon_state,
    job_state,
    replicas_state,
)
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.ref import Ref

_STATES: dict[str, Callable[[Manifest], State]] = {
    "Deployment": replicas_state,
    "StatefulSet": replicas_state,
    "ReplicaSet": replicas_state,
    "ReplicationController": replicas_state,
    "DaemonSet": daemon_state,
    "Job": job_state,
    "CronJob": cron_job_state,
    "Node": node_state,
    "PersistentVolumeClaim": claim_state,
    "PersistentVolume": volume_state,
    "Service": service_state,
    "Ingress": ingress_state,
    "NetworkPolicy": policy_state,
    "HorizontalPodAutoscaler": autoscaler_state,
    "PodDisruptionBudget": budget_state,
}


_LONGEST = 80


def state_of(manifest: Manifest, now: datetime) -> State:
    """Return the state of an object of any kind; `now` is the API server's clock."""
    ref = Ref.of(manifest)
    if ref.kind == "Pod" and not ref.group:
        return pod_state(manifest, now)
    state = any_state(manifest) if ref.group else _STATES.get(ref.kind, any_state)(manifest)
    gone = leaving(manifest, now) or state
    return State(one_line(gone.text, _LONGEST), gone.well, state.cells)
