"""Which findings explain those of Pods, and of what makes and scales them."""

from clusterwright.agents.diagnose.rule import Rule, each
from clusterwright.tools.finding import Edge

WORKLOAD_RULES = (
    Rule(
        "workload/unavailable",
        (),
        "pod/*",
        "a workload is as available as its Pods",
        source="Kubernetes docs, Deployments, Deployment status: available are Pods that are ready",
    ),
    Rule(
        "workload/unavailable",
        (),
        "workload/quota-exceeded",
        "a workload without its Pods is not available",
        source="Kubernetes docs, Deployments, Failed Deployment: insufficient quota",
    ),
    *each(
        ("pod/untolerated-taint",),
        (Edge.REQUESTS,),
        ("node/not-ready",),
        "a node that is cut off is tainted for it",
        "Kubernetes docs, Taints and Tolerations, Taint based Evictions:"
        " node.kubernetes.io/not-ready and unreachable",
    ),
    *each(
        ("pod/*",),
        (),
        ("statefulset/rollout-blocked",),
        "a Pod of the older revision has what was corrected since",
        "Kubernetes docs, StatefulSets, Forced rollback: it waits for the broken Pod",
    ),
    *each(
        ("job/failed",),
        (),
        ("pod/*",),
        "a Job fails with its Pods",
        "Kubernetes docs, Jobs, Pod backoff failure policy",
    ),
    *each(
        ("hpa/metrics-unavailable",),
        (Edge.USES,),
        ("pod/*", "workload/*"),
        "Pods that do not run have no metrics",
        "Kubernetes docs, Horizontal Pod Autoscaling, Algorithm details: Pods without metrics",
    ),
)
"""Workloads, then their Pods, Jobs and autoscalers."""
