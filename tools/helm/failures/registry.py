"""OCI registries, whose answers Helm passes on from its client library."""

from clusterwright.tools.helm.failures.failure import Failure, words

_ASKED = (
    r'(?:Get|Head|Post|Put|Patch|GET|HEAD|POST|PUT|PATCH) "https?://(?P<registry>[^/"\s]{1,253})/v2/'
    r'[^"\n]{0,500}": '
)
_ORAS = "oras.land/oras-go v2.6.2, registry/remote"

OCI_UNAUTHORIZED = Failure(
    "oci-unauthorized",
    "The registry wants a login, or refuses the one that it was given.",
    words(
        _ASKED + r"(?P<why>basic credential not found)",
        _ASKED + r"response status code 40[13]: (?P<why>[^\n]{1,300})",
    ),
    "The registry {registry} does not let us in: {why}.",
    "Give the registry a credential in its configuration, or one that may read this repository. A"
    " registry often says the same of a repository that is not there.",
    _ORAS + "/auth/client.go and errcode",
)
OCI_NOT_FOUND = Failure(
    "oci-not-found",
    "The registry has no such chart, or no such version of it.",
    words(
        r'"FetchReference" on source: (?P<registry>[^/\s]{1,253})/(?P<chart>[^\s]{1,500}):'
        r" not found",
        _ASKED + r"response status code 404: (?P<why>[^\n]{1,300})",
        r"[Cc]ould not locate a version matching provided version string (?P<version>[^\n]{1,100})",
    ),
    "The registry {registry} has no {chart}; the version that was asked for: {version}.",
    "See which versions the registry lists. The chart's name is the last part of the reference, and"
    " a + in a version is a _ in its tag.",
    _ORAS + "; helm/helm v4.3.1 and v3.22.0, pkg/registry (GetTagMatchingVersionOrConstraint)",
)
OCI_PLAIN_HTTP = Failure(
    "oci-plain-http",
    "The registry speaks HTTP where HTTPS was expected, or the other way round.",
    words(
        _ASKED + r"(?P<why>http: server gave HTTP response to HTTPS client)",
        _ASKED + r"response status code 400: (?P<why>Bad Request)",
    ),
    "The registry {registry} was asked in the wrong protocol: {why}.",
    "Set plain_http of the registry in the configuration to what it speaks. Helm 3 tried HTTP by"
    " itself for a registry on this machine; Helm 4 does not.",
    _ORAS + "; Go net/http",
)
OCI_CERTIFICATE = Failure(
    "oci-certificate",
    "The registry's certificate is not trusted here.",
    words(_ASKED + r"(?P<why>tls: failed to verify certificate: [^\n]{1,300})"),
    "The certificate of the registry {registry} is not trusted: {why}.",
    "Give the registry's CA in its configuration.",
    "Go 1.26, crypto/tls",
)
OCI_UNREACHABLE = Failure(
    "oci-unreachable",
    "The registry does not answer.",
    words(
        _ASKED + r"(?P<why>dial tcp[^\n]{1,300})",
        _ASKED + r"response status code (?P<why>(?:429|5\d\d): [^\n]{1,300})",
    ),
    "The registry {registry} does not answer: {why}.",
    "See that its name resolves and its port is open from here, and try again later where it is"
    " busy.",
    _ORAS + "; Go net",
)
OCI_NOT_A_CHART = Failure(
    "oci-not-a-chart",
    "What the registry holds under that reference is no chart.",
    words(
        r"(?P<why>manifest does not contain minimum number of descriptors[^\n]{0,200})",
        r"(?P<why>manifest does not contain a layer with mediatype [^\n]{1,200})",
        r"(?P<why>could not load config with mediatype [^\n]{1,200})",
    ),
    "The reference leads to something else than a chart, such as an image: {why}.",
    "Take the chart's reference; charts and images of a project are often in different"
    " repositories.",
    "helm/helm v4.3.1 and v3.22.0, pkg/registry/client.go (processChartPull)",
)
