"""Alerts about the Prometheus Operator, of its own mixin."""

from clusterwright.tools.prometheus.known_alerts.known_alert import KnownAlert

_API = "RBAC of the operator's service account, and whether the API server answers it."

ALERTS = (
    KnownAlert(
        "PrometheusOperatorListErrors",
        "The operator fails to list objects, and works with what it knew.",
        _API,
        ("RBAC lacks a kind or namespace", "a CRD is missing or of an old version"),
        codes=("pod/api-access-denied",),
        runbook="prometheus-operator/PrometheusOperatorListErrors",
    ),
    KnownAlert(
        "PrometheusOperatorWatchErrors",
        "The operator fails to watch objects, and learns late of changes.",
        _API,
        ("RBAC lacks a kind or namespace", "the API server is overloaded"),
        codes=("pod/api-access-denied",),
        runbook="prometheus-operator/PrometheusOperatorWatchErrors",
    ),
    KnownAlert(
        "PrometheusOperatorSyncFailed",
        "The operator could not bring an object into the state that it describes.",
        "k8s_logs of the operator: which object, and what is wrong with it.",
        ("an invalid field in an object that it selects", "a Secret that it names is missing"),
        runbook="prometheus-operator/PrometheusOperatorSyncFailed",
    ),
    KnownAlert(
        "PrometheusOperatorReconcileErrors",
        "More than a tenth of the operator's attempts to apply objects fail.",
        "k8s_logs of the operator.",
        ("an invalid object", "a webhook or quota refuses what it writes"),
        codes=("webhook/backend-unavailable", "workload/quota-exceeded"),
        runbook="prometheus-operator/PrometheusOperatorReconcileErrors",
    ),
    KnownAlert(
        "PrometheusOperatorStatusUpdateErrors",
        "The operator fails to write the status of its objects.",
        _API,
        ("RBAC lacks the status subresource", "CRDs older than the operator"),
        codes=("pod/api-access-denied",),
    ),
    KnownAlert(
        "PrometheusOperatorNodeLookupErrors",
        "The operator cannot look up nodes, from which it keeps the endpoints of kubelets.",
        _API,
        ("RBAC lacks nodes",),
        codes=("pod/api-access-denied",),
        runbook="prometheus-operator/PrometheusOperatorNodeLookupErrors",
    ),
    KnownAlert(
        "PrometheusOperatorNotReady",
        "The operator is not ready to work on one kind of object.",
        "k8s_logs of the operator: caches that never fill point to RBAC.",
        ("RBAC lacks a kind", "the API server cannot be reached"),
        codes=("pod/api-access-denied",),
        runbook="prometheus-operator/PrometheusOperatorNotReady",
    ),
    KnownAlert(
        "PrometheusOperatorRejectedResources",
        "The operator refuses monitors or rules: they are selected and not in effect.",
        "prom_rules and prom_targets; events of the objects, and k8s_logs of the operator.",
        ("an invalid rule expression", "a Secret or ConfigMap that a monitor names is missing"),
        subject=("namespace",),
        runbook="prometheus-operator/PrometheusOperatorRejectedResources",
    ),
    KnownAlert(
        "ConfigReloaderSidecarErrors",
        "The sidecar that reloads a configuration fails: changes do not take effect.",
        "k8s_logs of the container config-reloader of the pod.",
        ("the reloaded program refuses the configuration", "it does not answer"),
        subject=("pod",),
        runbook="prometheus-operator/ConfigReloaderSidecarErrors",
    ),
)
