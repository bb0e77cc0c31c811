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

REASONS = frozenset(
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
"""Why a container waits whose image cannot be had."""
_DENIED = re.compile(
    r"\b40[13]\b|unauthorized|forbidden|access denied|denied:|no basic auth|authorization failed"
    r"|authentication required|insufficient_scope",
    re.IGNORECASE,
)
_NOT_FOUND = re.compile(
    r"not found|manifest unknown|\b404\b|name unknown|no such image|repository does not exist",
    re.IGNORECASE,
)
_NO_SECRET = re.compile(r"image pull secrets \(([^),]{1,253})")
_PERHAPS_NOT_FOUND = re.compile(r"does not exist or may require|not found", re.IGNORECASE)
_PLATFORM = re.compile(
    r"no match(?:ing manifest)? for (?:platform|[\w/]+)|no matching manifest", re.I
)
_REACH = "Make {registry} reachable from the node; the kubelet then pulls again."
_ROOT_CAUSES = tuple(
    (re.compile(sign, re.IGNORECASE), said, fix)
    for sign, said, fix in (
        (
            _PLATFORM.pattern,
            "it has none for the platform of the node",
            "Build the image for that platform, or select nodes of one that it has.",
        ),
        (
            r"no such host|server misbehaving",
            "a name does not resolve",
            "Make the node's DNS resolve {registry}, and its proxy if it has one.",
        ),
        (
            r"x509|certificate|tls:",
            "its certificate is not accepted",
            "Give the container runtime of the node the authority that signed for {registry}.",
        ),
        (
            r"\b429\b|toomanyrequests",
            "it limits the rate of pulls",
            "Log in to {registry} for a higher limit, or pull through a mirror.",
        ),
        (r"connection refused", "it refuses the connection", _REACH),
        (r"timeout|deadline exceeded", "it does not answer in time", _REACH),
        (
            r"\b50[0-4]\b|unavailable",
            "it answers with a server error",
            "Wait until {registry} is well again; the kubelet tries on.",
        ),
        (
            r"no space left",
            "the node's disk is full",
            "Free disk on the node: images and logs that nothing uses.",
        ),
    )
)


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    for pod in troubled(snapshot):
        for container in containers(pod):
            if text(container.waiting, "reason") in REASONS:
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
    if code == DENIED and (missing := _missing_secret(case)):
        sentence = f'Pulling "{image}" is denied: its pull secret "{missing}" does not exist'
        fix = f"Create Secret {missing} in namespace {case.ref.namespace}, or correct its name."
    message = message_of(container.waiting)
    field = "message" if message else "reason"
    seen = case.field(container.path("state", "waiting", field), message or reason)
    evidence = (seen, *(event_evidence(event, case.ref) for event in told[:1]))
    return Suspicion(case.finding(code, sentence, evidence, fixes=(fix,)))


def _missing_secret(case: Case) -> str:
    """Return the pull secret that the kubelet says it could not read."""
    for event in events_of(case.snapshot, case.ref, "FailedToRetrieveImagePullSecret"):
        if named := _NO_SECRET.search(message_of(event)):
            return named[1]
    return ""


def _conclude(image: str, reason: str, why: str, has_secrets: bool) -> tuple[str, str, str]:
    """Return code, sentence and fix."""
    registry, name = _split(image)
    if reason == "InvalidImageName":
        return FAILED, f'Image "{image}" is not a valid name', f'Correct the image name "{image}".'
    if reason == "ErrImageNeverPull":
        return (
            FAILED,
            f'Image "{image}" is not on the node and imagePullPolicy is Never',
            f'Set imagePullPolicy to IfNotPresent, or load "{image}" onto the node.',
        )
    if _DENIED.search(why):
        perhaps = _PERHAPS_NOT_FOUND.search(why) is not None
        return DENIED, *_denied(image, has_secrets=has_secrets, perhaps_absent=perhaps)
    if _NOT_FOUND.search(why) and not _PLATFORM.search(why):
        return (
            NOT_FOUND,
            f'Image "{image}" does not exist',
            f'Set the image to a tag of {name} that exists, or push "{image}".',
        )
    for pattern, said, fix in _ROOT_CAUSES:
        if pattern.search(why):
            sentence = f'Image "{image}" cannot be pulled from {registry}: {said}'
            return FAILED, sentence, fix.format(registry=registry)
    return FAILED, f'Image "{image}" cannot be pulled', "Repair what the event names."


def _denied(image: str, *, has_secrets: bool, perhaps_absent: bool) -> tuple[str, str]:
    """Return sentence and fix; a registry may keep to itself whether there is such an image.

    Docker Hub: "pull access denied, repository does not exist or may require authorization".
    """
    registry, name = _split(image)
    detail = "its pull secrets do not help" if has_secrets else "the pod has no pull secret"
    absent = ", or there is no such image" if perhaps_absent else ""
    check = f"Check the name {name}. " if perhaps_absent else ""
    fix = f"Give the pod, or the node, a credential that may pull {name} from {registry}."
    return f'Pulling "{image}" is denied{absent} ({detail})', f"{check}{fix}"


def _split(image: str) -> tuple[str, str]:
    head, slash, rest = image.partition("/")
    if slash and ("." in head or ":" in head or head == "localhost"):
        return head, rest.partition("@")[0].rpartition(":")[0] or rest
    return "docker.io", image.partition("@")[0].partition(":")[0]


IMAGE = Analyzer("image", (NOT_FOUND, DENIED, FAILED), KINDS, _detect)
