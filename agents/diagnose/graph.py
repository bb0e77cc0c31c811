"""The causal graph: findings on objects, edges between objects, and who explains whom."""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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

    @property
    def starts(self) -> dict[Node, Path]:
        """From where its causes are looked for: what has it, and how an alert comes to it."""
        alert = self.finding.subject
        before = (str(alert), Edge.ABOUT.value) if alert.kind == _ALERT else ()
        return {node: (*before, str(node[1])) for node in self.nodes}


@dataclass(frozen=True, slots=True)
class Explanation:
    """A finding, by position, that explains another one directly; by which rule, and how."""

    cause: int
    rule: Rule
    path: Path


def _never(_node: Node) -> bool:
    return False


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

    def reach(
        self,
        start: Mapping[Node, Path],
        edges: Sequence[Edge],
        ends: Callable[[Node], bool] = _never,
    ) -> dict[Node, Path]:
        """Return what is reached from `start` along owners and at least one of `edges`, and how.

        Without edges that is `start` and its owners. The way is a shortest one; of several, the
        one whose edges come first. It goes no further where it `ends`.
        """
        wanted = {edge.value for edge in edges}
        seen: dict[tuple[Node, bool], Path] = {
            (node, not wanted or not wanted.isdisjoint(way[1::2])): way
            for node, way in start.items()
        }
        queue = deque((node, done, 0) for node, done in seen)
        while queue:
            node, done, steps = queue.popleft()
            if steps == _FARTHEST or (done and steps and ends(node)):
                continue
            for edge in (Edge.OWNED_BY, *edges):
                for target in self._edges.get((node, edge), ()):
                    reached = (target, done or edge in edges)
                    if reached not in seen:
                        seen[reached] = (*seen[node, done], edge.value, str(target[1]))
                        queue.append((*reached, steps + 1))
        return {node: way for (node, done), way in seen.items() if done}


@dataclass(frozen=True)
class _Holders:
    """Which findings an object has, by their positions."""

    own: Mapping[Node, Sequence[int]]
    below: Mapping[Node, Sequence[int]]
    """Its own, and those of what it owns."""

    def at(self, node: Node, path: Path) -> Sequence[int]:
        """Return what is found on an object that was reached along a path.

        What was reached as an owner has only its own: what else it owns is another matter.
        """
        as_owner = len(path) > 1 and path[-2] == Edge.OWNED_BY.value
        return (self.own if as_owner else self.below).get(node, ())


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


def _holders(graph: Graph, findings: Sequence[Located]) -> _Holders:
    own: dict[Node, list[int]] = defaultdict(list)
    below: dict[Node, list[int]] = defaultdict(list)
    for i, one in enumerate(findings):
        for node in one.nodes:
            own[node].append(i)
        for node in graph.reach(one.starts, ()):
            below[node].append(i)
    return _Holders(own, below)


def _causes(
    graph: Graph, findings: Sequence[Located], holders: _Holders, i: int
) -> Iterator[Explanation]:
    effect, ways = findings[i], dict[tuple[Edge, ...], dict[Node, Path]]()
    own = effect.finding

    def alike(node: Node) -> bool:
        return any(findings[j].finding.code == own.code for j in holders.own.get(node, ()))

    rules = [rule for rule in RULES if belongs(own.code, rule.effect)]
    # What explains its own kind explains what lies behind it as well, by the same rule: from there
    # on the explanations of that one go on, and are not told of each before it once more.
    relayed = {rule.edges for rule in rules if belongs(own.code, rule.cause)}
    for rule in rules:
        if rule.edges not in ways:
            ends = alike if rule.edges in relayed else _never
            ways[rule.edges] = graph.reach(effect.starts, rule.edges, ends)
        for node, path in ways[rule.edges].items():
            for j in holders.at(node, path):
                other = findings[j].finding
                twin = (other.code, other.subject) == (own.code, own.subject)
                if j != i and not twin and belongs(other.code, rule.cause):
                    yield Explanation(j, rule, path)
