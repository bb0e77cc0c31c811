"""The release or the revision that was named is not there, or is not in a fit state."""

from clusterwright.tools.helm.failures.failure import Failure, words

NAME_IN_USE = Failure(
    "name-in-use",
    "A release of that name has a record in the namespace, in whatever state.",
    words(r"cannot re-?use a name that is still in use"),
    "The namespace has records of a release of this name. An install takes a name only if there"
    " are none; one that failed or is pending counts too.",
    "Plan an `upgrade` of the release that is there; `uninstall` it first only if nothing of it is"
    " to stay.",
    "helm/helm v4.3.1 and v3.22.0, pkg/action/install.go (availableName)",
)
NO_DEPLOYED_RELEASE = Failure(
    "no-deployed-release",
    "No revision of that name can be upgraded: it is not there, or was uninstalled.",
    words(r'"(?P<release>[^"\n]{1,253})" has no deployed releases'),
    "{release} has no revision to upgrade from: there is none in this namespace, or it was"
    " uninstalled and only its history is kept.",
    "See in which namespace it is; if in none, `install` it. A kept history is first removed by"
    " `uninstall`.",
    "helm/helm v4.3.1 and v3.22.0, pkg/storage/driver/driver.go (ErrNoDeployedReleases)",
)
RELEASE_NOT_FOUND = Failure(
    "release-not-found",
    "Helm keeps no record of that name, or of that revision, in the namespace.",
    words(
        r"Release not loaded: (?P<release>[^\s:]{1,253}): release: not found",
        r"release: not found",
    ),
    "There is no record of {release} in this namespace, or none of the revision that is asked for.",
    "See the releases of all namespaces; where HELM_DRIVER was set, records are in ConfigMaps or in"
    " a database.",
    "helm/helm v4.3.1 and v3.22.0, pkg/storage/driver/driver.go (ErrReleaseNotFound)",
)
NO_REVISION = Failure(
    "no-revision",
    "The history has no revision of that number: it never had, or it was pruned.",
    words(r"release has no (?P<revision>\d{1,10}) version"),
    "The history has no revision {revision}. Of a release with one revision there is none before"
    " it, and only the newest ten are kept unless more are asked for.",
    "Choose a revision that the history has for the `rollback`, or plan an `upgrade` to the chart"
    " and values that it had.",
    "helm/helm v4.3.1 and v3.22.0, pkg/action/rollback.go",
)
ALREADY_UNINSTALLED = Failure(
    "already-uninstalled",
    "The release is gone already; only its history is kept.",
    words(r'the release named "(?P<release>[^"\n]{1,253})" is already deleted'),
    "{release} was uninstalled before, with its history kept.",
    "Nothing runs of it any more. An `uninstall` that keeps no history removes the records.",
    "helm/helm v4.3.1 and v3.22.0, pkg/action/uninstall.go",
)
RELEASE_NAME = Failure(
    "release-name",
    "The name cannot name a release: lower-case letters, digits, - and ., at most 53 of them.",
    words(r'release name "(?P<name>[^"\n]{0,253})": (?:invalid release name|no name provided)'),
    "{name} cannot name a release: a name is at most 53 lower-case letters, digits, hyphens and"
    " dots, with a letter or digit at either end.",
    "Choose such a name for the `install`.",
    "helm/helm v4.3.1 pkg/chart/v2/util/validate_name.go, v3.22.0 pkg/chartutil/validate_name.go",
)
