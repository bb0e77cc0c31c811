"""Which objects the labels of an alert are about; only those that exist, where that was read."""

from collections.abc import Iterator

from clusterwright.tools.prometheus.analyzers.joins import node_of, pod_of, workload
from clusterwright.tools.prometheus.estate import Estate
from clusterwright.tools.prometheus.result import Labels
from clusterwright.tools.ref import Ref, checked

_NAMED = (
    ("deployment", "Deployment"),
    ("statefulset", "StatefulSet"),
    ("daemonset", "DaemonSet"),
    ("replicaset", "ReplicaSet"),
    ("job_name", "Job"),
    ("cronjob", "CronJob"),
    ("horizontalpodautoscaler", "HorizontalPodAutoscaler"),
    ("poddisruptionbudget", "PodDisruptionBudget"),
    ("persistentvolumeclaim", "PersistentVolumeClaim"),
    ("resourcequota", "ResourceQuota"),
    ("ingress", "Ingress"),
)
"""Labels as kube-state-metrics writes them, with the kind that each names."""


def about(estate: Estate, labels: Labels) -> tuple[Ref, ...]:
    """Return the objects that an alert is about, the most telling first; at times none."""
    return tuple(dict.fromkeys(_about(estate, labels)))


def _about(estate: Estate, labels: Labels) -> Iterator[Ref]:
    namespace = labels.get("exported_namespace") or labels.get("namespace", "")
    named = [(key, kind) for key, kind in _NAMED if labels.get(key)]
    for key, kind in named:
        ref = checked(Ref(kind, labels[key], namespace)) if namespace else None
        if ref and _there(estate, ref):
            yield ref
    if not named:
        pod = pod_of(estate, labels)
        if pod:
            yield workload(estate, pod)
            yield pod
        service = labels.get("service", "")
        ref = checked(Ref("Service", service, namespace)) if service and namespace else None
        if ref and _there(estate, ref):
            yield ref
    node = node_of(estate, {key: value for key, value in labels.items() if key != "instance"})
    if node is None and not namespace:
        node = node_of(estate, labels)
    if node:
        yield node


def _there(estate: Estate, ref: Ref) -> bool:
    return not estate.was_read(ref.kind_key) or estate.get(ref) is not None
