"""What all pod analyzers read: which pods may be broken, their containers, events and owners."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

from clusterwright.tools.excerpt import one_line
from clusterwright.tools.finding import EventEvidence, Severity
from clusterwright.tools.manifest import (
    Json,
    Manifest,
    condition,
    dig,
    instant,
    items,
    mapping,
    number,
    text,
)
from clusterwright.tools.redaction import redact_text
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot, last_seen

KINDS = ("Pod", "ReplicaSet", "Deployment", "StatefulSet", "DaemonSet", "Job", "Event")
"""What an analyzer of pods needs to name the workload and to see what was reported."""

RECENT = timedelta(minutes=10)
"""An event older than this says nothing about now: the kubelet repeats what lasts (5 min cap)."""

_HISTORY = timedelta(days=1)
_INDEX = "batch.kubernetes.io/job-completion-index"
_WORKLOADS = frozenset({"Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"})
_LONGEST_MESSAGE = 500
_LONGEST_TITLE = 200


@dataclass(frozen=True, slots=True)
class Container:
    """A container as asked for, and what became of it."""

    name: str
    spec: Manifest
    status: Manifest
    field: str
    """Which list of `status` it is in; shown in evidence."""
    init: bool = False

    @property
    def waiting(self) -> Manifest:
        """Why it does not run."""
        return mapping(self.status, "state", "waiting")

    @property
    def terminated(self) -> Manifest:
        """How it ended, or how its last run did."""
        now = mapping(self.status, "state", "terminated")
        return now or mapping(self.status, "lastState", "terminated")

    @property
    def ended_in(self) -> str:
        """Which field of its status holds `terminated`."""
        return "state" if mapping(self.status, "state", "terminated") else "lastState"

    @property
    def restarts(self) -> int:
        """How often it was started again."""
        return number(self.status, "restartCount")

    @property
    def running(self) -> bool:
        """Whether it runs now."""
        return isinstance(dig(self.status, "state", "running"), dict)

    @property
    def ready(self) -> bool:
        """Whether it counts as ready."""
        return self.status.get("ready") is True

    @property
    def spec_path(self) -> str:
        """Return the JSONPath of what was asked for."""
        return f"$.spec.{'initContainers' if self.init else 'containers'}[?(@.name=='{self.name}')]"

    def path(self, *below: str) -> str:
        """Return the JSONPath of a field of its status."""
        return f"$.status.{self.field}[?(@.name=='{self.name}')]." + ".".join(below)


def troubled(snapshot: Snapshot) -> Iterator[Manifest]:
    """Return the pods that may be broken: not finished, not going away, not simply ready."""
    for pod in snapshot.of_kind("Pod"):
        status = pod.get("status")
        phase = text(status, "phase")
        if phase == "Succeeded" or (phase == "Running" and _all_well(status)):
            continue
        if not dig(pod, "metadata", "deletionTimestamp"):
            yield pod


def containers(pod: Manifest) -> list[Container]:
    """Return the containers of a pod, those that run first to last: init, then the others."""
    found: list[Container] = []
    for asked, field in (
        ("initContainers", "initContainerStatuses"),
        ("containers", "containerStatuses"),
    ):
        specs = {text(one, "name"): one for one in items(pod, "spec", asked)}
        states = {text(one, "name"): one for one in items(pod, "status", field)}
        found += [
            Container(name, spec, states.get(name, {}), field, init=asked == "initContainers")
            for name, spec in specs.items()
        ]
    return found


def events_of(
    snapshot: Snapshot, ref: Ref, *reasons: str, within: timedelta = RECENT
) -> list[Manifest]:
    """Return the recent events about an object that have one of these reasons, newest first."""
    oldest = snapshot.now - within
    found = [
        event
        for event in snapshot.events(ref)
        if text(event, "reason") in reasons
        and ((seen := last_seen(event)) is None or seen >= oldest)
    ]
    found.reverse()
    return found


def event_evidence(event: Manifest, ref: Ref) -> EventEvidence:
    """Return an event as evidence."""
    count = number(event, "count") or number(event, "series", "count")
    return EventEvidence(
        ref=ref, reason=text(event, "reason"), message=message_of(event), count=max(count, 1)
    )


def message_of(value: Manifest) -> str:
    """Return `message`, capped before anything matches a pattern in it."""
    return one_line(text(value, "message"), _LONGEST_MESSAGE)


def workload_of(snapshot: Snapshot, pod: Manifest) -> Ref:
    """Return the topmost built-in controller of a pod, or the pod itself.

    What an operator's own object owns is told of the Deployment below it, which is where the
    fault is written; a static pod is its own subject, not its Node.
    """
    chain = [ref for ref in snapshot.owners(pod) if ref.kind != "Node"]
    known = [ref for ref in chain if ref.kind in _WORKLOADS and not ref.group]
    return (known or chain or [Ref.of(pod)])[-1]


def severity_of(snapshot: Snapshot, subject: Ref) -> Severity:
    """Return critical when nothing of the workload is available."""
    workload = snapshot.get(subject)
    if workload is None or subject.kind in {"Job", "CronJob"}:
        return Severity.WARNING
    if subject.kind == "Pod":
        ready = condition(workload, "Ready").get("status") == "True"
    elif subject.kind == "DaemonSet":
        ready = number(workload, "status", "numberAvailable") > 0
    else:
        ready = number(workload, "status", "availableReplicas") > 0
    return Severity.WARNING if ready else Severity.CRITICAL


def overcome(snapshot: Snapshot, pod: Manifest) -> bool:
    """Return whether a pod that failed is history: a later one has done, or does, its work.

    That is so when its Job is complete, when a later Job of the same CronJob has, or when a later
    pod of its Job has succeeded or runs for longer than this one did. What no Job owns is history
    after a day.
    """
    failed = text(pod, "status", "phase") == "Failed"
    for owner in snapshot.owners(pod):
        job = snapshot.get(owner)
        if owner.kind == "Job" and job is not None:
            wanted = number(job, "spec", "completions") or 1
            if number(job, "status", "succeeded") >= wanted or superseded(snapshot, job):
                return True
            return failed and any(
                _does_better(snapshot, pod, other) for other in snapshot.children(owner)
            )
    return failed and age(snapshot, pod) > _HISTORY


def superseded(snapshot: Snapshot, job: Manifest) -> bool:
    """Return whether a later Job of the same CronJob has completed."""
    made = age(snapshot, job)
    return any(
        owner.kind == "CronJob"
        and any(
            age(snapshot, other) < made and condition(other, "Complete").get("status") == "True"
            for other in snapshot.children(owner)
        )
        for owner in snapshot.owners(job)
    )


def _does_better(snapshot: Snapshot, pod: Manifest, other: Manifest) -> bool:
    """Return whether a later pod of the same Job and index has succeeded, or runs for longer."""
    index = [text(one, "metadata", "annotations", _INDEX) for one in (pod, other)]
    if age(snapshot, other) >= age(snapshot, pod) or index[0] != index[1]:
        return False
    phase = text(other, "status", "phase")
    ended = [instant(one.terminated, "finishedAt") for one in containers(pod)]
    last = max((one for one in ended if one is not None), default=snapshot.now)
    lasted = last - (instant(pod, "metadata", "creationTimestamp") or last)
    return phase == "Succeeded" or (phase == "Running" and age(snapshot, other) > lasted)


def age(snapshot: Snapshot, pod: Manifest) -> timedelta:
    """Return how long ago an object was created; zero when it does not say."""
    created = instant(pod, "metadata", "creationTimestamp")
    return snapshot.now - created if created else timedelta(0)


def title(sentence: str) -> str:
    """Return a title: one line that fits a table."""
    whole = " ".join(sentence.split())
    if len(whole) <= _LONGEST_TITLE:
        return whole
    safe = redact_text(whole)
    return safe if len(safe) <= _LONGEST_TITLE else safe[: _LONGEST_TITLE - 3].rstrip() + "..."


def _all_well(status: Json) -> bool:
    """Return whether every container is ready and never ended; nearly all pods of a cluster are."""
    states, conditions = dig(status, "containerStatuses"), dig(status, "conditions")
    if not isinstance(states, list) or not states:
        return False
    # A sidecar among the init containers, a readiness gate, or a node that is lost says so here.
    for one in cast("list[Json]", conditions) if isinstance(conditions, list) else ():
        if dig(one, "type") == "Ready" and dig(one, "status") != "True":
            return False
    for one in cast("list[Json]", states):
        if dig(one, "ready") is not True or dig(one, "restartCount"):
            return False
    return True
