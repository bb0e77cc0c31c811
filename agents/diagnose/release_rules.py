"""Which findings of Helm releases explain those of their objects, and are explained by them."""

from clusterwright.agents.diagnose.families import NO_NODE
from clusterwright.agents.diagnose.rule import each
from clusterwright.tools.finding import Edge

_NOT_PULLED = ("pod/image-not-found", "pod/image-pull-denied", "pod/image-pull-failed")
_KEPT_OUT = (*NO_NODE, "pod/untolerated-taint")
"""For which no Node takes a Pod, by what the values of a release can ask for."""
_VALUES = "Helm docs, Values Files: what templates render follows from the values of a release"
_HOOKS = "Helm docs, Chart Hooks: a release waits for its hooks, and fails with them"

RELEASE_RULES = (
    *each(
        _NOT_PULLED,
        (Edge.RELEASED_BY,),
        ("release/bad-image",),
        "a Pod asks for the image that the values of its release name",
        _VALUES,
    ),
    *each(
        (
            *_KEPT_OUT,
            *("pod/anti-affinity-unmet", "pod/volume-not-bound"),
            *("workload/quota-exceeded", "workload/limit-range-violated", "workload/unavailable"),
            *("workload/pod-security-violated", "workload/service-account-missing"),
            "workload/priority-class-missing",
        ),
        (Edge.RELEASED_BY,),
        ("release/not-rolled-out",),
        "Pods ask for what the values of their release ask for",
        _VALUES,
    ),
    *each(
        (
            *("pod/configmap-missing", "pod/secret-missing", "workload/service-account-missing"),
            *("ingress/service-missing", "hpa/target-missing", "service/selector-mismatch"),
        ),
        (Edge.USES, Edge.ROUTES_TO, Edge.RELEASED_BY),
        ("release/object-missing",),
        "what a release made and somebody deleted is missed by what refers to it",
        "Helm docs, helm get manifest: the objects that a release made",
    ),
    *each(
        ("job/failed", "pod/crash-loop"),
        (Edge.RELEASED_BY,),
        ("release/hook-failed", "release/hook-leftover"),
        "a hook's Job is the hook: its release tells what it is for",
        _HOOKS,
    ),
    *each(
        ("release/hook-failed",),
        (Edge.WAITS_FOR,),
        (
            *_NOT_PULLED,
            *_KEPT_OUT,
            *("pod/configmap-missing", "pod/secret-missing", "pod/command-not-found"),
            *("pod/configmap-key-missing", "pod/secret-key-missing", "pod/container-not-created"),
            *("pod/volume-not-bound", "pod/volume-not-mounted", "pod/out-of-memory"),
            *("pod/api-access-denied", "workload/*"),
        ),
        "a hook fails whose Pods do not start",
        _HOOKS,
    ),
    *each(
        ("release/failed",),
        (Edge.WAITS_FOR,),
        ("pod/*", "workload/*", "pvc/*", "job/failed", "statefulset/*"),
        "a release fails that waits for workloads which do not become ready",
        "Helm docs, helm upgrade: --wait, until Pods, claims, Services and workloads are ready",
    ),
    *each(
        ("release/failed",),
        (),
        (
            *("release/hook-failed", "release/hook-leftover", "release/bad-image"),
            *("release/not-rolled-out", "release/two-owners"),
        ),
        "it tells what the operation failed for",
        "Helm docs, helm status: the description of a failed revision",
    ),
    *each(
        ("service/selector-mismatch", "service/target-port-mismatch"),
        (Edge.RELEASED_BY,),
        ("release/failed",),
        "an upgrade that fails halfway has changed a Service, and not the Pods behind it",
        "helm/helm, pkg/kube/client.go: objects are updated one after another until one fails",
    ),
    *each(
        ("release/not-deployed",),
        (),
        ("release/hook-failed",),
        "an uninstallation does not end whose hook fails",
        _HOOKS,
    ),
    *each(
        ("release/drifted",),
        (),
        ("release/two-owners",),
        "each of two owners changes what the other one set",
        "Kubernetes docs, Server-Side Apply, Conflicts",
    ),
    *each(
        ("release/api-removed",),
        (),
        ("release/crd-skew",),
        "a kind is not served whose definition is gone, or older than the chart",
        "Helm docs, Custom Resource Definitions: crds/ is installed once and never upgraded",
    ),
)
"""What a release brings about, then what it waits for, then what it tells of itself."""
