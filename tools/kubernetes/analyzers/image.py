"""Images that cannot be pulled: absent, denied, or a registry that does not answer."""

import re
from collections.abc import Iterable

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.kubernetes.analyzers.case import Case
from clusterwright.tools.kubernetes.analyzers.pod import (
    KINDS,
    Container,
    containers,
    event_evidence,
    events_of,
    message_of,
    troubled,
)
from clusterwright.tools.manifest import items, text
from clusterwright.tools.snapshot import Snapshot

NOT_FOUND = "pod/image-not-found"
DENIED = "pod/image-pull-denied"
FAILED = "pod/image-pull-failed"

_REASONS = frozenset(
    {
        "ErrImagePull",
        "ImagePullBackOff",
        "InvalidImageName",
        "ErrImageNeverPull",
        "ImageInspectError",
        "RegistryUnavailable",
        "SignatureValidationFailed",
    }
)
_DENIED = re.compile(
    r"\b40[13]\b|unauthorized|forbidden|access denied|denied:|no basic auth|authorization failed"
    r"|authentication required|insufficient_scope",
    re.IGNORECASE,
)
_NOT_FOUND = re.compile(
    r"not found|manifest unknown|\b404\b|name unknown|no such image|repository does not exist",
    re.IGNORECASE,
)
_ROOT_CAUSES = (
    (re.compile(r"no such host|server misbehaving", re.IGNORECASE), "its name does not resolve"),
    (re.compile(r"x509|certificate|tls:", re.IGNORECASE), "its certificate is not accepted"),
    (re.compile(r"\b429\b|toomanyrequests", re.IGNORECASE), "it limits the rate of pulls"),
    (re.compile(r"connection refused", re.IGNORECASE), "it refuses the connection"),
    (re.compile(r"timeout|deadline exceeded", re.IGNORECASE), "it does not answer in time"),
    (re.compile(r"\b50[0-4]\b|unavailable", re.IGNORECASE), "it answers with a server error"),
    (re.compile(r"no space left", re.IGNORECASE), "the node's disk is full"),
)


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    for pod in troubled(snapshot):
        for container in containers(pod):
            if text(container.waiting, "reason") in _REASONS:
                yield _suspicion(Case(snapshot, pod), container)
                break


def _suspicion(case: Case, container: Container) -> Suspicion:
    image = text(container.spec, "image")
    reason = text(container.waiting, "reason")
    told = [  # not those of an image that the pod asked for before it was patched
        event
        for event in events_of(case.snapshot, case.ref, "Failed", "InspectFailed")
        if f'"{image}"' in text(event, "message")
    ]
    why = " ".join([message_of(container.waiting), *(message_of(event) for event in told)])
    has_secrets = bool(items(case.pod, "spec", "imagePullSecrets"))
    code, sentence, fix = _conclude(image, reason, why.replace(image, ""), has_secrets)
    seen = case.field(
        container.path("state", "waiting"), f"{reason}: {message_of(container.waiting)}"
    )
    evidence = (seen, *(event_evidence(event, case.ref) for event in told[:1]))
    return Suspicion(case.finding(code, sentence, evidence, fixes=(fix,)))


def _conclude(image: str, reason: str, why: str, has_secrets: bool) -> tuple[str, str, str]:
    registry, name = _split(image)
    if reason == "InvalidImageName":
        return FAILED, f'Image "{image}" is not a valid name', f'Correct the image name "{image}".'
    if reason == "ErrImageNeverPull":
        return (
            FAILED,
            f'Image "{image}" is not on the node and imagePullPolicy is Never',
            f'Set imagePullPolicy to IfNotPresent, or load "{image}" onto the node.',
        )
    # Docker Hub answers an absent repository with both: "pull access denied ... does not exist or
    # may require authorization"; only the credential can tell, so it counts as denied.
    if _DENIED.search(why):
        sentence = f'Pulling "{image}" is denied'
        detail = "its pull secrets do not help" if has_secrets else "the pod has no pull secret"
        fix = f"Give the pod an imagePullSecret that may pull {name} from {registry}."
        return DENIED, f"{sentence} ({detail})", fix
    if _NOT_FOUND.search(why):
        return (
            NOT_FOUND,
            f'Image "{image}" does not exist',
            f'Set the image to a tag of {name} that exists, or push "{image}".',
        )
    cause = next((said for pattern, said in _ROOT_CAUSES if pattern.search(why)), "")
    sentence = f'Image "{image}" cannot be pulled' + (f" from {registry}: {cause}" if cause else "")
    return FAILED, sentence, f"Make {registry} reachable from the node, then let the pull repeat."


def _split(image: str) -> tuple[str, str]:
    head, slash, rest = image.partition("/")
    if slash and ("." in head or ":" in head or head == "localhost"):
        return head, rest.partition("@")[0].rpartition(":")[0] or rest
    return "docker.io", image.partition("@")[0].partition(":")[0]


IMAGE = Analyzer("image", (NOT_FOUND, DENIED, FAILED), KINDS, _detect)
