"""What ails the pod of an operand on one node, or whether it only waits its turn."""

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from clusterwright.tools.excerpt import one_line, shorten
from clusterwright.tools.finding import Evidence, FieldEvidence
from clusterwright.tools.kubernetes.analyzers.image import REASONS
from clusterwright.tools.kubernetes.analyzers.pod import (
    Container,
    containers,
    event_evidence,
    events_of,
    message_of,
)
from clusterwright.tools.manifest import Manifest, instant, items, number, text, truth
from clusterwright.tools.quotation import quoted, word
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

_CREATING = frozenset({"", "ContainerCreating", "PodInitializing"})
_NO_RUNTIME = ('no runtime for "', "RuntimeHandler", "runtime handler")
"""What containerd and CRI-O say where the handler of a RuntimeClass is not configured."""
_AGAIN = 2
"""Runs that failed, from which on another one is no start but a loop."""
_LONGEST = 160


class Ill(StrEnum):
    """What ails a pod."""

    NOTHING = "nothing"
    IMAGE = "image"
    """It cannot have an image."""
    RUNTIME = "runtime"
    """The container runtime does not know its runtime class."""
    FAILING = "failing"
    """A container ends with an error, or cannot be started."""
    WAITS = "waits"
    """An init container has not ended yet."""
    STARTING = "starting"
    """It has not become ready yet, and nothing says that it will not."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What ails a pod, and what shows it."""

    pod: Ref
    ill: Ill
    why: str = ""
    container: str = ""
    age: timedelta = timedelta(0)
    """Since the pod, or the container that is not ready, started."""
    evidence: tuple[Evidence, ...] = ()
    exit_code: int = 0

    @property
    def logs(self) -> tuple[tuple[Ref, str], ...]:
        """Where to read on."""
        asked = self.ill in {Ill.FAILING, Ill.WAITS, Ill.STARTING} and self.container
        return ((self.pod, self.container),) if asked else ()


def verdict_of(snapshot: Snapshot, pod: Manifest) -> Verdict:
    """Return what ails a pod: of its containers, the first that does not do what it should."""
    ref = Ref.of(pod)
    started = instant(pod, "status", "startTime") or instant(pod, "metadata", "creationTimestamp")
    age = snapshot.now - started if started else timedelta(0)
    if text(pod, "metadata", "deletionTimestamp"):
        return Verdict(ref, Ill.STARTING, "its pod is going away", age=age)
    if _all_ready(pod):
        return Verdict(ref, Ill.NOTHING, age=age)
    if text(pod, "status", "phase") == "Failed":
        said = text(pod, "status", "reason") or "Failed"
        value = f"{said}: {one_line(text(pod, 'status', 'message'), _LONGEST)}"
        shown = FieldEvidence(ref=ref, path="$.status.reason", value=value)
        return Verdict(ref, Ill.FAILING, f"its pod has failed: {word(said)}", "", age, (shown,))
    known = containers(pod)
    for position, one in enumerate(known):
        found = _container(snapshot, pod, one, age)
        if found is None:
            continue
        if found.ill is Ill.WAITS:
            inits = sum(other.init for other in known)
            return replace(found, why=f"Init:{position}/{inits}, in {found.container}")
        return found
    return Verdict(ref, Ill.NOTHING, age=age)


def _all_ready(pod: Manifest) -> bool:
    """Return whether all containers are ready, as those of nearly all pods are."""
    states = items(pod, "status", "containerStatuses")
    wanted = len(items(pod, "spec", "containers"))
    return 0 < wanted == len(states) and all(truth(one, "ready") for one in states)


def _container(snapshot: Snapshot, pod: Manifest, one: Container, age: timedelta) -> Verdict | None:
    """Return what keeps one container from what it is for; None when nothing does."""
    ref, reason = Ref.of(pod), text(one.waiting, "reason")
    if _served(pod, one):
        return None
    if reason in REASONS:
        return _no_image(ref, one, age)
    failed = bool(one.terminated) and number(one.terminated, "exitCode") != 0
    ended = failed and one.ended_in == "state"
    looping = failed and one.restarts >= _AGAIN
    if ended or looping or reason not in _CREATING:
        return _failing(ref, one, age)
    if one.running:
        since = instant(one.status, "state", "running", "startedAt")
        lasted = snapshot.now - since if since else age
        ill = Ill.WAITS if one.init else Ill.STARTING
        return Verdict(ref, ill, f"{one.name} is not ready yet", one.name, lasted)
    return _groundless(snapshot, ref, one, age)


def _served(pod: Manifest, one: Container) -> bool:
    """Return whether a container runs as it should, or has done what it was for."""
    if not one.init:
        return one.running and one.ready
    sidecar = text(one.spec, "restartPolicy") == "Always"
    if sidecar and truth(one.status, "started"):
        return True
    ended = one.ended_in == "state" and bool(one.terminated)
    if ended and number(one.terminated, "exitCode") == 0:
        return True
    # Once a main container was started, all init containers have ended.
    return not one.status and any(
        text(other, "containerID") for other in items(pod, "status", "containerStatuses")
    )


def _no_image(ref: Ref, one: Container, age: timedelta) -> Verdict:
    image, said = text(one.spec, "image"), message_of(one.waiting)
    shown = (
        FieldEvidence(ref=ref, path=f"{one.spec_path}.image", value=image),
        FieldEvidence(
            ref=ref, path=one.path("state", "waiting", "message"), value=said or "ImagePullBackOff"
        ),
    )
    return Verdict(ref, Ill.IMAGE, f"image {word(image)} cannot be had", one.name, age, shown)


def _failing(ref: Ref, one: Container, age: timedelta) -> Verdict:
    reason, ended = text(one.waiting, "reason"), one.terminated
    code = number(ended, "exitCode")
    if ended:
        path, value = one.path(one.ended_in, "terminated", "exitCode"), str(code)
        why = f"{one.name} ends with exit code {code}"
    else:
        path, value = one.path("state", "waiting", "reason"), reason
        why = f"{one.name} is not started: {word(reason)}"
    said = one_line(text(ended, "message"), _LONGEST) or (
        "" if reason == "CrashLoopBackOff" else one_line(text(one.waiting, "message"), _LONGEST)
    )
    shown = FieldEvidence(ref=ref, path=path, value=f"{value}: {said}" if said else value)
    why = f"{why}: {quoted(said)}" if said else why
    return Verdict(ref, Ill.FAILING, why, one.name, age, (shown,), code)


def _groundless(snapshot: Snapshot, ref: Ref, one: Container, age: timedelta) -> Verdict:
    """Return why nothing of a pod has started: neither its sandbox nor its volumes may be there."""
    for event in events_of(snapshot, ref, "FailedCreatePodSandBox", "FailedMount"):
        said = message_of(event)
        if any(words in said for words in _NO_RUNTIME):
            shown = (event_evidence(event, ref),)
            return Verdict(ref, Ill.RUNTIME, quoted(shorten(said, _LONGEST)), one.name, age, shown)
        if max(number(event, "count"), number(event, "series", "count")) >= _AGAIN:
            shown = (event_evidence(event, ref),)
            return Verdict(ref, Ill.FAILING, quoted(shorten(said, _LONGEST)), "", age, shown)
    ill = Ill.WAITS if one.init else Ill.STARTING
    return Verdict(ref, ill, f"{one.name} has not started yet", one.name, age)
