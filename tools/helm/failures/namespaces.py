"""Namespaces: missing, going away, or full."""

from clusterwright.tools.helm.failures.failure import Failure, words

NAMESPACE_MISSING = Failure(
    "namespace-missing",
    "The namespace does not exist.",
    words(r'namespaces "(?P<namespace>[^"\n]{1,253})" not found'),
    "The namespace {namespace} does not exist.",
    "Plan the `install` with create_namespace, or correct the name. Helm makes the release's own"
    " namespace only; others that the chart names have to be there.",
    "k8s.io/apiserver v0.36.3, pkg/admission/plugin/namespace/lifecycle",
)
NAMESPACE_TERMINATING = Failure(
    "namespace-terminating",
    "The namespace is being deleted.",
    words(r"in namespace (?P<namespace>[^\s]{1,253}) because it is being terminated"),
    "The namespace {namespace} is being deleted, and takes nothing new.",
    "Wait until it is gone, then make it anew. If it does not go, an object in it has a finalizer"
    " whose controller is missing: the namespace's conditions name it.",
    "k8s.io/apiserver v0.36.3, pkg/admission/plugin/namespace/lifecycle",
)
QUOTA = Failure(
    "quota",
    "A ResourceQuota of the namespace does not allow it.",
    words(
        r"exceeded quota: (?P<quota>[\w.-]{1,253}), (?P<why>requested: [^\n]{1,500})",
        r"failed quota: (?P<quota>[\w.-]{1,253}): (?P<why>must specify [^\n]{1,300})",
    ),
    "The quota {quota} does not allow {object}: {why}.",
    "Ask for less in the values, free some, or have the quota raised. A quota on cpu or memory"
    " makes requests or limits of it mandatory; one on secrets counts Helm's records. Of a"
    " Deployment, it shows only as a timeout: its ReplicaSet is refused the pods.",
    "k8s.io/apiserver v0.36.3, pkg/admission/plugin/resourcequota/controller.go",
)
LIMIT_RANGE = Failure(
    "limit-range",
    "A LimitRange of the namespace does not allow the requests or limits of a container.",
    words(
        r"(?P<why>(?:maximum|minimum) [\w./-]{1,100} (?:usage|limit|request|to limit ratio)"
        r"[\w ]{0,40} per [^\n\]]{1,500})",
    ),
    "A LimitRange does not allow {object}: {why}.",
    "Set requests and limits within what the LimitRange gives.",
    "k8s.io/kubernetes v1.36.3, plugin/pkg/admission/limitranger/admission.go",
)
