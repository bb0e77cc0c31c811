"""Whether a profile was told to leave its clusters alone."""

from clusterwright.tools.cluster_api.sveltos.kinds import PAUSED, profile_of
from clusterwright.tools.manifest import Manifest, strings, truth
from clusterwright.tools.snapshot import Snapshot


def suspended(snapshot: Snapshot, summary: Manifest) -> bool:
    """Return whether what a ClusterSummary says is not carried out at present."""
    if truth(summary, "status", "reconciliationSuspended"):
        return True
    ref = profile_of(summary)
    profile = snapshot.get(ref) if ref is not None else None
    return profile is not None and is_paused(profile)


def is_paused(profile: Manifest) -> bool:
    """Return whether a profile is paused, by its annotation or as its status says."""
    annotated = PAUSED in strings(profile, "metadata", "annotations")
    return annotated or truth(profile, "status", "reconciliationSuspended")
