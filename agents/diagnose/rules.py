"""Which findings explain which: the one table that turns a list of problems into causes.

A rule says: a finding of family `effect` is explained by one of family `cause` on an object that is
reached along `edges`. Owners are always followed, since a Pod's trouble is its workload's; no edge
means the same object or workload. A family is a code, or everything under a prefix: `pod/*`.
"""

from clusterwright.agents.diagnose.gpu_rules import GPU_RULES
from clusterwright.agents.diagnose.metric_rules import METRIC_RULES, SHORT
from clusterwright.agents.diagnose.rule import Rule, each
from clusterwright.tools.finding import Edge

_NOT_PULLED = ("pod/image-not-found", "pod/image-pull-denied", "pod/image-pull-failed")
_NOT_PLACED = (
    *("pod/insufficient-resource", "pod/unschedulable", "pod/node-selector-unmatched"),
    "pod/untolerated-taint",
)
RULES = (
    Rule(
        "service/no-ready-endpoints",
        (),
        "service/selector-mismatch",
        "a Service that selects the wrong Pods has no others",
    ),
    Rule(
        "service/no-ready-endpoints",
        (Edge.SELECTS, Edge.ROUTES_TO),
        "pod/*",
        "a Service is as ready as the Pods that it selects",
    ),
    Rule(
        "service/no-ready-endpoints",
        (Edge.SELECTS, Edge.ROUTES_TO),
        "workload/*",
        "a workload that cannot create Pods leaves its Service without any",
    ),
    Rule(
        "service/no-ready-endpoints",
        (Edge.SELECTS, Edge.ROUTES_TO, Edge.RUNS_ON),
        "node/not-ready",
        "a node that is cut off takes its Pods along",
    ),
    Rule(
        "service/no-ready-endpoints",
        (Edge.SELECTS, Edge.ROUTES_TO),
        "statefulset/rollout-blocked",
        "a StatefulSet that waits for a Pod leaves its Service without any",
    ),
    Rule(
        "pod/untolerated-taint",
        (Edge.REQUESTS,),
        "node/not-ready",
        "a node that is cut off is tainted for it",
        always=False,
    ),
    Rule(
        "pod/volume-not-bound",
        (Edge.USES, Edge.MOUNTS),
        "pvc/*",
        "a Pod waits for the claims that it mounts",
    ),
    Rule(
        "pod/volume-not-bound",
        (Edge.USES, Edge.MOUNTS),
        "object/finalizer-stuck",
        "a claim that is being deleted is bound to nothing new",
    ),
    Rule(
        "pod/*",
        (),
        "statefulset/rollout-blocked",
        "a Pod of the older revision has what was corrected since",
        always=False,
    ),
    Rule(
        "job/failed",
        (),
        "pod/*",
        "a Job fails with its Pods",
        always=False,
    ),
    Rule(
        "workload/unavailable",
        (Edge.LIMITED_BY,),
        "webhook/backend-unavailable",
        "no Pod is created that a webhook must judge and does not",
        always=False,
    ),
    Rule(
        "webhook/backend-unavailable",
        (Edge.ROUTES_TO, Edge.SELECTS),
        "pod/*",
        "a webhook answers with the Pods behind it",
        always=False,
    ),
    Rule(
        "webhook/backend-unavailable",
        (Edge.ROUTES_TO, Edge.SELECTS),
        "workload/*",
        "a webhook without Pods does not answer",
        always=False,
    ),
    Rule(
        "hpa/metrics-unavailable",
        (Edge.USES,),
        "pod/*",
        "Pods that do not run have no metrics",
        always=False,
    ),
    Rule(
        "hpa/metrics-unavailable",
        (Edge.USES,),
        "workload/*",
        "a workload without Pods has no metrics",
        always=False,
    ),
    Rule("workload/unavailable", (), "pod/*", "a workload is as available as its Pods"),
    Rule(
        "workload/unavailable",
        (),
        "workload/quota-exceeded",
        "a workload without its Pods is not available",
    ),
    Rule(
        "workload/unavailable",
        (Edge.USES, Edge.MOUNTS),
        "pvc/*",
        "a workload's Pods wait for the claims that they mount",
    ),
    Rule(
        "pool/remediation-blocked",
        (Edge.SELECTS,),
        "machine/*",
        "too much is unhealthy at once for one cause",
        always=False,
    ),
    Rule(
        "controlplane/remediation-blocked",
        (),
        "machine/*",
        "a machine is to be replaced for what ails it",
        always=False,
    ),
    Rule(
        "controlplane/remediation-exhausted",
        (),
        "machine/*",
        "each new machine fails for what ailed the last one",
        always=False,
    ),
    Rule(
        "controlplane/etcd-unhealthy",
        (),
        "machine/*",
        "a member of etcd is lost with its machine",
        always=False,
    ),
    Rule(
        "controlplane/component-unhealthy",
        (),
        "machine/*",
        "a component is lost with its machine",
        always=False,
    ),
    Rule(
        "cluster/unreachable",
        (),
        "controlplane/*",
        "an API server needs its etcd and its machine",
        always=False,
    ),
    Rule(
        "machine/node-unhealthy",
        (),
        "resourceset/not-applied",
        "a Node is not ready without the network plugin that a ClusterResourceSet brings",
        always=False,
    ),
    Rule(
        "cluster/topology-failed",
        (Edge.USES,),
        "class/variables-unknown",
        "a topology is worked out from the variables of its class",
        always=False,
    ),
    *each(
        _NOT_PULLED,
        (Edge.RELEASED_BY,),
        ("release/bad-image",),
        "a Pod asks for the image that the values of its release name",
    ),
    *each(
        (
            *_NOT_PLACED,
            *("pod/anti-affinity-unmet", "pod/volume-not-bound"),
            *("workload/quota-exceeded", "workload/limit-range-violated", "workload/unavailable"),
            *("workload/pod-security-violated", "workload/service-account-missing"),
            "workload/priority-class-missing",
        ),
        (Edge.RELEASED_BY,),
        ("release/not-rolled-out",),
        "Pods ask for what the values of their release ask for",
    ),
    *each(
        (
            *("pod/configmap-missing", "pod/secret-missing", "workload/service-account-missing"),
            *("ingress/service-missing", "hpa/target-missing", "service/selector-mismatch"),
        ),
        (Edge.USES, Edge.ROUTES_TO, Edge.RELEASED_BY),
        ("release/object-missing",),
        "what a release made and somebody deleted is missed by what refers to it",
    ),
    *each(
        ("job/failed", "pod/crash-loop"),
        (Edge.RELEASED_BY,),
        ("release/hook-failed", "release/hook-leftover"),
        "a hook's Job is the hook: its release tells what it is for",
    ),
    *each(
        ("release/hook-failed",),
        (Edge.WAITS_FOR,),
        (
            *_NOT_PULLED,
            *_NOT_PLACED,
            *("pod/configmap-missing", "pod/secret-missing", "pod/command-not-found"),
            *("pod/configmap-key-missing", "pod/secret-key-missing", "pod/container-not-created"),
            *("pod/volume-not-bound", "pod/volume-not-mounted", "pod/out-of-memory"),
            *("pod/api-access-denied", "workload/*"),
        ),
        "a hook fails whose Pods do not start",
    ),
    *each(
        ("release/failed",),
        (Edge.WAITS_FOR,),
        ("pod/*", "workload/*", "pvc/*", "job/failed", "statefulset/*"),
        "a release fails that waits for workloads which do not become ready",
    ),
    *each(
        ("release/failed",),
        (),
        (
            *("release/hook-failed", "release/hook-leftover", "release/bad-image"),
            *("release/not-rolled-out", "release/two-owners"),
        ),
        "it tells what the operation failed for",
    ),
    *each(
        ("service/selector-mismatch", "service/target-port-mismatch"),
        (Edge.RELEASED_BY,),
        ("release/failed",),
        "an upgrade that fails halfway has changed a Service, and not the Pods behind it",
    ),
    Rule(
        "release/not-deployed",
        (),
        "release/hook-failed",
        "an uninstallation does not end whose hook fails",
        always=False,
    ),
    Rule(
        "release/drifted",
        (),
        "release/two-owners",
        "each of two owners changes what the other one set",
        always=False,
    ),
    Rule(
        "release/api-removed",
        (),
        "release/crd-skew",
        "a kind is not served whose definition is gone, or older than the chart",
        always=False,
    ),
    *METRIC_RULES,
    *GPU_RULES,
)
"""As a reader follows traffic: Service, Pod, volume, workload, cluster, release; metrics, GPUs."""

SYMPTOMS = frozenset(rule.effect for rule in RULES if rule.always)
"""Codes that always have a cause below them, seen or not."""


def belongs(code: str, family: str) -> bool:
    """Return whether a code is of a family: equal to it, or under its `prefix/*`.

    What only runs short is of no family: nothing else fails for it yet.
    """
    if family.endswith("/*"):
        return code.startswith(family[:-1]) and code not in SHORT
    return code == family
