"""Which findings explain which: the one table that turns a list of problems into causes.

A rule says: a finding of family `effect` is explained by one of family `cause` on an object that is
reached along `edges`. Owners are always followed, since a Pod's trouble is its workload's; no edge
means the same object or workload. A family is a code, or everything under a prefix: `pod/*`.
"""

from dataclasses import dataclass

from clusterwright.tools.finding import Edge


@dataclass(frozen=True, slots=True)
class Rule:
    """Findings of `effect` are symptoms of those of `cause` found along `edges`."""

    effect: str
    edges: tuple[Edge, ...]
    cause: str
    because: str
    always: bool = True
    """Whether a finding of `effect` has such a cause in any case, seen or not."""


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
)
"""In the order in which a reader follows traffic: Service, Pod, volume, workload, cluster."""

SYMPTOMS = frozenset(rule.effect for rule in RULES if rule.always)
"""Codes that always have a cause below them, seen or not."""


def belongs(code: str, family: str) -> bool:
    """Return whether a code is of a family: equal to it, or under its `prefix/*`."""
    return code.startswith(family[:-1]) if family.endswith("/*") else code == family
