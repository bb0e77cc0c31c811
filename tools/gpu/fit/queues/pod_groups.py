"""Volcano and KAI: schedulers that place the pods of a PodGroup together, by queues."""

from collections.abc import Iterator

from clusterwright.tools.gpu.fit.queues.queue_manager import QueueManager, said
from clusterwright.tools.gpu.queues.pod_groups import (
    KAI_API,
    KAI_LABELS,
    VOLCANO_API,
    group_name,
    is_closed,
    missing_queue,
    queue_of,
    unplaced,
)
from clusterwright.tools.manifest import (
    Json,
    Manifest,
    dig,
    mapping,
    name_of,
    namespace_of,
    text,
)
from clusterwright.tools.quantity import quantity
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot


def _volcano(pod: Manifest, snapshot: Snapshot) -> Iterator[str]:
    name = group_name(pod, VOLCANO_API)
    if not name or not snapshot.was_read(f"PodGroup.{VOLCANO_API}"):
        return
    group = snapshot.get(Ref("PodGroup", name, namespace_of(pod), VOLCANO_API))
    if group is None:
        yield f"Volcano: there is no PodGroup {namespace_of(pod)}/{word(name)} for it"
        return
    phase = text(group, "status", "phase")
    least: Json = dig(group, "spec", "minMember")
    for one in unplaced(group):
        wants = f"; {word(str(least))} of its pods must fit together" if least else ""
        yield f"Volcano: PodGroup {name_of(group)} is {word(phase)}: {said(one.told)}{wants}"
    if phase == "Pending":
        name, _ = queue_of(group)
        yield (
            f"Volcano has not let PodGroup {name_of(group)} into queue {word(name)} yet"
            " -> wait until others end, or raise the queue's capability or weight"
        )
        queue = snapshot.get(Ref("Queue", name, group=VOLCANO_API))
        if missing_queue(snapshot, group, VOLCANO_API):
            yield f"there is no queue {word(name)} of Volcano: create it, or name another"
        elif queue and is_closed(queue):
            yield f"queue {name} is {word(text(queue, 'status', 'state'))}: open it"


def _kai(pod: Manifest, snapshot: Snapshot) -> Iterator[str]:
    for request in snapshot.in_namespace(f"BindRequest.{KAI_API}", namespace_of(pod)):
        if text(request, "spec", "podName") == name_of(pod) and text(request, "status", "reason"):
            failed = {
                "reason": text(request, "status", "phase"),
                "message": request["status"]["reason"],
            }
            yield f"KAI could not bind it: {said(failed)}"
    name = group_name(pod, KAI_API)
    group = None
    if name and snapshot.was_read(f"PodGroup.{KAI_API}"):
        group = snapshot.get(Ref("PodGroup", name, namespace_of(pod), KAI_API))
        if group is None:
            where = f"{namespace_of(pod)}/{word(name)}"
            yield f"KAI: there is no PodGroup {where}: is its pod-grouper running?"
        for one in unplaced(group) if group else ():
            kind = word(text(one.condition, "type"))
            yield f"KAI: PodGroup {word(name)} is {kind}: {said(one.told)}"
    yield from _kai_queue(group if group and queue_of(group)[0] else pod, snapshot)


def _kai_queue(one: Manifest, snapshot: Snapshot) -> Iterator[str]:
    """Yield what its queue tells of a PodGroup, or of a pod that has none yet."""
    name, _ = queue_of(one)
    if not name:
        yield f"KAI places a pod only in a queue: label it {KAI_LABELS[0]}"
        return
    if missing_queue(snapshot, one, KAI_API):
        yield f"there is no queue {word(name)} of KAI: create it, or label the pod with another"
    queue = snapshot.get(Ref("Queue", name, group=KAI_API))
    limits = mapping(queue, "spec", "resources", "gpu")
    allocated: Json = mapping(queue, "status", "allocated").get("nvidia.com/gpu", 0)
    if limits:
        quota, limit = limits.get("quota"), limits.get("limit")
        if isinstance(limit, int | float) and 0 <= limit <= quantity(allocated):
            used = f"KAI queue {name} has all of its limit: {limit:g} GPUs"
            yield f"{used}, quota {word(str(quota))} -> wait until others end, or raise its limit"


def _scheduled_by(name: str, pod: Manifest) -> bool:
    return text(pod, "spec", "schedulerName") == name


VOLCANO = QueueManager(
    "Volcano",
    (f"PodGroup.{VOLCANO_API}", f"Queue.{VOLCANO_API}"),
    lambda pod: _scheduled_by("volcano", pod),
    _volcano,
    unjudged=("what else Volcano looks at: gangs, queues, its own plugins",),
)
KAI = QueueManager(
    "KAI",
    (f"PodGroup.{KAI_API}", f"Queue.{KAI_API}", f"BindRequest.{KAI_API}"),
    lambda pod: _scheduled_by("kai-scheduler", pod),
    _kai,
    unjudged=("what else KAI looks at: gangs, fractions of a GPU, fair shares",),
)
