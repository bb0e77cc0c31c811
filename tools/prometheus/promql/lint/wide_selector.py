"""A selector that takes very many series and hands them on one by one."""

from collections.abc import Iterator

from promql_parser import AggregateExpr, Expr, MatrixSelector, VectorSelector

from clusterwright.tools.prometheus.promql.facts import Facts
from clusterwright.tools.prometheus.promql.lint.rule import Doubt, Rule
from clusterwright.tools.prometheus.promql.nodes import Node, operation, walk
from clusterwright.tools.prometheus.promql.selector import Selector, selector

MANY_ONE_BY_ONE = 2_000
MANY = 50_000
"""Series of a selector that is aggregated."""
_AS_MANY = frozenset({"topk", "bottomk", "limitk", "limit_ratio"})


def _check(tree: Expr, facts: Facts) -> Iterator[Doubt]:
    for node in walk(tree):
        one = _selector(node.part)
        count = facts.count(one) if one else None
        if one is None or count is None:
            continue
        aggregated = _is_aggregated(node)
        if count < (MANY if aggregated else MANY_ONE_BY_ONE):
            continue
        labels = sorted(facts.labels.get(one.metric or "", ()))[:6]
        which = f", as by {', '.join(labels)}" if labels else ""
        yield Doubt(
            node.part,
            f"it takes {count:,} series" + ("" if aggregated else ", each of which comes out"),
            f"add matchers{which}" + ("" if aggregated else ", or aggregate: sum by (...)"),
        )


def _selector(part: Expr) -> Selector | None:
    match part:
        case VectorSelector():
            return selector(part)
        case MatrixSelector():
            return selector(part.vector_selector)
        case _:
            return None


def _is_aggregated(node: Node) -> bool:
    return any(
        isinstance(one, AggregateExpr) and operation(one) not in _AS_MANY for one in node.ancestors
    )


RULE = Rule("wide-selector", "a selector of thousands of series", _check, "counts")
