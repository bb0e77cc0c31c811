"""Namespaces, quotas, autoscalers and disruption budgets."""

from clusterwright.deploy.sandbox.monitoring.exporter.exposition import Exposition, labelled
from clusterwright.deploy.sandbox.monitoring.exporter.kube_state.shared import (
    conditions,
    counted,
    created,
)
from clusterwright.tools.manifest import Manifest, items, name_of, namespace_of, number, text
from clusterwright.tools.quantity import quantities

_AUTOSCALER = {
    "spec_min_replicas": ("spec", "minReplicas"),
    "spec_max_replicas": ("spec", "maxReplicas"),
    "status_current_replicas": ("status", "currentReplicas"),
    "status_desired_replicas": ("status", "desiredReplicas"),
}
_BUDGET = {
    "status_current_healthy": ("status", "currentHealthy"),
    "status_desired_healthy": ("status", "desiredHealthy"),
    "status_pod_disruptions_allowed": ("status", "disruptionsAllowed"),
    "status_expected_pods": ("status", "expectedPods"),
}


def namespace(one: Manifest, out: Exposition) -> None:
    """Add the series of a Namespace."""
    labels = labelled(namespace=name_of(one))
    phase = text(one, "status", "phase")
    chosen = {p: p == phase for p in ("Active", "Terminating")}
    out.choice("kube_namespace_status_phase", labels, "phase", chosen)
    created("kube_namespace_created", one, labels, out)


def quota(one: Manifest, out: Exposition) -> None:
    """Add the series of a ResourceQuota."""
    labels = labelled(namespace=namespace_of(one), resourcequota=name_of(one))
    created("kube_resourcequota_created", one, labels, out)
    for what in ("hard", "used"):
        for resource, amount in quantities(one, "status", what).items():
            more = labelled(resource=resource, type=what)
            out.add("kube_resourcequota", f"{labels},{more}", amount)


def autoscaler(one: Manifest, out: Exposition) -> None:
    """Add the series of a HorizontalPodAutoscaler."""
    labels = labelled(namespace=namespace_of(one), horizontalpodautoscaler=name_of(one))
    prefix = "kube_horizontalpodautoscaler"
    target = labelled(
        scaletargetref_api_version=text(one, "spec", "scaleTargetRef", "apiVersion"),
        scaletargetref_kind=text(one, "spec", "scaleTargetRef", "kind"),
        scaletargetref_name=text(one, "spec", "scaleTargetRef", "name"),
    )
    out.add(f"{prefix}_info", f"{labels},{target}", 1)
    counted(one, labels, out, {f"{prefix}_{name}": path for name, path in _AUTOSCALER.items()})
    conditions(f"{prefix}_status_condition", one, labels, out)
    for where, metric in (("spec", "spec_target_metric"), ("status", "status_target_metric")):
        found = items(one, where, "metrics" if where == "spec" else "currentMetrics")
        for resource in (metric_source for metric_source in found if "resource" in metric_source):
            kind = "target" if where == "spec" else "current"
            used = number(resource, "resource", kind, "averageUtilization")
            name = text(resource, "resource", "name")
            more = labelled(metric_name=name, metric_target_type="utilization")
            out.add(f"{prefix}_{metric}", f"{labels},{more}", used)


def budget(one: Manifest, out: Exposition) -> None:
    """Add the series of a PodDisruptionBudget."""
    labels = labelled(namespace=namespace_of(one), poddisruptionbudget=name_of(one))
    prefix = "kube_poddisruptionbudget"
    created(f"{prefix}_created", one, labels, out)
    counted(one, labels, out, {f"{prefix}_{name}": path for name, path in _BUDGET.items()})
