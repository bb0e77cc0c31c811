"""Workloads that Kueue does not admit, and queues that admit nothing, by its enumerated reasons."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from clusterwright.tools.analyzer import Analyzer, Fulfilled, ReadRequest, Suspicion
from clusterwright.tools.finding import Edge, Evidence, Finding, Relation, Severity
from clusterwright.tools.gpu.analyzers.about import (
    Cure,
    about,
    edges,
    of_condition,
    shown,
)
from clusterwright.tools.gpu.analyzers.queue_cures import (
    active_again,
    admitting,
    missing_flavor,
    more_quota,
    other_queue,
)
from clusterwright.tools.gpu.analyzers.waiting import in_question, leaving
from clusterwright.tools.gpu.estate import Estate, estate_of
from clusterwright.tools.gpu.queues.kueue import (
    LOCAL,
    QUEUE,
    QUEUE_LABEL,
    WORKLOAD,
    Queues,
    is_shut,
    queues_of,
    waits,
)
from clusterwright.tools.gpu.queues.kueue_reasons import (
    EVICTED,
    NEVER,
    NO_FLAVOR,
    SLOW,
    WAITS,
    Why,
    why,
)
from clusterwright.tools.kubernetes.analyzers.nearest import nearest
from clusterwright.tools.kubernetes.analyzers.pod import message_of
from clusterwright.tools.manifest import (
    Manifest,
    condition,
    dig,
    instant,
    items,
    namespace_of,
    text,
)
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref, owner_of
from clusterwright.tools.snapshot import Snapshot

INACTIVE, STOPPED, NO_QUEUE = "queue/inactive", "queue/stopped", "queue/missing"


def _detect(snapshot: Snapshot) -> Iterable[Suspicion]:
    estate = estate_of(snapshot)
    held: dict[Ref, list[Manifest]] = {
        Ref.of(one): [] for kind in (QUEUE, LOCAL) for one in estate.of_kind(kind) if is_shut(one)
    }
    free: list[Manifest] = []
    for one in estate.of_kind(WORKLOAD):
        if waits(one) and in_question(estate, one):
            gate = next((ref for ref in _queues(estate, one).refs if ref in held), None)
            (held[gate] if gate else free).append(one)
    yield from _of_workloads(estate, free)
    for ref, some in held.items():
        queue = estate.get(ref)
        # That its ClusterQueue is not active is told of that one.
        if queue and not leaving(queue) and (some or ref.kind == "ClusterQueue"):
            yield from _of_queue(estate, queue, some)


def _queues(estate: Estate, workload: Manifest) -> Queues:
    return queues_of(estate, namespace_of(workload), text(workload, "spec", "queueName"))


def _of_queue(estate: Estate, queue: Manifest, waiting: Sequence[Manifest]) -> Iterator[Suspicion]:
    active = condition(queue, "Active")
    meant = text(active, "reason") == "Stopped"
    if meant and not waiting:
        return
    code = STOPPED if meant else INACTIVE
    said = message_of(active)
    why = "Somebody has stopped it" if meant else f"It admits nothing, {word(_reason(active))}"
    many = f", and {len(waiting)} workloads wait" if len(waiting) > 1 else ""
    many = ", and a workload waits" if len(waiting) == 1 else many
    refs = tuple(map(Ref.of, waiting))
    finding = about(
        code,
        Ref.of(queue),
        f"{why}{many}: {said}" if said else f"{why}{many}",
        of_condition(queue, "Active", active),
        _opened(queue, said, meant=meant),
        severity=Severity.INFO if meant else Severity.WARNING,
        since=instant(active, "lastTransitionTime"),
        members=(Ref.of(queue), *refs) if refs else (),
        relations=edges([one for ref in refs for one in _owners(estate, ref)], Edge.LIMITED_BY,
                        Ref.of(queue)),
    )  # fmt: skip
    yield Suspicion(finding, (ReadRequest(Ref.of(queue)),))


def _opened(queue: Manifest, said: str, *, meant: bool) -> Cure:
    if meant:
        say = f"Set spec.stopPolicy of the {queue['kind']} to None, if it is to admit again"
        return admitting(queue, say)
    say = "Make what the message names: a flavor, an admission check, a topology"
    return missing_flavor(queue, said, say)


def _reason(one: Manifest) -> str:
    return text(one, "reason") or "and does not say why"


def _of_workloads(estate: Estate, some: Sequence[Manifest]) -> Iterator[Suspicion]:
    alike: dict[tuple[str, str, str], list[Finding]] = defaultdict(list)
    for one in some:
        finding = _without_queue(estate, one) or _evicted(one) or _checked(estate, one)
        finding = finding or _queued(estate, one)
        if finding is not None:
            queue = text(one, "spec", "queueName")
            alike[finding.code, namespace_of(one), f"{queue}/{finding.title}"].append(finding)
    for found in alike.values():
        first = found[0]
        refs = tuple(one.subject for one in found)
        relations = tuple(edge for ref in refs for edge in _owned(estate, ref))
        update = {"members": refs if len(refs) > 1 else (), "relations": relations}
        yield Suspicion(first.model_copy(update=update), (ReadRequest(first.subject),))


def _without_queue(estate: Estate, one: Manifest) -> Finding | None:
    missing = _queues(estate, one).missing
    if missing is None:
        return None
    kind, name, near = missing.kind, word(missing.name), nearest(missing.name, missing.known)
    say = f"Create {kind} {name}, or correct the label {QUEUE_LABEL}"
    hint = f"; there is {word(near)}" if near else ""
    others = missing.known if kind == "LocalQueue" else ()
    return about(
        NO_QUEUE,
        Ref.of(one),
        f'{kind} "{name}" of the workload does not exist{hint}',
        (shown(one, "$.spec.queueName", text(one, "spec", "queueName")),),
        other_queue(one, say, near, others) if others else Cure(say),
    )


def _evicted(one: Manifest) -> Finding | None:
    evicted = condition(one, "Evicted")
    known = EVICTED.get(text(evicted, "reason"))
    if evicted.get("status") != "True" or known is None or not known.code:
        return None
    active = dig(one, "spec", "active") is not False
    ends = "" if active else ", and is not tried again"
    say = f"{known.advice}, then set spec.active to true"
    return about(
        known.code,
        Ref.of(one),
        f"It was evicted, as {known.say}{ends}: {message_of(evicted)}",
        of_condition(one, "Evicted", evicted),
        Cure(say) if active else active_again(one, say),
        since=instant(evicted, "lastTransitionTime"),
    )


def _checked(estate: Estate, one: Manifest) -> Finding | None:
    """Return an admission check that has rejected the workload, or lets it wait for long."""
    if dig(one, "spec", "active") is False:
        return None
    for check in items(one, "status", "admissionChecks"):
        state, name = text(check, "state"), text(check, "name")
        since = instant(check, "lastTransitionTime")
        late = since is not None and estate.now - since > SLOW
        if state == "Rejected" or (state in {"Pending", "Retry"} and late):
            said = message_of(check)
            evidence: list[Evidence] = [
                shown(one, f"$.status.admissionChecks[?(@.name=='{name}')].state", state)
            ]
            tail = f": {said}" if said else ""
            if said:
                path = f"$.status.admissionChecks[?(@.name=='{name}')].message"
                evidence.append(shown(one, path, said))
            return about(
                "queue/admission-check",
                Ref.of(one),
                f"Admission check {word(name)} is {word(state)}{tail}",
                tuple(evidence),
                Cure("See what the controller of the check says; it makes the nodes, or asks one"),
                since=since,
            )
    return None


def _queued(estate: Estate, one: Manifest) -> Finding | None:
    reserved = condition(one, "QuotaReserved")
    if reserved.get("status") == "True" or dig(one, "spec", "active") is False:
        return None
    said, since = message_of(reserved), _since(one, reserved)
    known = why(reserved)
    if known is None or not known.code:
        return None
    if known.after and (since is None or estate.now - since < known.after):
        return None
    return about(
        known.code,
        Ref.of(one),
        f"{known.say}: {said}" if said else known.say,
        of_condition(one, "QuotaReserved", reserved),
        _admitted(estate, one, known, said),
        severity=known.severity,
        since=since,
    )


def _admitted(estate: Estate, one: Manifest, known: Why, said: str) -> Cure:
    if known is not NEVER:
        return Cure(known.advice)
    return more_quota(_queues(estate, one).cluster, said, known.advice)


def _since(one: Manifest, reserved: Manifest) -> datetime | None:
    made = instant(one, "metadata", "creationTimestamp")
    return instant(reserved, "lastTransitionTime") or made


def _owners(estate: Estate, workload: Ref) -> Iterator[Ref]:
    manifest = estate.get(workload)
    owner = owner_of(manifest) if manifest else None
    if owner is not None:
        yield owner


def _owned(estate: Estate, workload: Ref) -> Iterator[Relation]:
    """Yield the edge to the Job that a workload stands for."""
    for owner in _owners(estate, workload):
        yield Relation(source=workload, edge=Edge.OWNED_BY, target=owner)


def _refine(suspicion: Suspicion, fulfilled: Fulfilled) -> Finding | None:
    """Drop the finding if the workload is gone or admitted by now, or the queue active."""
    for request, found in fulfilled.objects.items():
        if request in suspicion.requests:
            is_queue = request.ref.kind != "Workload"
            if found is None or not (is_shut(found) if is_queue else waits(found)):
                return None
    return suspicion.finding


KUEUE = Analyzer(
    "kueue",
    (
        *(INACTIVE, STOPPED, NO_QUEUE, NO_FLAVOR.code, NEVER.code, WAITS.code),
        *("queue/waits-for-pods", "queue/topology-unmet", "queue/misconfigured"),
        *("queue/evicted", "queue/admission-check"),
    ),
    (WORKLOAD, QUEUE, LOCAL),
    _detect,
    _refine,
)
