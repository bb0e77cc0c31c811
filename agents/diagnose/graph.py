"""The causal graph: findings on objects, edges between objects, and who explains whom."""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from clusterwright.agents.diagnose.rules import RULES, belongs
from clusterwright.tools.finding import Edge, Finding, Relation
from clusterwright.tools.ref import Ref

_FARTHEST = 6
_ALERT = "Alert"

Node = tuple[str, Ref]
"""A cluster and an object in it, so that `Node/gpu-1` of two clusters never merges."""


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


class Graph:
    """Objects of all clusters and the edges between them."""

    def __init__(self) -> None:
        """Start without any edge."""
        self._edges: dict[tuple[Node, Edge], dict[Node, None]] = defaultdict(dict)

    def add(self, cluster: str, relations: Iterable[Relation]) -> None:
        """Add the relations that one cluster's answer carried."""
        for one in relations:
            self._edges[(cluster, one.source), one.edge][cluster, one.target] = None

    def reach(self, start: Iterable[Node], edges: Sequence[Edge]) -> set[Node]:
        """Return what is reached from `start` along owners and `edges`, `start` included."""
        seen = dict.fromkeys(start, 0)
        queue = deque(seen)
        while queue:
            node = queue.popleft()
            if seen[node] == _FARTHEST:
                continue
            for edge in (Edge.OWNED_BY, *edges):
                for target in self._edges.get((node, edge), ()):
                    if target not in seen:
                        seen[target] = seen[node] + 1
                        queue.append(target)
        return set(seen)


def explanations(graph: Graph, findings: Sequence[Located]) -> list[set[int]]:
    """Return, for each finding, the positions of those that explain it directly."""
    holders = _holders(graph, findings)
    return [set(_causes(graph, findings, holders, i)) for i in range(len(findings))]


def _holders(graph: Graph, findings: Sequence[Located]) -> dict[Node, list[int]]:
    """Return which findings an object has: its own, and those of what it owns."""
    holders: dict[Node, list[int]] = defaultdict(list)
    for i, one in enumerate(findings):
        for node in graph.reach(one.nodes, ()):
            holders[node].append(i)
    return holders


def _causes(
    graph: Graph, findings: Sequence[Located], holders: dict[Node, list[int]], i: int
) -> Iterator[int]:
    effect = findings[i]
    for rule in RULES:
        if belongs(effect.finding.code, rule.effect):
            for node in graph.reach(effect.nodes, rule.edges):
                for j in holders.get(node, ()):
                    if j != i and belongs(findings[j].finding.code, rule.cause):
                        yield j
