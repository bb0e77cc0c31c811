"""Pods of releases that cannot start for what a revision asks for, and what tells since when."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from clusterwright.tools.finding import Evidence, FieldEvidence, Finding
from clusterwright.tools.helm.marks import released_by
from clusterwright.tools.helm.record import Revision
from clusterwright.tools.kubernetes.analyzers.image import IMAGE, REASONS
from clusterwright.tools.kubernetes.analyzers.pod import containers, message_of, workload_of
from clusterwright.tools.manifest import Manifest, condition, namespace_of, text
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

AROUND = ("ReplicaSet", "Job")
"""What stands between a pod and the workload of a release."""
_MOST_HISTORY = 10
"""Revisions of one release that are read to see since when its values are as they are."""
_UNSCHEDULED = "$.status.conditions[?(@.type=='PodScheduled')].message"
_REFUSED = "$.status.conditions[?(@.type=='ReplicaFailure')].message"


@dataclass(frozen=True, slots=True)
class Unpulled:
    """A workload of a release whose pods cannot pull an image."""

    release: Ref
    container: str
    image: str
    told: Finding
    """What the Kubernetes domain says of it: about the workload, with a pod as its member."""

    @property
    def workload(self) -> Ref:
        """What the pods belong to."""
        return self.told.subject


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A workload of a release whose pods are not created, or find no node."""

    release: Ref
    workload: Ref
    said: str
    """By the scheduler or by admission."""
    evidence: Evidence


def troubled_namespaces(pods: Iterable[Manifest]) -> list[str]:
    """Return where pods wait for an image that cannot be had, or for a node."""
    return sorted({namespace_of(pod) for pod in pods if _waiting(pod) or _unscheduled(pod)})


def unpulled(snapshot: Snapshot, hooks: Mapping[Ref, Ref]) -> list[Unpulled]:
    """Return the workloads of releases whose pods cannot pull an image, each container once.

    `hooks` are the releases of objects that carry no mark of Helm, as those that hooks make.
    """
    found: dict[tuple[Ref, str], Unpulled] = {}
    for suspicion in IMAGE.detect(snapshot):
        told = suspicion.finding
        workload, pod = snapshot.get(told.subject), snapshot.get(told.members[0])
        release = hooks.get(told.subject) or (released_by(workload) if workload else None)
        if release is None or pod is None:
            continue
        for name, image in _waiting(pod)[:1]:
            found.setdefault((told.subject, name), Unpulled(release, name, image, told))
    return list(found.values())


def unplaced(snapshot: Snapshot) -> list[Unplaced]:
    """Return the workloads of releases whose pods wait for a node or are not created at all."""
    found: dict[Ref, Unplaced] = {}
    for pod in snapshot.of_kind("Pod"):
        said = _unscheduled(pod)
        workload = workload_of(snapshot, pod)
        live = snapshot.get(workload)
        release = released_by(live) if live else None
        if said and release is not None:
            evidence = FieldEvidence(ref=Ref.of(pod), path=_UNSCHEDULED, value=said)
            found.setdefault(workload, Unplaced(release, workload, said, evidence))
    for live in snapshot.of_kind("Deployment"):
        refused = condition(live, "ReplicaFailure")
        release, said = released_by(live), message_of(refused)
        if release is not None and refused.get("status") == "True" and said:
            evidence = FieldEvidence(ref=Ref.of(live), path=_REFUSED, value=said)
            found.setdefault(Ref.of(live), Unplaced(release, Ref.of(live), said, evidence))
    return list(found.values())


def history(
    releases: Iterable[Ref], revisions: Mapping[Ref, tuple[Revision, ...]]
) -> Iterator[Revision]:
    """Yield the revisions that tell since when values are as they are."""
    for release in dict.fromkeys(releases):
        yield from revisions.get(release, ())[:_MOST_HISTORY]


def _waiting(pod: Manifest) -> list[tuple[str, str]]:
    """Return the containers of a pod that cannot have their image, each with that."""
    return [
        (one.name, text(one.spec, "image"))
        for one in containers(pod)
        if text(one.waiting, "reason") in REASONS
    ]


def _unscheduled(pod: Manifest) -> str:
    """Return what the scheduler says of a pod that has no node; empty for any other."""
    told = condition(pod, "PodScheduled")
    waits = told.get("status") == "False" and text(told, "reason") == "Unschedulable"
    return message_of(told) if waits else ""
