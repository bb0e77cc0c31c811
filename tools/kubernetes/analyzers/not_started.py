"""Pods that reached their node and that the kubelet cannot start, in the kubelet's own words.

What else makes a container wait (its image, its command, a ConfigMap, a Secret) has an analyzer of
its own, which says more.
"""

import re
from collections.abc import Iterable, Iterator

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.finding import Finding
from clusterwright.tools.kubernetes.analyzers import command_not_found
from clusterwright.tools.kubernetes.analyzers.case import Case
from clusterwright.tools.kubernetes.analyzers.config_references import names_reference
from clusterwright.tools.kubernetes.analyzers.pod import (
    KINDS,
    Container,
    containers,
    event_evidence,
    events_of,
    message_of,
    troubled,
)
from clusterwright.tools.manifest import Manifest, condition, number, text
from clusterwright.tools.snapshot import Snapshot

NOT_CREATED = "pod/container-not-created"
NOT_MOUNTED = "pod/volume-not-mounted"
NO_SANDBOX = "pod/sandbox-not-created"

_REFUSED = frozenset(
    {
        "CreateContainerConfigError",
        "CreateContainerError",
        "PostStartHookError",
        "PreCreateHookError",
        "PreStartHookError",
        "RunContainerError",
    }
)
"""Reasons of a waiting container in kubernetes pkg/kubelet/kuberuntime."""
_CREATING = frozenset({"ContainerCreating", "PodInitializing"})
_IDENTITY = re.compile(r" ?\(pod: \"[^\"]{0,300}\", container: [^)]{0,100}\)")
_RUNTIME = re.compile(r"^.{0,400}OCI runtime create failed: (?:\w+ create failed: )?")
_MOUNT = re.compile(r"^\w{1,40}\.\w{1,40} failed for volume \"([^\"]{1,253})\" ?: (.{1,500})$")
_MULTI_ATTACH = re.compile(r"^Multi-Attach error for volume \"([^\"]{1,253})\" (.{1,400})$")
_SANDBOX = re.compile(r"^.{0,200}sandbox(?: \"[0-9a-f]{1,64}\")?: (?:rpc error: [^=]{0,40}= \w+ )?")
_MOUNTS = ("FailedMount", "FailedAttachVolume", "FailedMapVolume")
_OFTEN = 2
"""Once may be a moment's trouble: the kubelet tries again, and mostly it works then."""


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    for pod in troubled(snapshot):
        if not text(pod, "spec", "nodeName"):
            continue
        case = Case(snapshot, pod)
        found = list(_refused(case)) or [one for one in (_without_ground(case),) if one]
        yield from map(Suspicion, found)


def _refused(case: Case) -> Iterator[Finding]:
    """Yield what the kubelet or the runtime objects to, for each container that they refuse."""
    for container in containers(case.pod):
        reason, message = text(container.waiting, "reason"), message_of(container.waiting)
        if reason not in _REFUSED or not message or names_reference(message):
            continue
        if command_not_found.suspect(case, container) is None:
            yield _not_created(case, container, reason, message)


def _not_created(case: Case, container: Container, reason: str, message: str) -> Finding:
    said = _RUNTIME.sub("", _IDENTITY.sub("", message)).strip()
    if "runAsNonRoot" in said or "non-root" in said:
        fix = f'Let container "{container.name}" run as another user than root, or permit root.'
    else:
        fix = f'Change what the kubelet objects to in container "{container.name}"; it then starts.'
    evidence = case.field(container.path("state", "waiting", "reason"), f"{reason}: {said}")
    sentence = f'Container "{container.name}" is not started: {said}'
    return case.finding(NOT_CREATED, sentence, (evidence,), fixes=(fix,))


def _without_ground(case: Case) -> Finding | None:
    """Return why a pod has neither its volumes nor its network, on which containers stand."""
    waiting = {text(container.waiting, "reason") for container in containers(case.pod)}
    # Once it can start containers, what failed before was overcome: an image may be on its way.
    able = condition(case.pod, "PodReadyToStartContainers").get("status") == "True"
    if able or not waiting & _CREATING:
        return None
    mounts = events_of(case.snapshot, case.ref, *_MOUNTS)
    # That a volume took too long is told beside what went wrong with it, which says more.
    for event in sorted(mounts, key=lambda one: _named(one) is None):
        if _lasts(event) and not names_reference(message_of(event)):
            return _not_mounted(case, event)
    for event in events_of(case.snapshot, case.ref, "FailedCreatePodSandBox"):
        if _lasts(event):
            said = _SANDBOX.sub("", message_of(event))
            sentence = f"The pod gets no sandbox on node {_node(case)}: {said}"
            fix = f"Repair what the message names on node {_node(case)}: mostly its network plugin."
            evidence = (event_evidence(event, case.ref),)
            return case.finding(NO_SANDBOX, sentence, evidence, fixes=(fix,))
    return None


def _not_mounted(case: Case, event: Manifest) -> Finding:
    named = _named(event)
    which, said = (f'Volume "{named[1]}"', named[2]) if named else ("A volume", message_of(event))
    sentence = f"{which} is not mounted: {said}"
    fix = f"Make it available on node {_node(case)}; the pod then starts."
    return case.finding(NOT_MOUNTED, sentence, (event_evidence(event, case.ref),), fixes=(fix,))


def _named(event: Manifest) -> re.Match[str] | None:
    """Return the volume that an event names, and what it says of it."""
    message = message_of(event)
    return _MOUNT.match(message) or _MULTI_ATTACH.match(message)


def _lasts(event: Manifest) -> bool:
    return max(number(event, "count"), number(event, "series", "count")) >= _OFTEN


def _node(case: Case) -> str:
    return text(case.pod, "spec", "nodeName")


NOT_STARTED = Analyzer("not-started", (NOT_CREATED, NOT_MOUNTED, NO_SANDBOX), KINDS, _detect)
