"""Volcano and KAI: schedulers that place the pods of a PodGroup together, by queues.

Sources: volcano-sh/apis, pkg/apis/scheduling/v1beta1; kai-scheduler/KAI-Scheduler,
pkg/apis/scheduling/v2alpha2 and v2.
"""

from collections.abc import Iterator

from clusterwright.tools.gpu.fit.queues.queue_manager import QueueManager, said
from clusterwright.tools.kubernetes.analyzers.quantity import quantity
from clusterwright.tools.manifest import (
    Json,
    Manifest,
    dig,
    items,
    labels_of,
    mapping,
    name_of,
    namespace_of,
    strings,
    text,
)
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref
from clusterwright.tools.snapshot import Snapshot

_VOLCANO, _KAI = "scheduling.volcano.sh", "scheduling.run.ai"
_VOLCANO_GROUPS = ("scheduling.volcano.sh/group-name", "scheduling.k8s.io/group-name")
_KAI_GROUP, _KAI_QUEUES = "pod-group-name", ("kai.scheduler/queue", "runai/queue")


def _volcano(pod: Manifest, snapshot: Snapshot) -> Iterator[str]:
    annotations = strings(pod, "metadata", "annotations")
    names = [annotations[key] for key in _VOLCANO_GROUPS if key in annotations]
    if not names or not snapshot.was_read(f"PodGroup.{_VOLCANO}"):
        return
    group = snapshot.get(Ref("PodGroup", names[0], namespace_of(pod), _VOLCANO))
    if group is None:
        yield f"Volcano: there is no PodGroup {namespace_of(pod)}/{word(names[0])} for it"
        return
    phase = text(group, "status", "phase")
    least: Json = dig(group, "spec", "minMember")
    for one in items(group, "status", "conditions"):
        if text(one, "type") == "Unschedulable" and text(one, "status") == "True":
            wants = f"; {word(str(least))} of its pods must fit together" if least else ""
            yield f"Volcano: PodGroup {name_of(group)} is {word(phase)}: {said(one)}{wants}"
    if phase == "Pending":
        name = text(group, "spec", "queue") or "default"
        yield (
            f"Volcano has not let PodGroup {name_of(group)} into queue {word(name)} yet"
            " -> wait until others end, or raise the queue's capability or weight"
        )
        queue = snapshot.get(Ref("Queue", name, group=_VOLCANO))
        if queue is None and snapshot.was_read(f"Queue.{_VOLCANO}"):
            yield f"there is no queue {word(name)} of Volcano: create it, or name another"
        elif text(queue, "status", "state") not in {"", "Open"}:
            yield f"queue {name} is {word(text(queue, 'status', 'state'))}: open it"


def _kai(pod: Manifest, snapshot: Snapshot) -> Iterator[str]:
    for request in snapshot.in_namespace(f"BindRequest.{_KAI}", namespace_of(pod)):
        if text(request, "spec", "podName") == name_of(pod) and text(request, "status", "reason"):
            failed = {
                "reason": text(request, "status", "phase"),
                "message": request["status"]["reason"],
            }
            yield f"KAI could not bind it: {said(failed)}"
    name = strings(pod, "metadata", "annotations").get(_KAI_GROUP)
    if name and snapshot.was_read(f"PodGroup.{_KAI}"):
        group = snapshot.get(Ref("PodGroup", name, namespace_of(pod), _KAI))
        if group is None:
            where = f"{namespace_of(pod)}/{word(name)}"
            yield f"KAI: there is no PodGroup {where}: is its pod-grouper running?"
        for one in items(group, "status", "schedulingConditions"):
            yield f"KAI: PodGroup {word(name)} is {word(text(one, 'type'))}: {said(_first(one))}"
    yield from _kai_queue(pod, snapshot)


def _first(one: Manifest) -> Manifest:
    """Return a scheduling condition with its first detailed reason in place of its own."""
    detailed = items(one, "reasons")
    return detailed[0] if detailed else one


def _kai_queue(pod: Manifest, snapshot: Snapshot) -> Iterator[str]:
    labels = labels_of(pod)
    name = next((labels[key] for key in _KAI_QUEUES if key in labels), "")
    if not name:
        yield f"KAI places a pod only in a queue: label it {_KAI_QUEUES[0]}"
        return
    if not snapshot.was_read(f"Queue.{_KAI}"):
        return
    queue = snapshot.get(Ref("Queue", name, group=_KAI))
    if queue is None:
        yield f"there is no queue {word(name)} of KAI: create it, or label the pod with another"
        return
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
    (f"PodGroup.{_VOLCANO}", f"Queue.{_VOLCANO}"),
    lambda pod: _scheduled_by("volcano", pod),
    _volcano,
    unjudged=("what else Volcano looks at: gangs, queues, its own plugins",),
)
KAI = QueueManager(
    "KAI",
    (f"PodGroup.{_KAI}", f"Queue.{_KAI}", f"BindRequest.{_KAI}"),
    lambda pod: _scheduled_by("kai-scheduler", pod),
    _kai,
    unjudged=("what else KAI looks at: gangs, fractions of a GPU, fair shares",),
)
