"""Devices that pods wait for: all given away, free in pieces, or more than any node has."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from clusterwright.tools.excerpt import few
from clusterwright.tools.finding import Edge, FieldEvidence, Finding, Severity, ask
from clusterwright.tools.gpu.analyzers.about import Cure, edges, with_cures
from clusterwright.tools.gpu.analyzers.broken import ill_nodes
from clusterwright.tools.gpu.analyzers.pod_cures import fewer_holders, more_nodes, other_amount
from clusterwright.tools.gpu.analyzers.waiting import Waiting, takers
from clusterwright.tools.gpu.dra.claims import mapped
from clusterwright.tools.gpu.estate import asked_of
from clusterwright.tools.kubernetes.analyzers.pod import workload_of
from clusterwright.tools.manifest import name_of
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref

NONE_FREE, FRAGMENTED = "gpu/none-free", "gpu/fragmented"
_NEVER = "never"
"""Told as NONE_FREE: no node has so many."""
_SHOWN = 3
_MOST = 40
"""Workloads that are named beside the one that a finding is about."""


def short(waiting: Iterable[Waiting]) -> Iterable[Finding]:
    """Yield one finding for each resource, and the nodes on which there is not enough of it.

    Enough is free in total, and on no single node; or it is given away; or no node has so many.
    """
    alike: dict[str, list[Waiting]] = defaultdict(list)
    for one in waiting:
        alike[one.wish].append(one)
    found: dict[_Short, list[Waiting]] = defaultdict(list)
    for some in alike.values():
        kind = _fragmented(some[0]) or _short(some[0])
        if kind is not None:
            found[kind] += some
    for kind, some in found.items():
        yield _TELL[kind.code](kind, some)


@dataclass(frozen=True)
class _Short:
    """What there is not enough of, the same for all pods that one finding is about."""

    code: str
    resource: str
    nodes: tuple[str, ...]
    amount: int = 0
    """What each pod asks for, where that matters."""


def _fragmented(one: Waiting) -> _Short | None:
    for resource, amount in one.asked.items():
        free = one.free(resource)
        most = max(free.values(), default=0)
        if most >= amount or sum(free.values()) < amount or not _ever(one, resource, amount):
            continue
        if not repaired(one):
            return _Short(FRAGMENTED, resource, tuple(sorted(free)), amount)
    return None


def _short(one: Waiting) -> _Short | None:
    for resource, amount in one.asked.items():
        free = one.free(resource)
        if not free or max(free.values()) >= amount or repaired(one):
            continue
        nodes = tuple(sorted(free))
        if not _ever(one, resource, amount):
            if resource not in one.estate.derived(mapped):
                return _Short(_NEVER, resource, nodes, amount)
        elif sum(free.values()) < amount:
            return _Short(NONE_FREE, resource, nodes)
    return None


def _in_pieces(kind: _Short, some: Sequence[Waiting]) -> Finding:
    first, resource, amount = _first(some), kind.resource, kind.amount
    free = first.free(resource)
    most = max(free.values())
    best = min(name for name, n in free.items() if n == most)
    having = sum(1 for n in free.values() if n)
    sentence = (
        f"{amount} {resource} are free on no single node: {sum(free.values())} are free on"
        f" {having} nodes, at most {most} on one ({best})"
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
    finding = first.finding(
        FRAGMENTED, sentence, resource, pack, _less(first, resource, most), evidence=proof
    )
    return _of_all(finding, first, some)


def _never(kind: _Short, some: Sequence[Waiting]) -> Finding:
    """Return that no node has so many, or none on which the pods may be."""
    first, resource, amount = _first(some), kind.resource, kind.amount
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
        _less(first, resource, most, f", in more pods, or add a node with {amount}"),
        evidence=(FieldEvidence(ref=Ref("Node", best), path=path, value=str(most)),),
    )
    return _of_all(finding, first, some)


def _none_free(kind: _Short, some: Sequence[Waiting]) -> Finding:
    first, resource, nodes = _first(some), kind.resource, kind.nodes
    held = _held(first, resource, nodes)
    left = sum(first.free(resource).values())
    holders = few([f"{ref} ({n})" for ref, n in held.items()], _SHOWN) or "nobody who can be seen"
    rest = f"{left} of" if left else "None of the"
    total = sum(node.allocatable.get(resource, 0) for node in first.open)
    where = nodes[0] if len(nodes) == 1 else f"{len(nodes)} nodes"
    pods = sum(len(one.pods) for one in some)
    wait = f"{pods} pods wait" if pods > 1 else "a pod waits"
    sentence = f"{rest} {total} {resource} on {where} is free, and {wait}: held by {holders}"
    finding = with_cures(
        first.finding(NONE_FREE, sentence, resource),
        Cure("Wait until one ends, free what is idle (gpu_usage), or add a node that fits"),
        *more_nodes(first.open),
        *fewer_holders(resource, held),
    )
    return _of_all(finding, first, some)


def _less(one: Waiting, resource: str, most: int, more: str = "") -> Cure:
    """Return that the pods ask for no more than a node has; whether that is enough is asked."""
    say = f"Ask for at most {most} {resource} a pod{more}"
    question = f"how many {word(resource)} a pod can do with, at most {most}"
    return other_amount(one.case, resource, say, ask(question))


def _first(some: Sequence[Waiting]) -> Waiting:
    return min(some, key=lambda one: str(one.case.subject))


def _of_all(finding: Finding, first: Waiting, some: Sequence[Waiting]) -> Finding:
    owners = [one.case.subject for one in some if one is not first]
    return finding.model_copy(
        update={
            "members": tuple(ref for one in some for ref in one.pods),
            "severity": Severity.WARNING,
            "relations": edges(owners[:_MOST], Edge.REQUESTS, first.case.subject),
        }
    )


def _ever(one: Waiting, resource: str, amount: int) -> bool:
    """Return whether some node would have enough, were nothing of it given away."""
    return any(node.allocatable.get(resource, 0) >= amount for node in one.open)


def repaired(one: Waiting) -> bool:
    """Return whether a node that is not well would take the pod: then that is what it waits for."""
    return not ill_nodes(one.estate).isdisjoint(takers(one))


def _held(one: Waiting, resource: str, nodes: Sequence[str]) -> Mapping[Ref, int]:
    """Return who has a resource, those first that have most of it."""
    held: dict[Ref, int] = defaultdict(int)
    names = frozenset(nodes)
    for node in (node for node in one.open if node.ref.name in names):
        for pod in one.estate.using(name_of(node.manifest)):
            amount = asked_of(pod).get(resource, 0)
            if amount:
                held[workload_of(one.estate, pod)] += amount
    return dict(sorted(held.items(), key=lambda pair: (-pair[1], str(pair[0]))))


_TELL: Mapping[str, Callable[[_Short, Sequence[Waiting]], Finding]] = {
    FRAGMENTED: _in_pieces,
    NONE_FREE: _none_free,
    _NEVER: _never,
}
