"""Images that cannot be had: not there, not allowed, or out of reach."""

from collections.abc import Iterator

from clusterwright.tools.analyzer import Analyzer, Suspicion
from clusterwright.tools.finding import EventEvidence, Evidence
from clusterwright.tools.kubernetes.analyzers.reading.container import (
    Container,
    containers,
    troubled_pods,
)
from clusterwright.tools.kubernetes.analyzers.reading.image_error import Code, image_error
from clusterwright.tools.kubernetes.analyzers.reading.occurrence import (
    event_evidence,
    field_path,
    latest,
    message,
)
from clusterwright.tools.kubernetes.analyzers.reading.suspect import (
    Claim,
    field,
    not_ready_since,
    suspect,
)
from clusterwright.tools.manifest import Manifest, items, text
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

_PULL_REASONS = frozenset(
    {"ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull"}
)


def _detect(snapshot: Snapshot) -> Iterator[Suspicion]:
    for pod in troubled_pods(snapshot):
        for container in containers(pod):
            if container.waiting_reason in _PULL_REASONS:
                claim = _claim(snapshot, pod, container)
                if claim is not None:
                    yield suspect(snapshot, pod, claim)


def _claim(snapshot: Snapshot, pod: Manifest, container: Container) -> Claim | None:
    ref, reason = Ref.of(pod), container.waiting_reason
    said = text(container.waiting, "message")
    image = text(container.spec, "image")
    event = latest(snapshot, ref, lambda e: _tells_why(e, container))
    error = image_error(reason, said)
    if event is not None and (error is None or error[1] == "the pull fails"):
        error = image_error("ErrImagePull", message(event))
    if error is None:
        return None
    code, why = error
    evidence: list[Evidence] = [
        field(ref, f"{container.status_path}.state.waiting", f"{reason}: {said}")
    ]
    if event is not None:
        evidence.append(event_evidence(ref, event))
    absent = _absent_credentials(snapshot, ref) if code == "pod/image-pull-denied" else None
    if absent is not None:
        evidence.append(absent)
    return Claim(
        code,
        f"image {image} cannot be pulled: {why}",
        evidence,
        fixes=_fixes(code, container, pod, absent),
        since=not_ready_since(pod),
    )


def _tells_why(event: Manifest, container: Container) -> bool:
    return (
        text(event, "reason") == "Failed"
        and field_path(event) == container.field_path
        and message(event).startswith("Failed to pull image")
    )


def _absent_credentials(snapshot: Snapshot, ref: Ref) -> EventEvidence | None:
    """Return the kubelet's word that the pod names pull secrets which do not exist."""
    event = latest(snapshot, ref, lambda e: text(e, "reason") == "FailedToRetrieveImagePullSecret")
    return event_evidence(ref, event) if event is not None else None


def _fixes(
    code: Code, container: Container, pod: Manifest, absent: EventEvidence | None
) -> tuple[str, ...]:
    path = f"spec.{container.field}[{container.name}].image"
    if code == "pod/image-not-found":
        return (f"set {path} to an image that exists, with a tag that was pushed",)
    if code == "pod/image-pull-failed":
        return ("restore the node's way to the registry", f"set {path} to a mirror that answers")
    names = [text(one, "name") for one in items(pod, "spec", "imagePullSecrets")]
    if absent is not None:
        wanted = ", ".join(names)
        return (f"create the image pull secret that the pod names ({wanted})",)
    if names:
        return (f"put credentials that may pull the image into secret {', '.join(names)}",)
    return ("create a kubernetes.io/dockerconfigjson secret and name it in spec.imagePullSecrets",)


ANALYZER = Analyzer(
    "image_pull",
    ("pod/image-not-found", "pod/image-pull-denied", "pod/image-pull-failed"),
    ("Pod", "Event", "ReplicaSet", "Job"),
    _detect,
)
