"""Alerts known by name: what each means, what to check next, and what usually causes it.

The names are those of kubernetes-mixin, node-mixin, etcd's, Prometheus' and Alertmanager's mixins
and of kube-prometheus; what is said of them is our own.
"""

from collections.abc import Mapping

from clusterwright.tools.prometheus.known_alerts import (
    alertmanager,
    apps,
    control_plane,
    etcd,
    general,
    kube_state_metrics,
    kubelet,
    nodes,
    operator,
    prometheus,
    resources,
    storage,
)
from clusterwright.tools.prometheus.known_alerts.known_alert import KnownAlert

FAMILIES: Mapping[str, tuple[KnownAlert, ...]] = {
    "General": general.ALERTS,
    "Workloads": apps.ALERTS,
    "Resources and quotas": resources.ALERTS,
    "Storage": storage.ALERTS,
    "Kubelet and nodes": kubelet.ALERTS,
    "Control plane": control_plane.ALERTS,
    "etcd": etcd.ALERTS,
    "Node exporter": nodes.ALERTS,
    "kube-state-metrics": kube_state_metrics.ALERTS,
    "Prometheus": prometheus.ALERTS,
    "Alertmanager": alertmanager.ALERTS,
    "Prometheus Operator": operator.ALERTS,
}
KNOWN_ALERTS: Mapping[str, KnownAlert] = {
    one.name: one for family in FAMILIES.values() for one in family
}
