"""Kueue: a pod waits at its gate, or its job suspended, until a Workload is admitted.

Source: kubernetes-sigs/kueue v0.19, apis/kueue/v1beta2 (conditions and their reasons).
"""

from collections.abc import Iterator, Mapping

from clusterwright.tools.gpu.fit.queues.queue_manager import QueueManager, said
from clusterwright.tools.manifest import (
    Manifest,
    condition,
    items,
    labels_of,
    name_of,
    namespace_of,
    text,
)
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

GATE = "kueue.x-k8s.io/admission"
_GROUP = "kueue.x-k8s.io"
_QUEUE = f"{_GROUP}/queue-name"
_POD_GROUP = f"{_GROUP}/pod-group-name"
_WORKLOAD, _LOCAL = f"Workload.{_GROUP}", f"LocalQueue.{_GROUP}"
_CLUSTER_QUEUE = f"ClusterQueue.{_GROUP}"
_HELPS: Mapping[str, str] = {
    "NoMatchingFlavor": "let a ResourceFlavor's node labels and taints match what the pods select",
    "WaitingForQuota": "wait until others end, or raise nominalQuota or borrowingLimit",
    "ExceedsMaxQuota": "ask for less, or raise nominalQuota: it can never fit as it is",
    "TopologyPlacementFailed": "ask for fewer pods in one domain, or prefer the topology",
    "WaitingForPreemptedWorkloads": "wait: others are being evicted for it",
    "Misconfigured": "correct what the message names",
    "Suspended": "set spec.active of the Workload, or end the stop policy of its queue",
    "PendingEvaluation": "wait: it has not been looked at yet",
    "WaitingForPodsReady": "wait until the pods of those admitted before are ready",
    "UnsatisfiedAdmissionChecks": "see to the admission checks",
    "PendingDelayedTopologyRequests": "wait for the topology to be assigned",
    "Preempted": "wait, or raise its priority class: another workload took its quota",
    "PodsReadyTimeout": "find out why its pods did not become ready in time",
    "ClusterQueueStopped": "end the stop policy of its ClusterQueue",
    "LocalQueueStopped": "end the stop policy of its LocalQueue",
    "Deactivated": "set spec.active of the Workload",
    "MaximumExecutionTimeExceeded": "raise its maximum execution time, and start it again",
    "NodeFailures": "repair the nodes that failed it",
}


def _manages(pod: Manifest) -> bool:
    gated = any(text(one, "name") == GATE for one in items(pod, "spec", "schedulingGates"))
    return gated or _QUEUE in labels_of(pod)


def _held(pod: Manifest, snapshot: Snapshot) -> Iterator[str]:
    found = _workload(pod, snapshot)
    if found is None:
        yield from _without_workload(pod, snapshot)
        return
    if condition(found, "Admitted").get("status") == "True":
        return
    name = f"Kueue has not admitted Workload {namespace_of(found)}/{name_of(found)}"
    told = False
    for kind, bad in (("Evicted", "True"), ("QuotaReserved", "False"), ("Admitted", "False")):
        one = condition(found, kind)
        if one.get("status") == bad and one.get("reason") != "NoReservation":
            yield f"{name}: {kind} is {bad}, {said(one)}{_help(one)}"
            told = True
    for check in items(found, "status", "admissionChecks"):
        if text(check, "state") != "Ready":
            message = {"reason": text(check, "state"), "message": text(check, "message")}
            yield f"{name}: admission check {word(text(check, 'name'))} is {said(message)}"
            told = True
    if not told:
        yield f"{name} and does not say why yet"
    yield from _queue(text(found, "spec", "queueName"), pod, snapshot)


def _help(one: Manifest) -> str:
    helps = _HELPS.get(text(one, "reason"))
    return f" -> {helps}" if helps else ""


def _workload(pod: Manifest, snapshot: Snapshot) -> Manifest | None:
    """Return the Workload of a pod, of its pod group, or of whatever owns it."""
    namespace = namespace_of(pod)
    group = labels_of(pod).get(_POD_GROUP)
    chain = [Ref.of({"apiVersion": "v1", "kind": "Pod", **pod}), *snapshot.owners(pod)]
    for one in snapshot.in_namespace(_WORKLOAD, namespace):
        owners = {
            (text(owner, "kind"), text(owner, "name"))
            for owner in items(one, "metadata", "ownerReferences")
        }
        if (group and name_of(one) == group) or any((r.kind, r.name) in owners for r in chain):
            return one
    return None


def _without_workload(pod: Manifest, snapshot: Snapshot) -> Iterator[str]:
    if not any(text(one, "name") == GATE for one in items(pod, "spec", "schedulingGates")):
        return
    if snapshot.was_read(_WORKLOAD):
        yield "Kueue keeps it at its gate and made no Workload for it: is its controller running?"
    else:
        yield "Kueue keeps it at its gate; its Workload could not be read"
    yield from _queue(labels_of(pod).get(_QUEUE, ""), pod, snapshot)


def _queue(name: str, pod: Manifest, snapshot: Snapshot) -> Iterator[str]:
    """Yield what is wrong with the queue itself."""
    if not name or not snapshot.was_read(_LOCAL):
        return
    local = snapshot.get(Ref("LocalQueue", name, namespace_of(pod), _GROUP))
    if local is None:
        yield f"there is no LocalQueue {namespace_of(pod)}/{name}: create it, or name another"
        return
    cluster_queue = text(local, "spec", "clusterQueue")
    found = snapshot.get(Ref("ClusterQueue", cluster_queue, group=_GROUP))
    if found is None:
        if snapshot.was_read(_CLUSTER_QUEUE):
            yield f"LocalQueue {name} names ClusterQueue {word(cluster_queue)}, which is not there"
        return
    active = condition(found, "Active")
    if active.get("status") == "False":
        yield f"ClusterQueue {cluster_queue} is not active: {said(active)}"
    if text(found, "spec", "stopPolicy") not in {"", "None"}:
        yield f"ClusterQueue {cluster_queue} is stopped: {word(text(found, 'spec', 'stopPolicy'))}"
    yield from _used(found)


def _used(found: Manifest) -> Iterator[str]:
    quotas = {
        (text(flavor, "name"), text(one, "name")): one.get("nominalQuota")
        for group in items(found, "spec", "resourceGroups")
        for flavor in items(group, "flavors")
        for one in items(flavor, "resources")
    }
    for flavor in items(found, "status", "flavorsUsage"):
        for one in items(flavor, "resources"):
            resource = text(one, "name")
            if "/" in resource:
                name = text(flavor, "name")
                total, most = one.get("total", "?"), quotas.get((name, resource), "?")
                used = f"{word(resource)} {word(str(total))} of {word(str(most))}"
                yield f"ClusterQueue {name_of(found)}: {used} in use ({word(name)})"


KUEUE = QueueManager("Kueue", (_WORKLOAD, _LOCAL, _CLUSTER_QUEUE), _manages, _held)
