"""Classic repositories: an index.yaml and archives over HTTP."""

from clusterwright.tools.helm.failures.failure import Failure, words

REPOSITORY_UNREACHABLE = Failure(
    "repository-unreachable",
    "The repository gives no index: it does not answer, wants a login, or is none.",
    words(
        r'looks like "(?P<repository>[^"\n]{1,500})" is not a valid chart repository or cannot be'
        r" reached: (?P<why>[^\n]{1,500})",
        r"failed to update the following repositories: \[(?P<repository>[^\]\n]{1,500})\]",
    ),
    "{repository} gives no index.yaml: {why}.",
    "See that the address is the folder in which index.yaml is, that it answers from here, and that"
    " its credential is configured. An OCI registry is no classic repository: its charts are named"
    " by oci:// references.",
    "helm/helm v4.3.1 pkg/cmd/repo_add.go, repo_update.go and pkg/repo/v1/chartrepo.go,"
    " v3.22.0 cmd/helm and pkg/repo",
)
ARCHIVE_UNREACHABLE = Failure(
    "archive-unreachable",
    "The repository lists the chart, but its archive cannot be fetched.",
    words(r"failed to fetch (?P<repository>[^\s]{1,500}) : (?P<why>\d{3}[^\n]{0,100})"),
    "The index lists the chart, but its archive at {repository} cannot be fetched: {why}.",
    "The index is out of date, or its urls point elsewhere: another version of the chart may be"
    " there.",
    "helm/helm v4.3.1 and v3.22.0, pkg/getter/httpgetter.go",
)
