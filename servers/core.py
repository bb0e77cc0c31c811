"""The tools of several servers that stand behind one connection unless others are asked for.

A model chooses worse among many tools, and each costs room in every conversation: 25 at most.
"""

MOST = 25
CORE: dict[str, str] = {
    # The agent: one call that names the cause across all domains, and its repair.
    "diagnose": "the first call, whatever is wrong",
    "explain": "the evidence behind a cause; what a code means",
    "plan_fix": "the repair, planned where it belongs",
    "apply_fix": "the repair, approved and proven",
    # Kubernetes: whatever an agent looks into, it ends at objects, logs and events.
    "k8s_find_problems": "one cluster's causes in full",
    "k8s_list": "what there is, unhealthy first",
    "k8s_get": "fields of an object",
    "k8s_describe": "an object and its surroundings",
    "k8s_logs": "what a container wrote",
    "k8s_events": "what happened, and when",
    "k8s_plan_change": "any change of objects that no cause asks for",
    "k8s_apply_change": "the same, approved",
    # Cluster API: the clusters themselves.
    "capi_find_problems": "causes below a workload cluster",
    "capi_describe_cluster": "a cluster as a tree, with what holds it up",
    "capi_plan_change": "scale, upgrade, remediate",
    "capi_apply_change": "the same, approved",
    # Helm: where most objects come from.
    "helm_find_problems": "failed and drifted releases",
    "helm_get_release": "values, manifest and history of one",
    "helm_plan_change": "upgrade, roll back, uninstall",
    "helm_apply_change": "the same, approved",
    # Prometheus: what objects do not tell.
    "prom_find_problems": "targets, rules and alerts that fail",
    "prom_query": "any series",
    "prom_alerts": "what fires, and why",
    # GPUs: what a pod waits for.
    "gpu_find_problems": "drivers, plugins, partitions",
    "gpu_explain_fit": "why a pod fits on no node",
}
"""By tool, what it is there for."""
