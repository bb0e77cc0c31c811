"""Devices that pods wait for: all given away, free in pieces, or more than any node has."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from clusterwright.tools.excerpt import few
from clusterwright.tools.finding import Edge, FieldEvidence, Finding, Severity
from clusterwright.tools.gpu.analyzers.about import Cure, edges, with_cures
from clusterwright.tools.gpu.analyzers.broken import broken
from clusterwright.tools.gpu.analyzers.waiting import Waiting, would_take
from clusterwright.tools.gpu.analyzers.wrong_resource import mapped
from clusterwright.tools.gpu.estate import asked_of
from clusterwright.tools.kubernetes.analyzers.pod import workload_of
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
    """Yield one finding for each resource, and the nodes on which there is not enough of it.

    There is not while it is given away; or never, where no node has so many.
    """
    found: dict[tuple[str, tuple[str, ...], int], list[Waiting]] = defaultdict(list)
    for one in waiting:
        for resource, amount in one.asked.items():
            free = one.free(resource)
            if not free or max(free.values()) >= amount or repaired(one):
                continue
            if not _ever(one, resource, amount):
                if resource not in mapped(one.estate):
                    found[resource, tuple(sorted(free)), amount].append(one)
                    break
            elif sum(free.values()) < amount:
                found[resource, tuple(sorted(free)), 0].append(one)
                break
    for (resource, nodes, never), some in found.items():
        yield _never(resource, never, some) if never else _none_free(resource, nodes, some)


def _never(resource: str, amount: int, some: Sequence[Waiting]) -> Finding:
    """Return that no node has so many, or none on which the pods may be."""
    first = min(some, key=lambda one: str(one.case.subject))
    have = {node.ref.name: node.allocatable.get(resource, 0) for node in first.open}
    most = max(have.values())
    best = min(name for name, n in have.items() if n == most)
    closed = [
        node.ref.name
        for node in first.estate.nodes
        if node.ref.name not in have and node.allocatable.get(resource, 0) >= amount
    ]
    where = "No node that they may be on" if closed else "No node"
    other = f"; {few(closed, _SHOWN)} would: selector, affinity or taints forbid it"
    sentence = f"{where} has {amount} {resource}: {best} has {most}, the most"
    path = f"$.status.allocatable['{resource}']"
    finding = first.finding(
        NONE_FREE,
        sentence + (other if closed else ""),
        resource,
        Cure(f"Ask for at most {most} {resource} a pod, in more pods, or add a node with {amount}"),
        evidence=(FieldEvidence(ref=Ref("Node", best), path=path, value=str(most)),),
    )
    return _of_all(finding, first, some)


def _none_free(resource: str, nodes: Sequence[str], some: Sequence[Waiting]) -> Finding:
    first = min(some, key=lambda one: str(one.case.subject))
    held = _held(first, resource, nodes)
    left = sum(first.free(resource).values())
    holders = few([f"{ref} ({n})" for ref, n in held.items()], _SHOWN) or "nobody who can be seen"
    rest = f"{left} of" if left else "None of the"
    total = sum(node.allocatable.get(resource, 0) for node in first.open)
    where = f"{len(nodes)} nodes" if len(nodes) > 1 else nodes[0]
    pods = sum(len(one.pods) for one in some)
    wait = f"{pods} pods wait" if pods > 1 else "a pod waits"
    sentence = f"{rest} {total} {resource} on {where} is free, and {wait}: held by {holders}"
    finding = with_cures(
        first.finding(NONE_FREE, sentence, resource),
        Cure("Wait until one ends, free what is idle (gpu_usage), or add a node that fits"),
    )
    return _of_all(finding, first, some)


def _of_all(finding: Finding, first: Waiting, some: Sequence[Waiting]) -> Finding:
    owners = [one.case.subject for one in some if one is not first]
    return finding.model_copy(
        update={
            "members": tuple(ref for one in some for ref in one.pods),
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
