"""Alerts about kube-state-metrics, of its own mixin."""

from clusterwright.tools.prometheus.known_alerts.known_alert import KnownAlert

_WHY = "k8s_logs of kube-state-metrics: which kind, and what the API server answers."

ALERTS = (
    KnownAlert(
        "KubeStateMetricsListErrors",
        "kube-state-metrics fails to list objects: its metrics are old or missing.",
        _WHY,
        ("RBAC lacks a kind", "the API server is overloaded"),
        codes=("pod/api-access-denied",),
        runbook="kube-state-metrics/KubeStateMetricsListErrors",
    ),
    KnownAlert(
        "KubeStateMetricsWatchErrors",
        "kube-state-metrics fails to watch objects: its metrics are old or missing.",
        _WHY,
        ("RBAC lacks a kind", "the API server is overloaded"),
        codes=("pod/api-access-denied",),
        runbook="kube-state-metrics/KubeStateMetricsWatchErrors",
    ),
    KnownAlert(
        "KubeStateMetricsShardingMismatch",
        "Shards of kube-state-metrics disagree on their number: objects count twice or never.",
        "k8s_get of its pods: all need the same total-shards.",
        ("a rollout under way", "a change of the number of shards by hand"),
        runbook="kube-state-metrics/KubeStateMetricsShardingMismatch",
    ),
    KnownAlert(
        "KubeStateMetricsShardsMissing",
        "A shard of kube-state-metrics is missing: a part of all objects has no metrics.",
        "k8s_list of its pods, and prom_targets with job=kube-state-metrics.",
        ("a pod of it is down", "its target is dropped"),
        codes=("pod/crash-loop", "pod/unschedulable"),
        runbook="kube-state-metrics/KubeStateMetricsShardsMissing",
    ),
)
