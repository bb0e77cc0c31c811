"""Another operation holds the release, or held it when its Helm died."""

from clusterwright.tools.helm.failures.failure import Failure, words

PENDING_LOCK = Failure(
    "pending-lock",
    "The newest revision is pending: an operation is under way, or died and left it so.",
    words(r"another operation \(install/upgrade/rollback\) is in progress"),
    "The newest revision is pending-install, pending-upgrade or pending-rollback. Helm takes that"
    " for an operation under way; it stays so if Helm is killed, or if a pre-rollback hook fails.",
    "See that no Helm is at work on it any more, then `unlock`; a `rollback` to the last deployed"
    " revision is taken in spite of the lock, and a first install that never ended can be taken"
    " away by `uninstall`.",
    "helm/helm v4.3.1 and v3.22.0, pkg/action/action.go (errPending), pkg/action/upgrade.go",
)
RECORD_EXISTS = Failure(
    "record-exists",
    "The record of the next revision is there already: two operations ran at once.",
    words(r"release: already exists"),
    "Another operation stored the revision of the same number first, or a record is left that"
    " lacks Helm's labels, so that Helm does not count it.",
    "Look at the history once more and plan again on what it tells; remove a record without"
    " labels by hand.",
    "helm/helm v4.3.1 and v3.22.0, pkg/storage/driver/driver.go (ErrReleaseExists)",
)
