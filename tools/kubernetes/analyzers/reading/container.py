"""Pods that may have trouble, and their containers with specification and status side by side."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from clusterwright.tools.manifest import Manifest, instant, items, mapping, number, text, truth
from clusterwright.tools.snapshot import Snapshot

Field = Literal["containers", "initContainers"]
_FIELDS: tuple[tuple[Field, str], ...] = (
    ("initContainers", "initContainerStatuses"),
    ("containers", "containerStatuses"),
)


@dataclass(frozen=True, slots=True)
class Container:
    """One container of a pod; `status` is empty until the kubelet reports it."""

    name: str
    field: Field
    spec: Manifest
    status: Manifest

    @property
    def field_path(self) -> str:
        """What events about this container carry as involvedObject.fieldPath."""
        return f"spec.{self.field}{{{self.name}}}"

    @property
    def status_path(self) -> str:
        """The JSONPath of its status."""
        statuses = "containerStatuses" if self.field == "containers" else "initContainerStatuses"
        return f"$.status.{statuses}[?@.name=='{self.name}']"

    @property
    def waiting(self) -> Manifest:
        """state.waiting, empty if it does not wait."""
        return mapping(self.status, "state", "waiting")

    @property
    def waiting_reason(self) -> str:
        """state.waiting.reason."""
        return text(self.status, "state", "waiting", "reason")

    @property
    def running_since(self) -> datetime | None:
        """When its current run began; None if it does not run."""
        return instant(self.status, "state", "running", "startedAt")

    @property
    def ready(self) -> bool:
        """Whether the kubelet calls it ready."""
        return truth(self.status, "ready")

    @property
    def restarts(self) -> int:
        """How often it was restarted."""
        return number(self.status, "restartCount")


def containers(pod: Manifest) -> Iterator[Container]:
    """Yield the containers of a pod, in the order in which they start."""
    for field, statuses in _FIELDS:
        by_name = {text(one, "name"): one for one in items(pod, "status", statuses)}
        for spec in items(pod, "spec", field):
            name = text(spec, "name")
            yield Container(name, field, spec, by_name.get(name, {}))


def troubled(pods: Iterable[Manifest]) -> Iterator[Manifest]:
    """Yield the pods that should run and of which not every container is up and never restarted.

    This is the fast path through large clusters: most pods are well, and one look must tell.
    """
    for pod in pods:
        if not _well(pod) and is_live(pod):
            yield pod


def troubled_pods(snapshot: Snapshot) -> Iterator[Manifest]:
    """Yield the troubled pods of the cluster."""
    return troubled(snapshot.of_kind("Pod"))


def is_live(pod: Manifest) -> bool:
    """Return whether a pod is neither finished nor on its way out."""
    return text(pod, "status", "phase") not in {"Succeeded", "Failed"} and not text(
        pod, "metadata", "deletionTimestamp"
    )


def _well(pod: Manifest) -> bool:
    status = mapping(pod, "status")
    if status.get("phase") != "Running":
        return False
    statuses = items(status, "containerStatuses")
    return bool(statuses) and all(
        one.get("ready") is True and one.get("restartCount") == 0 for one in statuses
    )
