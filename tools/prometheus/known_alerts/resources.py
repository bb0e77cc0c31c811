"""Alerts about capacity and quotas, of kubernetes-mixin (alerts/resource_alerts.libsonnet)."""

from clusterwright.tools.prometheus.known_alerts.known_alert import KnownAlert

ALERTS = (
    KnownAlert(
        "KubeCPUOvercommit",
        "Pods request more CPU than would be left if the largest node failed.",
        "k8s_list of nodes, and which namespaces request most; add a node or lower requests.",
        ("requests far above use", "too few nodes for the loss of one"),
        runbook="kubernetes/KubeCPUOvercommit",
    ),
    KnownAlert(
        "KubeMemoryOvercommit",
        "Pods request more memory than would be left if the largest node failed.",
        "k8s_list of nodes, and which namespaces request most; add a node or lower requests.",
        ("requests far above use", "too few nodes for the loss of one"),
        runbook="kubernetes/KubeMemoryOvercommit",
    ),
    KnownAlert(
        "KubeCPUQuotaOvercommit",
        "Quotas of namespaces together promise half as much CPU again as the cluster has, or more.",
        "k8s_list of ResourceQuota: whether all of them can be used at once is a decision.",
        ("quotas are larger than the cluster by intention", "nodes were removed"),
        runbook="kubernetes/KubeCPUQuotaOvercommit",
    ),
    KnownAlert(
        "KubeMemoryQuotaOvercommit",
        "Quotas of namespaces together promise half as much memory again as there is, or more.",
        "k8s_list of ResourceQuota: whether all of them can be used at once is a decision.",
        ("quotas are larger than the cluster by intention", "nodes were removed"),
        runbook="kubernetes/KubeMemoryQuotaOvercommit",
    ),
    KnownAlert(
        "KubeQuotaAlmostFull",
        "More than nine tenths of a quota of the namespace are used.",
        "k8s_describe of the ResourceQuota, and what in the namespace uses most.",
        ("the namespace grows", "completed pods or old objects are counted too"),
        subject=("resourcequota", "namespace"),
        codes=("workload/quota-exceeded",),
        runbook="kubernetes/KubeQuotaAlmostFull",
    ),
    KnownAlert(
        "KubeQuotaFullyUsed",
        "A quota of the namespace is used to the last unit: what needs more is refused.",
        "k8s_find_problems in the namespace: whether anything waits for it.",
        ("the quota is exactly as large as intended", "the namespace grew"),
        subject=("resourcequota", "namespace"),
        codes=("workload/quota-exceeded",),
        runbook="kubernetes/KubeQuotaFullyUsed",
    ),
    KnownAlert(
        "KubeQuotaExceeded",
        "More is used than the quota of the namespace allows, as after it was lowered.",
        "k8s_describe of the ResourceQuota: new pods are refused until use is below it.",
        ("the quota was lowered below what runs", "usage was counted late"),
        subject=("resourcequota", "namespace"),
        codes=("workload/quota-exceeded",),
        runbook="kubernetes/KubeQuotaExceeded",
    ),
    KnownAlert(
        "CPUThrottlingHigh",
        "The container was held back at its CPU limit in more than a quarter of its periods.",
        "prom_signals of the pod: only worth acting on where latency suffers too.",
        ("CPU limit too low", "many threads use the quota up in short bursts"),
        subject=("pod",),
        runbook="kubernetes/CPUThrottlingHigh",
    ),
)
