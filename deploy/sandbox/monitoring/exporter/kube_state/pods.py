"""kube_pod_*: pods as a whole."""

from clusterwright.deploy.sandbox.monitoring.exporter.exposition import Exposition, labelled
from clusterwright.deploy.sandbox.monitoring.exporter.kube_state.shared import created, owners
from clusterwright.tools.manifest import (
    Manifest,
    instant,
    items,
    mapping,
    name_of,
    namespace_of,
    text,
    truth,
)

_PHASES = ("Pending", "Succeeded", "Failed", "Unknown", "Running")
_REASONS = ("Evicted", "NodeAffinity", "NodeLost", "Shutdown", "UnexpectedAdmissionError")


def pod_labels(one: Manifest) -> str:
    """Return the labels that every series of a pod has."""
    return labelled(namespace=namespace_of(one), pod=name_of(one), uid=text(one, "metadata", "uid"))


def pod(one: Manifest, out: Exposition) -> None:
    """Add the series of a pod."""
    labels = pod_labels(one)
    owner = next(iter(items(one, "metadata", "ownerReferences")), Manifest())
    more = labelled(
        host_ip=text(one, "status", "hostIP"),
        pod_ip=text(one, "status", "podIP"),
        node=text(one, "spec", "nodeName"),
        created_by_kind=text(owner, "kind") or "<none>",
        created_by_name=text(owner, "name") or "<none>",
        priority_class=text(one, "spec", "priorityClassName"),
        host_network="true" if truth(one, "spec", "hostNetwork") else "false",
    )
    out.add("kube_pod_info", f"{labels},{more}", 1)
    created("kube_pod_created", one, labels, out)
    started = instant(one, "status", "startTime")
    if started:
        out.add("kube_pod_start_time", labels, started.timestamp())
    owners("kube_pod_owner", one, labels, out)
    phase = text(one, "status", "phase")
    out.choice("kube_pod_status_phase", labels, "phase", {p: p == phase for p in _PHASES})
    reason = text(one, "status", "reason")
    out.choice("kube_pod_status_reason", labels, "reason", {r: r == reason for r in _REASONS})
    _conditions(one, labels, out)
    if mapping(one, "metadata").get("deletionTimestamp"):
        deleted = instant(one, "metadata", "deletionTimestamp")
        out.add("kube_pod_deletion_timestamp", labels, deleted.timestamp() if deleted else 0)


def _conditions(one: Manifest, labels: str, out: Exposition) -> None:
    found = {text(c, "type"): c for c in items(one, "status", "conditions")}
    for condition, metric in (("Ready", "ready"), ("PodScheduled", "scheduled")):
        if condition in found:
            status = text(found[condition], "status").lower()
            chosen = {value: value == status for value in ("true", "false", "unknown")}
            out.choice(f"kube_pod_status_{metric}", labels, "condition", chosen)
    scheduled = found.get("PodScheduled", {})
    if text(scheduled, "status") == "False" and text(scheduled, "reason") == "Unschedulable":
        out.add("kube_pod_status_unschedulable", labels, 1)
