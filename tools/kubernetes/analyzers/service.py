"""What the analyzers of Services read: which are routed by a selector, and to which pods."""

from collections.abc import Iterator

from clusterwright.tools.finding import Edge, Relation
from clusterwright.tools.kubernetes.analyzers.pod import workload_of
from clusterwright.tools.manifest import Manifest, dig, namespace_of, strings, text
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

KINDS = ("Service", "Pod", "ReplicaSet", "Deployment", "StatefulSet", "DaemonSet", "Job")
"""What an analyzer of Services needs, to see the pods and who makes them."""

_HEADLESS = "None"


def selecting(snapshot: Snapshot) -> Iterator[Manifest]:
    """Yield the Services whose endpoints follow from a selector."""
    for service in snapshot.of_kind("Service"):
        external = text(service, "spec", "type") == "ExternalName"
        leaving = text(service, "metadata", "deletionTimestamp")
        if not external and not leaving and selector_of(service):
            yield service


def selector_of(service: Manifest) -> dict[str, str]:
    """Return spec.selector."""
    return strings(service, "spec", "selector")


def is_headless(service: Manifest) -> bool:
    """Return whether clients reach the pods themselves, whatever targetPort says."""
    return text(service, "spec", "clusterIP") == _HEADLESS


def selected_pods(snapshot: Snapshot, service: Manifest) -> list[Manifest]:
    """Return the pods that a Service could route to: selected, neither finished nor leaving."""
    selected = snapshot.selected("Pod", namespace_of(service), selector_of(service))
    return [
        pod
        for pod in selected
        if text(pod, "status", "phase") not in {"Succeeded", "Failed"}
        and not dig(pod, "metadata", "deletionTimestamp")
    ]


def selects(snapshot: Snapshot, service: Manifest, pods: list[Manifest]) -> tuple[Relation, ...]:
    """Return the edges from a Service to the workloads of its pods."""
    workloads = dict.fromkeys(workload_of(snapshot, pod) for pod in pods)
    ref = Ref.of(service)
    return tuple(Relation(source=ref, edge=Edge.SELECTS, target=one) for one in workloads)
