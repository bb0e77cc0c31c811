"""What changes need to know of workloads: their pods, their templates, how a rollout ends."""

from collections.abc import Sequence

from clusterwright.tools.kubernetes.changes.step import Check, Failed, Met, Pending, Verdict
from clusterwright.tools.manifest import Manifest, condition, items, mapping, number, text, truth
from clusterwright.tools.ref import Ref, owner_of
from clusterwright.tools.snapshot import Snapshot

TEMPLATED = ("Deployment", "StatefulSet", "DaemonSet")
"""Kinds that roll their pods when their template changes."""
SCALED = ("Deployment", "StatefulSet", "ReplicaSet", "ReplicationController")
AROUND = (
    "Pod",
    "ReplicaSet",
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "Job",
    "PodDisruptionBudget",
    "HorizontalPodAutoscaler",
)
"""What the risk of a change to a workload is judged by."""


def is_ready(pod: Manifest) -> bool:
    """Return whether a pod serves."""
    leaving = "deletionTimestamp" in mapping(pod, "metadata")
    return text(condition(pod, "Ready"), "status") == "True" and not leaving


def pods_of(ref: Ref, around: Snapshot) -> list[Manifest]:
    """Return the pods whose controller is a workload, directly or through a ReplicaSet or Job."""
    found: list[Manifest] = []
    for child in around.children(ref):
        if text(child, "kind") == "Pod":
            found.append(child)
        elif text(child, "kind") in {"ReplicaSet", "Job"}:
            grandchildren = around.children(Ref.of(child))
            found += [one for one in grandchildren if text(one, "kind") == "Pod"]
    return found


def workload_of(pod: Manifest, around: Snapshot) -> Ref | None:
    """Return the topmost controller of a pod; None for one that nothing would replace."""
    return around.workload(pod) if owner_of(pod) is not None else None


def rolled_out(ref: Ref) -> Check:
    """Return the check that a workload's pods are all of its present template, and available."""
    return Check(f"{ref} is rolled out: all replicas updated and available", ref, _rolled_out)


def _rolled_out(found: Manifest | None, _listed: Sequence[Manifest]) -> Verdict:
    if found is None:
        return Failed("it does not exist any more")
    if number(found, "status", "observedGeneration") < number(found, "metadata", "generation"):
        return Pending("its controller has not seen the change yet")
    kind, status = text(found, "kind"), mapping(found, "status")
    if kind == "DaemonSet":
        wanted, updated = (
            number(status, "desiredNumberScheduled"),
            number(status, "updatedNumberScheduled"),
        )
        return _counted(wanted, updated, number(status, "numberAvailable"), updated)
    wanted = number(found, "spec", "replicas")
    progressing = condition(found, "Progressing")
    if text(progressing, "reason") == "ProgressDeadlineExceeded":
        return Failed("its progress deadline has passed")
    if truth(found, "spec", "paused"):
        return Met()  # nothing rolls until it is resumed
    updated = number(status, "updatedReplicas")
    if kind == "StatefulSet" and text(found, "spec", "updateStrategy", "type") == "OnDelete":
        updated = wanted
    return _counted(
        wanted, updated, number(status, "availableReplicas"), number(status, "replicas")
    )


def _counted(wanted: int, updated: int, available: int, there: int) -> Verdict:
    if updated < wanted:
        return Pending(f"{updated} of {wanted} replicas are updated")
    if there > wanted:
        return Pending(f"{there - wanted} old replicas are still there")
    if available < wanted:
        return Pending(f"{available} of {wanted} replicas are available")
    return Met()


def template_of(manifest: Manifest) -> Manifest:
    """Return the pod template of a workload, also of a CronJob's jobs."""
    if text(manifest, "kind") == "CronJob":
        return mapping(manifest, "spec", "jobTemplate", "spec", "template")
    return mapping(manifest, "spec", "template")


def containers_in(template: Manifest) -> list[Manifest]:
    """Return all containers of a pod template, init containers first."""
    return [*items(template, "spec", "initContainers"), *items(template, "spec", "containers")]
