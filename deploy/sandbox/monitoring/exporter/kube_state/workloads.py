"""kube_deployment_*, kube_replicaset_*, kube_statefulset_*, kube_daemonset_*."""

from clusterwright.deploy.sandbox.monitoring.exporter.exposition import Exposition, labelled
from clusterwright.deploy.sandbox.monitoring.exporter.kube_state.shared import (
    conditions,
    counted,
    created,
    owners,
)
from clusterwright.tools.manifest import Manifest, mapping, name_of, namespace_of, text, truth

_GENERATIONS = {
    "status_observed_generation": ("status", "observedGeneration"),
    "metadata_generation": ("metadata", "generation"),
}
_REPLICAS = {
    "spec_replicas": ("spec", "replicas"),
    "status_replicas": ("status", "replicas"),
    "status_replicas_ready": ("status", "readyReplicas"),
}
_DEPLOYMENT = {
    **_GENERATIONS,
    **_REPLICAS,
    "status_replicas_available": ("status", "availableReplicas"),
    "status_replicas_unavailable": ("status", "unavailableReplicas"),
    "status_replicas_updated": ("status", "updatedReplicas"),
}
_REPLICA_SET = {
    "status_observed_generation": ("status", "observedGeneration"),
    "spec_replicas": ("spec", "replicas"),
    "status_replicas": ("status", "replicas"),
    "status_ready_replicas": ("status", "readyReplicas"),
}
_STATEFUL_SET = {
    "metadata_generation": ("metadata", "generation"),
    "status_observed_generation": ("status", "observedGeneration"),
    "replicas": ("spec", "replicas"),
    "status_replicas": ("status", "replicas"),
    "status_replicas_ready": ("status", "readyReplicas"),
    "status_replicas_available": ("status", "availableReplicas"),
    "status_replicas_current": ("status", "currentReplicas"),
    "status_replicas_updated": ("status", "updatedReplicas"),
}
_DAEMON_SET = {
    **_GENERATIONS,
    "status_desired_number_scheduled": ("status", "desiredNumberScheduled"),
    "status_current_number_scheduled": ("status", "currentNumberScheduled"),
    "status_number_misscheduled": ("status", "numberMisscheduled"),
    "status_number_ready": ("status", "numberReady"),
    "status_number_available": ("status", "numberAvailable"),
    "status_number_unavailable": ("status", "numberUnavailable"),
    "status_updated_number_scheduled": ("status", "updatedNumberScheduled"),
}


def deployment(one: Manifest, out: Exposition) -> None:
    """Add the series of a Deployment."""
    labels = _labels("deployment", one)
    _counted("kube_deployment", one, labels, out, _DEPLOYMENT)
    out.add("kube_deployment_spec_paused", labels, float(truth(one, "spec", "paused")))
    conditions("kube_deployment_status_condition", one, labels, out)


def replica_set(one: Manifest, out: Exposition) -> None:
    """Add the series of a ReplicaSet."""
    labels = _labels("replicaset", one)
    _counted("kube_replicaset", one, labels, out, _REPLICA_SET)
    owners("kube_replicaset_owner", one, labels, out)


def stateful_set(one: Manifest, out: Exposition) -> None:
    """Add the series of a StatefulSet."""
    labels = _labels("statefulset", one)
    _counted("kube_statefulset", one, labels, out, _STATEFUL_SET)
    for which in ("current", "update"):
        revision = text(one, "status", f"{which}Revision")
        both = f"{labels},{labelled(revision=revision)}" if revision else labels
        out.add(f"kube_statefulset_status_{which}_revision", both, 1)


def daemon_set(one: Manifest, out: Exposition) -> None:
    """Add the series of a DaemonSet."""
    _counted("kube_daemonset", one, _labels("daemonset", one), out, _DAEMON_SET)


def _labels(kind: str, one: Manifest) -> str:
    return labelled(**{"namespace": namespace_of(one), kind: name_of(one)})


def _counted(
    prefix: str, one: Manifest, labels: str, out: Exposition, fields: dict[str, tuple[str, ...]]
) -> None:
    created(f"{prefix}_created", one, labels, out)
    if not mapping(one, "status"):
        return
    counted(one, labels, out, {f"{prefix}_{name}": path for name, path in fields.items()})
