"""Charts that cannot be found, loaded, or used here."""

from clusterwright.tools.helm.failures.failure import Failure, words

KUBE_VERSION = Failure(
    "kube-version",
    "The chart wants another version of Kubernetes.",
    words(
        r"chart requires kubeVersion: (?P<required>[^\n]{1,200}?) which is incompatible with"
        r" Kubernetes (?P<kubernetes>v[\w.+-]{1,63})",
    ),
    "The chart is for Kubernetes {required}, and the cluster is {kubernetes}.",
    "Take a version of the chart that is for this cluster, or upgrade the cluster first.",
    "helm/helm v4.3.1 and v3.22.0, pkg/action/action.go (renderResources)",
)
CHART_NOT_FOUND = Failure(
    "chart-not-found",
    "There is no such chart or version where it was looked for.",
    words(
        r'path "(?P<chart>[^"\n]{1,500})" not found',
        r"(?<![\w-])repo (?P<repository>[\w.-]{1,253}) not found",
        r'chart "(?P<chart>[^"\n]{1,253})" (?:version "(?P<version>[^"\n]{1,100})" )?not found in'
        r" (?P<repository>[^\s]{1,500}) repository",
        r'chart "(?P<chart>[^"\n]{1,253})" matching (?P<version>[^\n]{0,100}?) not found in'
        r" (?P<repository>[\w.-]{1,253}) index",
    ),
    "There is no {chart} at {repository}; the version that was asked for: {version}.",
    "Search the charts that the configured repositories offer, and take a name and version that"
    " are listed. An index that was fetched long ago may lack what is new.",
    "helm/helm v4.3.1 and v3.22.0, pkg/action/install.go (LocateChart),"
    " pkg/downloader/chart_downloader.go, pkg/repo/v1/chartrepo.go (v3: pkg/repo)",
)
CHART_INVALID = Failure(
    "chart-invalid",
    "The chart's own files are damaged or incomplete.",
    words(
        r"(?P<why>validation: chart\.metadata\.[^\n]{1,300})",
        r"(?P<why>Chart\.yaml file is missing)",
        r"(?P<why>unable to detect chart at [^\n]{1,300})",
        r"(?P<why>cannot load (?:Chart\.yaml|Chart\.lock|values\.yaml): [^\n]{1,300})",
        r"(?P<why>file '[^'\n]{1,500}' does not appear to be a gzipped archive)",
        r"(?P<why>unsupported chart version)",
    ),
    "The chart cannot be loaded: {why}.",
    "Have the chart mended where it is made; helm lint of its directory names the place.",
    "helm/helm v4.3.1 pkg/chart/v2 and pkg/chart/loader, v3.22.0 pkg/chart and pkg/chart/loader",
)
NOT_INSTALLABLE = Failure(
    "not-installable",
    "A library chart only holds templates for others.",
    words(r"(?P<type>[\w-]{1,63}) charts are not installable"),
    "The chart is of the type {type}: it holds templates for other charts and makes no objects.",
    "Plan the `install` of the chart that depends on it.",
    "helm/helm v4.3.1 pkg/cmd/install.go, v3.22.0 cmd/helm/install.go (checkIfInstallable)",
)
MISSING_DEPENDENCY = Failure(
    "missing-dependency",
    "The chart names dependencies that are not in its charts/ directory.",
    words(
        r"found in Chart\.yaml, but missing in charts/ directory: (?P<dependencies>[^\n]{1,300})",
        r"(?P<dependencies>the lock file \([\w.]{1,63}\) is out of sync)",
        r"no repository definition for (?P<dependencies>[^\s,]{1,253})",
    ),
    "What Chart.yaml depends on is not in charts/, or Chart.lock is of another list:"
    " {dependencies}.",
    "Take the packed chart from its repository, which holds them; of a directory,"
    " helm dependency build (or update, where the lock is out of date) fetches them.",
    "helm/helm v4.3.1 and v3.22.0, pkg/action/install.go (CheckDependencies),"
    " pkg/downloader/manager.go",
)
PROVENANCE = Failure(
    "provenance",
    "The chart is not signed as was asked for, or its signature or digest does not fit.",
    words(
        r"(?P<why>could not load provenance file [^\s:]{1,500})",
        r"(?P<why>signature block not found)",
        r"(?P<why>chart reference digest mismatch: sha256:\w{64} is not sha256:\w{64})",
        r"(?P<why>chart reference and version mismatch: [\w.+-]{1,100} is not [\w.+-]{1,100})",
    ),
    "What was fetched is not what was asked for: it has no valid provenance, or another digest or"
    " version ({why}).",
    "Do not go on with it. Ask the publisher for the digest or the key; a tag that was moved shows"
    " so.",
    "helm/helm v4.3.1 and v3.22.0, pkg/downloader/chart_downloader.go (VerifyChart),"
    " pkg/provenance, pkg/registry/client.go (ValidateReference)",
)
