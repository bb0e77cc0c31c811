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
from clusterwright.tools.gpu.group_queue import KAI_API, VOLCANO_API, is_made, queue_of
from clusterwright.tools.kubernetes.analyzers.nearest import nearest
from clusterwright.tools.kubernetes.analyzers.pod import message_of
from clusterwright.tools.manifest import (
    Manifest,
    instant,
    items,
    name_of,
    text,
    texts,
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
    kind, (name, path) = f"Queue.{group}", queue_of(one)
    if not name or not estate.was_read(kind) or not _asks(one):
        return None
    known = [name_of(each) for each in estate.of_kind(kind)]
    if name in known or is_made(Ref("Queue", name, group=group)):
        return None
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


def _asks(one: Manifest) -> bool:
    """Return whether a group still has pods to place."""
    return text(one, "status", "phase") not in {"Running", "Completed", "Succeeded", "Failed"}


def _unplaced(estate: Estate, one: Manifest) -> Finding | None:
    for condition, where in _conditions(one):
        since = instant(condition, "lastTransitionTime") or instant(
            one, "metadata", "creationTimestamp"
        )
        if not _asks(one) or since is None or estate.now - since < _PATIENCE:
            continue
        said, reason = _said(condition)
        limit = next((name for name in _LIMITS if name in reason or name in said), "")
        if limit:
            code, sentence = OVER_LIMIT, f"Its queue does not allow it more, {limit}"
            cure = Cure("Raise quota or limit of the queue, ask for less, or make it preemptible")
        else:
            code, sentence = UNPLACED, "Its pods find no place together"
            cure = Cure("Free devices or add a node, or lower minMember: a gang is placed whole")
        evidence: list[Evidence] = [shown(one, f"{where}.message", said)] if said else []
        evidence += [shown(one, f"{where}.reason", reason)] if reason else []
        return about(
            code,
            Ref.of(one),
            f"{sentence}: {said}" if said else sentence,
            tuple(evidence) or (shown(one, where, text(condition, "type")),),
            cure,
            since=since,
            relations=tuple(_owned(one)),
        )
    return None


def _conditions(one: Manifest) -> Iterator[tuple[Manifest, str]]:
    """Yield the conditions that say that a group is not placed, and where they stand."""
    for kind, field in (("schedulingConditions", "UnschedulableOnNodePool"),
                        ("conditions", "Unschedulable")):  # fmt: skip
        for condition in items(one, "status", kind):
            if text(condition, "type") == field and text(condition, "status") in {"True", ""}:
                yield condition, f"$.status.{kind}[?(@.type=='{field}')]"


def _said(condition: Manifest) -> tuple[str, str]:
    """Return message and reason; KAI lists several reasons, each with its own words."""
    said, reason = message_of(condition), text(condition, "reason")
    for one in items(condition, "reasons"):
        reason = reason or text(one, "reason")
        said = said or message_of(one)
    return said, reason or " ".join(texts(condition, "reasons"))


def _closed(estate: Estate, queue: Manifest) -> Iterator[Suspicion]:
    state = text(queue, "status", "state")
    groups = [
        one
        for one in estate.of_kind(f"PodGroup.{VOLCANO_API}")
        if queue_of(one)[0] == name_of(queue) and _asks(one) and in_question(estate, one)
    ]
    if state not in {"Closed", "Closing"} or not groups or leaving(queue):
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
            placed = found is not None and request.ref.kind == "PodGroup" and not _asks(found)
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
