"""What a lint rule is: one doubt about a query that runs, and what would be right."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from promql_parser import Expr

from clusterwright.tools.prometheus.promql.facts import Facts
from clusterwright.tools.prometheus.promql.nodes import spelled

_PART = 160


@dataclass(frozen=True, slots=True)
class Advice:
    """One doubt."""

    code: str
    part: str
    """Of the query, what it is about."""
    why: str
    right: str
    """What to write instead."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """What a rule found, before it is told under the rule's code."""

    part: Expr | str
    why: str
    right: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; `needs` says what it must know of the metrics, and is silent without."""

    code: str
    title: str
    """What it is about, as in the guide."""
    check: Callable[[Expr, Facts], Iterator[Doubt]]
    needs: str = ""

    def advise(self, tree: Expr, facts: Facts) -> Iterator[Advice]:
        """Yield what is doubtful."""
        for one in self.check(tree, facts):
            part = one.part if isinstance(one.part, str) else spelled(one.part, _PART)
            yield Advice(self.code, part, one.why, one.right)
