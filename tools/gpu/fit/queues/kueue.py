"""Kueue: a pod waits at its gate, or its job suspended, until a Workload is admitted."""

from collections.abc import Iterator

from clusterwright.tools.gpu.fit.queues.queue_manager import QueueManager, said
from clusterwright.tools.gpu.queues.kueue import (
    GATE,
    LOCAL,
    POD_GROUP,
    QUEUE,
    QUEUE_LABEL,
    WORKLOAD,
    is_shut,
    queues_of,
    waits,
)
from clusterwright.tools.gpu.queues.kueue_reasons import why
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


def _manages(pod: Manifest) -> bool:
    gated = any(text(one, "name") == GATE for one in items(pod, "spec", "schedulingGates"))
    return gated or QUEUE_LABEL in labels_of(pod)


def _held(pod: Manifest, snapshot: Snapshot) -> Iterator[str]:
    found = _workload(pod, snapshot)
    if found is None:
        yield from _without_workload(pod, snapshot)
        return
    if not waits(found):
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
    known = why(one)
    return f" -> {known.advice[:1].lower()}{known.advice[1:]}" if known else ""


def _workload(pod: Manifest, snapshot: Snapshot) -> Manifest | None:
    """Return the Workload of a pod, of its pod group, or of whatever owns it."""
    namespace = namespace_of(pod)
    group = labels_of(pod).get(POD_GROUP)
    chain = [Ref.of({"apiVersion": "v1", "kind": "Pod", **pod}), *snapshot.owners(pod)]
    for one in snapshot.in_namespace(WORKLOAD, namespace):
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
    if snapshot.was_read(WORKLOAD):
        yield "Kueue keeps it at its gate and made no Workload for it: is its controller running?"
    else:
        yield "Kueue keeps it at its gate; its Workload could not be read"
    yield from _queue(labels_of(pod).get(QUEUE_LABEL, ""), pod, snapshot)


def _queue(name: str, pod: Manifest, snapshot: Snapshot) -> Iterator[str]:
    """Yield what is wrong with the queue itself."""
    queues = queues_of(snapshot, namespace_of(pod), name)
    if queues.missing and queues.missing.kind == "LocalQueue":
        yield f"there is no LocalQueue {namespace_of(pod)}/{name}: create it, or name another"
    elif queues.missing:
        above = word(queues.missing.name)
        yield f"LocalQueue {name} names ClusterQueue {above}, which is not there"
    shut = next(filter(is_shut, queues.there), None)
    if shut is not None:
        kind = Ref.of(shut).kind
        yield f"{kind} {name_of(shut)} is not active: {said(condition(shut, 'Active'))}"
    for one in queues.there:
        if (policy := text(one, "spec", "stopPolicy")) not in {"", "None"}:
            yield f"{Ref.of(one).kind} {name_of(one)} is stopped: {word(policy)}"
    if queues.cluster:
        yield from _used(queues.cluster)


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


KUEUE = QueueManager("Kueue", (WORKLOAD, LOCAL, QUEUE), _manages, _held)
