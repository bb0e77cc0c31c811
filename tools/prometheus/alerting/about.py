"""The objects that an alert is about, from its labels.

Labels of exporters come in two kinds: those of what is measured, and those of who measures. Where
both are there, Prometheus renames the former to `exported_...`; so these come first. The one that
measures is told only where nothing else is.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from clusterwright.tools.prometheus.known_alerts import KNOWN_ALERTS
from clusterwright.tools.prometheus.result import Labels
from clusterwright.tools.ref import Ref, legal

_NAMESPACED: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (("pod", "pod_name"), "Pod", "v1"),
    (("deployment",), "Deployment", "apps/v1"),
    (("statefulset",), "StatefulSet", "apps/v1"),
    (("daemonset",), "DaemonSet", "apps/v1"),
    (("replicaset",), "ReplicaSet", "apps/v1"),
    (("job_name",), "Job", "batch/v1"),
    (("cronjob",), "CronJob", "batch/v1"),
    (("persistentvolumeclaim",), "PersistentVolumeClaim", "v1"),
    (("horizontalpodautoscaler", "hpa"), "HorizontalPodAutoscaler", "autoscaling/v2"),
    (("poddisruptionbudget",), "PodDisruptionBudget", "policy/v1"),
    (("resourcequota",), "ResourceQuota", "v1"),
    (("ingress",), "Ingress", "networking.k8s.io/v1"),
)
_WIDE: tuple[tuple[tuple[str, ...], str], ...] = (
    (("persistentvolume",), "PersistentVolume"),
    (("node", "nodename", "Hostname", "hostname", "kubernetes_node"), "Node"),
)
_WORKLOADS = {
    "deployment": "Deployment",
    "statefulset": "StatefulSet",
    "daemonset": "DaemonSet",
    "replicaset": "ReplicaSet",
}


@dataclass(frozen=True, slots=True)
class Places:
    """What of the cluster is needed to tell what labels mean."""

    nodes: Mapping[str, Ref]
    """By each name and address of theirs."""


NOWHERE = Places({})


def about(labels: Labels, places: Places = NOWHERE) -> tuple[Ref, ...]:
    """Return the objects that labels name, those that an alert of this name is about first."""
    found = tuple(dict.fromkeys(_named(labels, places)))
    wanted = _wanted(labels)
    first = [one for one in found if one.kind in wanted]
    if first:
        return tuple(dict.fromkeys((*first, *found)))
    return found or tuple(_last(labels, places))


def _wanted(labels: Labels) -> frozenset[str]:
    """Return the kinds that a known alert is about."""
    known = KNOWN_ALERTS.get(labels.get("alertname", ""))
    subject = frozenset(known.subject) if known else frozenset[str]()
    kinds = [kind for names, kind, _ in _NAMESPACED if subject & {*names}]
    return frozenset(kinds) | {kind for names, kind in _WIDE if subject & {*names}}


def _named(labels: Labels, places: Places) -> Iterator[Ref]:
    namespace = _value(labels, ("namespace",))
    for names, kind, version in _NAMESPACED:
        ref = legal(kind, _value(labels, names), namespace, version) if namespace else None
        if ref:
            yield ref
    workload = labels.get("workload", "")
    kind = _WORKLOADS.get(labels.get("workload_type", "").lower(), "")
    if workload and kind and namespace and (ref := legal(kind, workload, namespace, "apps/v1")):
        yield ref
    for names, kind in _WIDE:
        value = _value(labels, names)
        ref = places.nodes.get(value) if kind == "Node" else None
        if value and (ref := ref or legal(kind, value, "", "v1")):
            yield ref


def _last(labels: Labels, places: Places) -> Iterator[Ref]:
    """Yield what is named by address, or the service or namespace, where nothing else is."""
    host = labels.get("instance", "").rpartition(":")[0] or labels.get("instance", "")
    if host and host in places.nodes:
        yield places.nodes[host]
        return
    namespace, service = _value(labels, ("namespace",)), _value(labels, ("service",))
    ref = legal("Service", service, namespace, "v1") if service and namespace else None
    ref = ref or (legal("Namespace", namespace, "", "v1") if namespace else None)
    if ref:
        yield ref


def _value(labels: Labels, names: Sequence[str]) -> str:
    for name in names:
        found = labels.get(f"exported_{name}") or labels.get(name)
        if found:
            return found
    return ""
