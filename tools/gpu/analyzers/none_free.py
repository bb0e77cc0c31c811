"""Devices that pods wait for: all given away, or free in pieces on several nodes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from clusterwright.tools.excerpt import few
from clusterwright.tools.finding import Edge, FieldEvidence, Finding, Severity
from clusterwright.tools.gpu.analyzers.about import Cure, edges, with_cures
from clusterwright.tools.gpu.analyzers.broken import broken
from clusterwright.tools.gpu.analyzers.waiting import Waiting, would_take
from clusterwright.tools.gpu.estate import asked_of
from clusterwright.tools.kubernetes.analyzers.pod import title, workload_of
from clusterwright.tools.manifest import name_of
from clusterwright.tools.ref import Ref

NONE_FREE, FRAGMENTED = "gpu/none-free", "gpu/fragmented"
_SHOWN = 3


def fragmented(one: Waiting) -> Finding | None:
    """Return a finding when enough is free in total, and on no single node."""
    for resource, amount in one.asked.items():
        free = one.free(resource)
        most = max(free.values(), default=0)
        if most >= amount or sum(free.values()) < amount or not _ever(one, resource, amount):
            continue
        if repaired(one):
            continue
        best = min(name for name, n in free.items() if n == most)
        some = sum(1 for n in free.values() if n)
        sentence = (
            f"{amount} {resource} are free on no single node: {sum(free.values())} are free on"
            f" {some} nodes, at most {most} on one ({best})"
        )
        proof = tuple(
            FieldEvidence(
                ref=Ref("Node", name),
                path=f"$.status.allocatable['{resource}'] less what is requested",
                value=str(n),
            )
            for name, n in sorted(free.items(), key=lambda pair: (-pair[1], pair[0]))[:_SHOWN]
        )
        pack = Cure(f"Move pods that hold {resource} off {best}, or pack new ones more densely")
        less = Cure(f"Ask for at most {most} {resource} a pod")
        return one.finding(FRAGMENTED, sentence, resource, pack, less, evidence=proof)
    return None


def none_free(waiting: Iterable[Waiting]) -> Iterable[Finding]:
    """Yield one finding for each resource, and the nodes on which it is given away."""
    found: dict[tuple[str, tuple[str, ...]], list[Waiting]] = defaultdict(list)
    for one in waiting:
        for resource, amount in one.asked.items():
            free = one.free(resource)
            short = sum(free.values()) < amount and max(free.values(), default=0) < amount
            if free and short and _ever(one, resource, amount) and not repaired(one):
                found[resource, tuple(sorted(free))].append(one)
                break
    for (resource, nodes), some in found.items():
        yield _none_free(resource, nodes, some)


def _none_free(resource: str, nodes: Sequence[str], some: Sequence[Waiting]) -> Finding:
    first = min(some, key=lambda one: str(one.case.subject))
    held = _held(first, resource, nodes)
    left = sum(first.free(resource).values())
    holders = few([f"{ref} ({n})" for ref, n in held.items()], _SHOWN) or "nobody who can be seen"
    rest = f"{left} of" if left else "None of the"
    total = sum(node.allocatable.get(resource, 0) for node in first.open)
    where = f"{len(nodes)} nodes" if len(nodes) > 1 else nodes[0]
    pods = tuple(ref for one in some for ref in one.pods)
    wait = f"{len(pods)} pods wait" if len(pods) > 1 else "a pod waits"
    sentence = f"{rest} {total} {resource} on {where} is free, and {wait}: held by {holders}"
    finding = with_cures(
        first.finding(NONE_FREE, sentence, resource),
        Cure("Wait until one ends, free what is idle (gpu_usage), or add a node that fits"),
    )
    owners = [one.case.subject for one in some if one is not first]
    return finding.model_copy(
        update={
            "title": title(sentence),
            "members": pods,
            "severity": Severity.WARNING,
            "relations": edges(owners, Edge.REQUESTS, first.case.subject),
        }
    )


def _ever(one: Waiting, resource: str, amount: int) -> bool:
    """Return whether some node would have enough, were nothing of it given away."""
    return any(node.allocatable.get(resource, 0) >= amount for node in one.open)


def repaired(one: Waiting) -> bool:
    """Return whether a node that is not well would take the pod: then that is what it waits for."""
    ill = broken(one.estate)
    return any(node.ref in ill and would_take(node, one) for node in one.estate.nodes)


def _held(one: Waiting, resource: str, nodes: Sequence[str]) -> Mapping[Ref, int]:
    """Return who has a resource, those first that have most of it."""
    held: dict[Ref, int] = defaultdict(int)
    for node in (node for node in one.open if node.ref.name in set(nodes)):
        for pod in one.estate.using(name_of(node.manifest)):
            amount = asked_of(pod).get(resource, 0)
            if amount:
                held[workload_of(one.estate, pod)] += amount
    return dict(sorted(held.items(), key=lambda pair: (-pair[1], str(pair[0]))))
