"""What is asked before an object is taken: webhooks, policies, Pod Security, references."""

from clusterwright.tools.helm.failures.failure import Failure, words

WEBHOOK_DENIED = Failure(
    "webhook-denied",
    "A policy of the cluster, in a webhook or a ValidatingAdmissionPolicy, refuses the object.",
    words(
        r'admission webhook "(?P<webhook>[^"\n]{1,253})" denied the request'
        r"(?:: (?P<message>[^\n]{1,500}))?",
        r"ValidatingAdmissionPolicy '(?P<webhook>[^'\n]{1,253})' with binding '[^'\n]{1,253}'"
        r" denied request: (?P<message>[^\n]{1,500})",
    ),
    "{webhook} refuses {object}: {message}.",
    "Change the values so that the policy agrees, or have its owner allow this; it is asked in a"
    " dry run on the server as well.",
    "k8s.io/apiserver v0.36.3, pkg/admission/plugin/webhook/errors/statuserror.go,"
    " pkg/admission/plugin/policy/validating",
)
WEBHOOK_UNAVAILABLE = Failure(
    "webhook-unavailable",
    "An admission webhook that must be asked does not answer.",
    words(
        r'failed calling webhook "(?P<webhook>[^"\n]{1,253})": (?:failed to call webhook: )?'
        r"(?P<why>[^\n]{1,500})",
    ),
    "The webhook {webhook} has to be asked and does not answer: {why}.",
    "Mend the webhook: its Service needs a ready pod, and its configuration the CA of its"
    " certificate. It is not the chart's fault unless the chart brings the webhook as well.",
    "k8s.io/apiserver v0.36.3, pkg/admission/plugin/webhook/validating/dispatcher.go",
)
POD_SECURITY = Failure(
    "pod-security",
    "The namespace enforces a Pod Security standard that the pod does not meet.",
    words(r'violates PodSecurity "(?P<standard>[^"\n]{1,100})": (?P<why>[^\n]{1,1000})'),
    "The namespace enforces {standard}, and {object} does not meet it: {why}.",
    "Set the pod's and container's securityContext by the chart's values. Of a Deployment, it shows"
    " only as a warning and then a timeout: its ReplicaSet is refused the pods.",
    "k8s.io/pod-security-admission v0.36.3, admission/admission.go",
)
MISSING_REFERENCE = Failure(
    "missing-reference",
    "A pod names a ServiceAccount, PriorityClass or RuntimeClass that is not there.",
    words(
        r'serviceaccount "(?P<reference>[^"\n]{1,253})" not found',
        r"no PriorityClass with name (?P<reference>[^\s]{1,253}) was found",
        r'RuntimeClass "(?P<reference>[^"\n]{1,253})" not found',
    ),
    "{object} names {reference}, which is not there.",
    "Make it first, or correct the name in the values; a hook runs before the chart's own"
    " ServiceAccount is made, unless that is a hook of lower weight.",
    "k8s.io/kubernetes v1.36.3, plugin/pkg/admission/serviceaccount, priority and runtimeclass",
)
ADDRESS_TAKEN = Failure(
    "address-taken",
    "A Service asks for a port or an address that another one has.",
    words(
        r"(?P<field>spec\.ports\[\d{1,4}\]\.nodePort): Invalid value: (?P<address>\d{1,5}):"
        r" provided port is already allocated",
        r"failed to allocate IP (?P<address>[\w.:]{1,45}): provided IP is already allocated",
    ),
    "{object} asks for {address}, which another Service has.",
    "Leave it out of the values, so that one is given, or free it.",
    "k8s.io/kubernetes v1.36.3, pkg/registry/core/service (allocators)",
)
