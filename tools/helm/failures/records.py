"""What Helm keeps of a release cannot be stored, read, or made into objects again."""

from clusterwright.tools.helm.failures.failure import Failure, words

RELEASE_TOO_BIG = Failure(
    "release-too-big",
    "The record does not fit into a Secret, which holds at most 1,048,576 bytes.",
    words(
        r'Secret "sh\.helm\.release\.v1\.(?P<release>[^"\n]{1,253})\.v\d{1,10}" is invalid:'
        r" data: Too long: may not be more than (?P<limit>\d{1,10}) bytes",
        r"create: failed to create: Request entity too large: limit is (?P<limit>\d{1,10})",
    ),
    "A record holds the chart with all of its files, the values and the manifest, compressed; this"
    " one is above {limit} bytes, which is all that the API server takes.",
    "Keep large files out of the chart (.helmignore), or split it; nothing was changed in the"
    " cluster.",
    "k8s.io/kubernetes v1.36.3, pkg/apis/core/validation (MaxSecretSize);"
    " helm/helm v4.3.1 and v3.22.0, pkg/storage/driver/secrets.go",
)
RECORD_UNREADABLE = Failure(
    "record-unreadable",
    "A record is there but is damaged, so that Helm sees no revision.",
    words(
        r'no revision for release "(?P<release>[^"\n]{1,253})"',
        r'failed to decode data "sh\.helm\.release\.v1\.(?P<release>[^"\n]{1,253})\.v\d{1,10}"',
    ),
    "Records of {release} are there by their labels, but none can be decoded: something else"
    " wrote or cut them.",
    "Restore the Secret from a backup. Without one, remove the record and `adopt` the objects by"
    " a new `install`.",
    "helm/helm v4.3.1 and v3.22.0, pkg/storage/storage.go (Last), pkg/storage/driver/secrets.go",
)
API_REMOVED = Failure(
    "api-removed",
    "The stored manifest names an API version that the cluster does not serve any more.",
    words(
        r"from (?:current|new) release manifest: resource mapping not found for name:"
        r' "[^"\n]{0,253}" namespace: "[^"\n]{0,253}" from "[^"\n]{0,253}": no matches for kind'
        r' "(?P<kind>[^"\n]{1,63})" in version "(?P<api>[^"\n]{1,253})"',
    ),
    "The record of a revision holds {kind} in {api}, which the cluster does not serve: Kubernetes"
    " removed that version, or the CustomResourceDefinition is gone. Helm has to read the stored"
    " manifest before it can change anything, so that neither upgrade nor rollback can go on.",
    "Have the API version in the stored record rewritten to one that is served, as the plugin"
    " mapkubeapis does, or bring the CustomResourceDefinition back; a new chart alone does not"
    " help. After a rollback that ended so, `unlock` as well.",
    "helm/helm v4.3.1 and v3.22.0, pkg/action/upgrade.go (performUpgrade), pkg/action/rollback.go;"
    " k8s.io/cli-runtime pkg/resource/mapper.go",
    unseen=words(
        r"current release manifest contains removed kubernetes api\(s\) for this .{0,200}no matches"
        r' for kind "(?P<kind>[^"\n]{1,63})" in version "(?P<api>[^"\n]{1,253})"',
    ),
    unseen_because="Helm looks for words in which its client library does not tell it any more.",
)
UNINSTALL_FAILED = Failure(
    "uninstall-failed",
    "The uninstall ended before the objects were deleted; Helm does not tell why.",
    words(
        r"failed to delete release: (?P<release>[^\s:]{1,253})",
        r"Deletion in progress \(or silently failed\)",
    ),
    "The uninstall of {release} began but could not delete its objects: most often the stored"
    " manifest cannot be read or names an API version that is not served, or a pre-delete hook"
    " failed. Helm leaves the reason out.",
    "See which objects of the manifest are still there and whether their API versions are served,"
    " then `uninstall` once more.",
    "helm/helm v4.3.1 and v3.22.0, pkg/action/uninstall.go",
)
