"""Gangs of pods that KAI or Volcano does not place, in the words of their schedulers.

Sources: NVIDIA/KAI-Scheduler, pkg/apis/scheduling/v2alpha2 and pkg/scheduler/api; volcano-sh/apis,
pkg/apis/scheduling/v1beta1.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from clusterwright.tools.analyzer import Analyzer, Fulfilled, ReadRequest, Suspicion
from clusterwright.tools.finding import Edge, Evidence, Finding, Relation, Severity
from clusterwright.tools.gpu.analyzers.about import Cure, about, shown
from clusterwright.tools.gpu.analyzers.waiting import in_question, leaving
from clusterwright.tools.gpu.estate import Estate, estate_of
from clusterwright.tools.gpu.queues.pod_groups import (
    KAI_API,
    VOLCANO_API,
    asks,
    is_closed,
    missing_queue,
    queue_of,
    unplaced,
)
from clusterwright.tools.kubernetes.analyzers.nearest import nearest
from clusterwright.tools.kubernetes.analyzers.pod import message_of
from clusterwright.tools.manifest import (
    Manifest,
    instant,
    name_of,
    text,
)
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref, checked, owner_of
from clusterwright.tools.snapshot import Snapshot

UNPLACED, NO_QUEUE = "queue/group-unplaced", "queue/group-queue-missing"
OVER_LIMIT, CLOSED = "queue/over-limit", "queue/closed"
_LIMITS = ("OverLimit", "NonPreemptibleOverQuota")
"""Reasons of KAI that no free device helps against."""
_PATIENCE = timedelta(minutes=2)
"""A gang may be told unschedulable for a round or two while nodes are made free for it."""


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    for group in (KAI_API, VOLCANO_API):
        kind = f"PodGroup.{group}"
        for one in estate.of_kind(kind):
            if leaving(one) or not in_question(estate, one):
                continue
            finding = _without_queue(estate, one, group) or _unplaced(estate, one)
            if finding is not None:
                yield Suspicion(finding, (ReadRequest(Ref.of(one)),))
    for queue in estate.of_kind(f"Queue.{VOLCANO_API}"):
        yield from _closed(estate, queue)


def _without_queue(estate: Estate, one: Manifest, group: str) -> Finding | None:
    found = missing_queue(estate, one, group)
    if found is None or not asks(one):
        return None
    (name, known), (_, path) = found, queue_of(one)
    near = nearest(name, known)
    hint = f"; there is {word(near)}" if near else ""
    return about(
        NO_QUEUE,
        Ref.of(one),
        f'Queue "{word(name)}" of the group does not exist{hint}',
        (shown(one, path, name),),
        Cure(f"Create Queue {word(name)}, or correct the name in the workload"),
        relations=tuple(_owned(one)),
    )


def _unplaced(estate: Estate, one: Manifest) -> Finding | None:
    made = instant(one, "metadata", "creationTimestamp")
    for found in unplaced(one):
        since = instant(found.condition, "lastTransitionTime") or made
        if not asks(one) or since is None or estate.now - since < _PATIENCE:
            continue
        said, reason = message_of(found.told), text(found.told, "reason")
        limit = next((name for name in _LIMITS if name in reason or name in said), "")
        if limit:
            code, sentence = OVER_LIMIT, f"Its queue does not allow it more, {limit}"
            cure = Cure("Raise quota or limit of the queue, ask for less, or make it preemptible")
        else:
            code, sentence = UNPLACED, "Its pods find no place together"
            cure = Cure("Free devices or add a node, or lower minMember: a gang is placed whole")
        at = found.told_at
        evidence: list[Evidence] = [shown(one, f"{at}.message", said)] if said else []
        evidence += [shown(one, f"{at}.reason", reason)] if reason else []
        return about(
            code,
            Ref.of(one),
            f"{sentence}: {said}" if said else sentence,
            tuple(evidence) or (shown(one, found.where, text(found.condition, "type")),),
            cure,
            since=since,
            relations=tuple(_owned(one)),
        )
    return None


def _closed(estate: Estate, queue: Manifest) -> Iterator[Suspicion]:
    state = text(queue, "status", "state")
    groups = [
        one
        for one in estate.of_kind(f"PodGroup.{VOLCANO_API}")
        if queue_of(one)[0] == name_of(queue) and asks(one) and in_question(estate, one)
    ]
    if not is_closed(queue) or not groups or leaving(queue):
        return
    ref = Ref.of(queue)
    finding = about(
        CLOSED,
        ref,
        f"It is {state.lower()}, and {len(groups)} groups of pods wait in it",
        (shown(queue, "$.status.state", state),),
        Cure("Open the queue again, if it is to take work"),
        severity=Severity.INFO,
        members=(ref, *map(Ref.of, groups)),
        relations=tuple(
            Relation(source=Ref.of(one), edge=Edge.LIMITED_BY, target=ref) for one in groups
        ),
    )
    yield Suspicion(finding, (ReadRequest(ref),))


def _owned(one: Manifest) -> Iterator[Relation]:
    """Yield the edge to what a group was made for."""
    owner = owner_of(one)
    if owner is not None and checked(owner):
        yield Relation(source=Ref.of(one), edge=Edge.OWNED_BY, target=owner)


def _refine(suspicion: Suspicion, fulfilled: Fulfilled) -> Finding | None:
    """Drop the finding if the group is gone, or runs by now."""
    for request, found in fulfilled.objects.items():
        if request in suspicion.requests:
            placed = found is not None and request.ref.kind == "PodGroup" and not asks(found)
            if found is None or placed:
                return None
    return suspicion.finding


POD_GROUPS = Analyzer(
    "pod-groups",
    (UNPLACED, OVER_LIMIT, NO_QUEUE, CLOSED),
    tuple(f"{kind}.{group}" for group in (KAI_API, VOLCANO_API) for kind in ("PodGroup", "Queue")),
    _detect,
    _refine,
)
