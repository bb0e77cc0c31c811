"""What is reached in the causal graph, and that explanations which are left out were implied."""

import random
from collections.abc import Callable, Mapping, Sequence

import pytest

from clusterwright.agents.diagnose.fold import Fold, fold
from clusterwright.agents.diagnose.graph import Graph, Located, Node, Path, explanations
from clusterwright.tools.finding import Edge, Finding
from tests.agents.found import edge, finding

CODES = ("pod/crash-loop", "pod/crash-loop", "pod/readiness-probe-failing", "pod/image-not-found")


class Tireless(Graph):
    """A graph in which no way ends before its last hop."""

    def reach(
        self,
        start: Mapping[Node, Path],
        edges: Sequence[Edge],
        ends: Callable[[Node], bool] = lambda _node: False,
    ) -> dict[Node, Path]:
        del ends
        return super().reach(start, edges)


def callers(seed: int) -> list[Finding]:
    """Make up workloads that call each other, each broken in one way."""
    dice = random.Random(seed)
    count = dice.randint(2, 9)

    def broken(i: int) -> Finding:
        own, service = f"Deployment/shop/a{i}", f"Service/shop/s{i}"
        called = dice.sample(range(count), dice.randint(0, min(3, count)))
        calls = (edge(own, Edge.ROUTES_TO, f"Service/shop/s{one}") for one in called)
        return finding(
            dice.choice(CODES), own, relations=(edge(service, Edge.SELECTS, own), *calls)
        )

    return [broken(i) for i in range(count)]


@pytest.mark.parametrize("seed", range(60))
def test_whoever_explains_its_own_kind_passes_on_what_lies_behind_it(seed: int) -> None:
    located = [Located("dev", one) for one in callers(seed)]
    folds: list[list[Fold]] = []
    for graph in (Graph(), Tireless()):
        for one in located:
            graph.add("dev", one.finding.relations)
        why = explanations(graph, located)
        folds.append(fold([{one.cause for one in some} for some in why]))
    assert folds[0] == folds[1]
