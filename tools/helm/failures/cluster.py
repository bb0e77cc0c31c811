"""The API server: whether it answers, and whether it knows who asks."""

from clusterwright.tools.helm.failures.failure import Failure, words

_LOST = (
    r'(?:Get|Post|Put|Patch|Delete) "https?://(?P<server>[^/"\s]{1,253})/(?:apis?|openapi|version)'
    r'[/?"][^"\n]{0,500}"?: '
)
UNAUTHENTICATED = Failure(
    "unauthenticated",
    "The API server does not know who asks: the credential is missing, wrong or expired.",
    words(r"the server has asked for the client to provide credentials"),
    "The API server refuses the credential: it is missing, wrong or expired.",
    "Renew the credential of the kubeconfig.",
    "k8s.io/apimachinery v0.37, pkg/api/errors (NewGenericServerResponse, 401)",
)
KUBECONFIG = Failure(
    "kubeconfig",
    "The kubeconfig cannot be read, or has no such context.",
    words(
        r'(?P<why>context "[^"\n]{1,253}" does not exist)',
        r'(?P<why>error loading config file "[^"\n]{1,500}": [^\n]{1,300})',
    ),
    "The kubeconfig cannot be used: {why}.",
    "Name a context that it has, or have the file mended.",
    "k8s.io/client-go v0.37, tools/clientcmd",
)
OVERLOADED = Failure(
    "overloaded",
    "The API server, or what stands before it, turns requests away for now.",
    words(
        r"the server has received too many requests and has asked us to try again later",
        r"the server is currently unable to handle the request",
    ),
    "The API server turns requests away for now, or an API that another server provides is down.",
    "Wait and try again; if it stays so, see whether an APIService is not available.",
    "k8s.io/apimachinery v0.37, pkg/api/errors (NewGenericServerResponse, 429 and 503)",
    unseen=words(
        r"etcdserver: (?:request timed out|leader changed|too many requests)",
        r"client rate limiter Wait returned an error",
        r"unable to retrieve the complete list of server APIs: (?P<api>[^\n:]{1,253})",
    ),
    unseen_because="It takes a broken etcd, or an APIService that breaks the cluster for others.",
)
UNREACHABLE = Failure(
    "unreachable",
    "The API server does not answer, or not as one.",
    words(
        r"[Kk]ubernetes cluster unreachable: (?P<why>[^\n]{1,500})",
        _LOST + r"(?P<why>[^\n]{1,300})",
    ),
    "The API server does not answer: {why}.",
    "See that the address in the kubeconfig is right and can be reached from here, and that its"
    " certificate is of a CA that the kubeconfig has. localhost:8080 means that there was no"
    " kubeconfig. If it broke off in the middle, look at the release's status first.",
    "helm/helm v4.3.1 and v3.22.0, pkg/kube/client.go (IsReachable); Go net/http",
)
