"""Which findings explain those of Services and webhooks, and what callers of a Service suffer."""

from clusterwright.agents.diagnose.rule import Rule, each
from clusterwright.tools.finding import Edge

_TO_PODS = (Edge.SELECTS, Edge.ROUTES_TO)
_ENDPOINTS = "Kubernetes docs, Service, EndpointSlices: the endpoints of a Service are its Pods"
_WEBHOOK = (
    "Kubernetes docs, Dynamic Admission Control, Failure policy: a request is refused when its"
    " webhook cannot be called"
)
_CALLERS = (
    *("pod/crash-loop", "pod/readiness-probe-failing", "pod/liveness-probe-failing"),
    *("pod/init-container-running", "pod/unexplained", "job/failed"),
)
"""How a program fares that needs a Service which it does not reach."""
_UNABLE = (
    *("service/selector-mismatch", "service/target-port-mismatch"),
    "networkpolicy/blocks-service",
)
"""Of Services whose Pods may well be ready."""
_CALLED = ("service/no-ready-endpoints", *_UNABLE)

TRAFFIC_RULES = (
    Rule(
        "service/no-ready-endpoints",
        (),
        "service/selector-mismatch",
        "a Service that selects the wrong Pods has no others",
        source="Kubernetes docs, Service, Defining a Service: the selector is matched continuously",
    ),
    Rule(
        "service/no-ready-endpoints",
        _TO_PODS,
        "pod/*",
        "a Service is as ready as the Pods that it selects",
        source=f"{_ENDPOINTS}; EndpointSlices, Conditions: ready",
    ),
    Rule(
        "service/no-ready-endpoints",
        _TO_PODS,
        "workload/*",
        "a workload that cannot create Pods leaves its Service without any",
        source=_ENDPOINTS,
    ),
    Rule(
        "service/no-ready-endpoints",
        (*_TO_PODS, Edge.RUNS_ON),
        "node/not-ready",
        "a node that is cut off takes its Pods along",
        source="Kubernetes docs, Nodes, Node controller: Pods on a lost node become not ready",
    ),
    Rule(
        "service/no-ready-endpoints",
        _TO_PODS,
        "statefulset/rollout-blocked",
        "a StatefulSet that waits for a Pod leaves its Service without any",
        source="Kubernetes docs, StatefulSets, Deployment and Scaling Guarantees",
    ),
    *each(
        ("service/no-ready-endpoints",),
        _TO_PODS,
        (*_UNABLE, "release/object-missing"),
        "its Pods are not ready without the Service that they call",
        "Kubernetes docs, Pod Lifecycle, Container probes: readinessProbe",
    ),
    *each(
        ("workload/unavailable",),
        (Edge.LIMITED_BY,),
        ("webhook/backend-unavailable",),
        "no Pod is created that a webhook must judge and does not",
        _WEBHOOK,
    ),
    *each(
        ("webhook/backend-unavailable",),
        (Edge.ROUTES_TO, Edge.SELECTS),
        ("pod/*", "workload/*"),
        "a webhook answers with the Pods behind it",
        "Kubernetes docs, Dynamic Admission Control, Contacting the webhook: Service reference",
    ),
    *each(
        _CALLERS,
        (*_TO_PODS, Edge.LIMITED_BY),
        _CALLED,
        "its own words, or its settings, name a Service that it does not reach, or those of what it"
        " calls do",
        "Kubernetes docs, Debug Services: does the Service have any EndpointSlices, is it defined"
        " correctly; Network Policies, The two sorts of pod isolation",
    ),
    *each(
        (*_CALLERS, "alert/firing"),
        _TO_PODS,
        ("release/object-missing",),
        "it calls a Service that its release made and somebody deleted",
        "Kubernetes docs, DNS for Services and Pods: only a Service that exists has a name",
    ),
    *each(
        _CALLERS,
        _TO_PODS,
        ("pod/*", "workload/*", "statefulset/*"),
        "what it calls does not answer while the Pods behind it are not ready",
        "Kubernetes docs, Debug Services: are the Pods working",
    ),
)
"""As traffic goes: Service, webhook, and whoever calls them."""
