"""The causal graph: findings on objects, edges between objects, and who explains whom."""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from clusterwright.agents.diagnose.rule import Rule
from clusterwright.agents.diagnose.rules import RULES, belongs
from clusterwright.tools.finding import Edge, Finding, Relation
from clusterwright.tools.ref import Ref

_FARTHEST = 6
_ALERT = "Alert"

Node = tuple[str, Ref]
"""A cluster and an object in it, so that `Node/gpu-1` of two clusters never merges."""
Path = tuple[str, ...]
"""Objects and, between them, edges: `Service/shop/cart`, `selects`, `Pod/shop/cart-1`."""


@dataclass(frozen=True)
class Located:
    """A finding and the cluster that it is in."""

    cluster: str
    finding: Finding

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The objects that have it: its subject and its members.

        Alerts of one name share their subject: each is about objects of its own, and has only them.
        """
        one = self.finding
        refs = dict.fromkeys((one.subject, *one.members))
        if one.subject.kind == _ALERT:
            about = (edge.target for edge in one.relations if edge.edge is Edge.ABOUT)
            refs = dict.fromkeys((*one.members, *about))
        return tuple((self.cluster, ref) for ref in refs)


@dataclass(frozen=True, slots=True)
class Explanation:
    """A finding, by position, that explains another one directly; by which rule, and how."""

    cause: int
    rule: Rule
    path: Path


class Graph:
    """Objects of all clusters and the edges between them."""

    def __init__(self) -> None:
        """Start without any edge."""
        self._edges: dict[tuple[Node, Edge], dict[Node, None]] = defaultdict(dict)

    def add(self, cluster: str, relations: Iterable[Relation]) -> None:
        """Add the relations that one cluster's answer carried."""
        for one in relations:
            source = (one.source_cluster or cluster, one.source)
            self._edges[source, one.edge][cluster, one.target] = None

    def reach(self, start: Iterable[Node], edges: Sequence[Edge]) -> dict[Node, Path]:
        """Return what is reached from `start` along owners and `edges`, `start` included, and how.

        The way is a shortest one; of several, the one whose edges come first.
        """
        seen: dict[Node, Path] = {node: (str(node[1]),) for node in start}
        queue = deque((node, 0) for node in seen)
        while queue:
            node, steps = queue.popleft()
            if steps == _FARTHEST:
                continue
            for edge in (Edge.OWNED_BY, *edges):
                for target in self._edges.get((node, edge), ()):
                    if target not in seen:
                        seen[target] = (*seen[node], edge.value, str(target[1]))
                        queue.append((target, steps + 1))
        return seen


def explanations(graph: Graph, findings: Sequence[Located]) -> list[list[Explanation]]:
    """Return, for each finding, those that explain it directly, each once, by its first rule."""
    holders = _holders(graph, findings)
    found: list[list[Explanation]] = []
    for i in range(len(findings)):
        first: dict[int, Explanation] = {}
        for one in _causes(graph, findings, holders, i):
            first.setdefault(one.cause, one)
        found.append(list(first.values()))
    return found


def _holders(graph: Graph, findings: Sequence[Located]) -> dict[Node, list[int]]:
    """Return which findings an object has: its own, and those of what it owns."""
    holders: dict[Node, list[int]] = defaultdict(list)
    for i, one in enumerate(findings):
        for node in graph.reach(one.nodes, ()):
            holders[node].append(i)
    return holders


def _causes(
    graph: Graph, findings: Sequence[Located], holders: dict[Node, list[int]], i: int
) -> Iterator[Explanation]:
    effect = findings[i]
    for rule in RULES:
        if belongs(effect.finding.code, rule.effect):
            for node, path in graph.reach(effect.nodes, rule.edges).items():
                for j in holders.get(node, ()):
                    if j != i and belongs(findings[j].finding.code, rule.cause):
                        yield Explanation(j, rule, path)
