"""Jobs that gave up, unlike those that retried and completed."""

from collections.abc import Iterator

from clusterwright.tools.manifest import Manifest, condition, instant, text
from clusterwright.tools.ref import Ref, owner_of
from clusterwright.tools.snapshot import Snapshot


def pods_of_failed_jobs(snapshot: Snapshot) -> Iterator[Manifest]:
    """Yield the last failed pod of each Job that has failed for good."""
    for job in snapshot.of_kind("Job"):
        failed = condition(job, "Failed")
        if text(failed, "status") != "True" or _succeeded_since(snapshot, job, failed):
            continue
        pods = [p for p in snapshot.children(Ref.of(job)) if text(p, "status", "phase") == "Failed"]
        if pods:
            yield max(pods, key=lambda p: text(p, "metadata", "creationTimestamp"))


def _succeeded_since(snapshot: Snapshot, job: Manifest, failed: Manifest) -> bool:
    """Return whether a later run of the same CronJob went well, which makes this one history."""
    owner = owner_of(job)
    cron_job = snapshot.get(owner) if owner is not None else None
    well = instant(cron_job, "status", "lastSuccessfulTime")
    failed_at = instant(failed, "lastTransitionTime")
    return well is not None and failed_at is not None and well > failed_at
