"""A comparison leaves series out and keeps their values, which a sum then adds up."""

from collections.abc import Iterator

from promql_parser import BinaryExpr, Expr

from clusterwright.tools.prometheus.promql.facts import Facts
from clusterwright.tools.prometheus.promql.lint.parts import aggregations, is_filter, number
from clusterwright.tools.prometheus.promql.lint.rule import Doubt, Rule
from clusterwright.tools.prometheus.promql.nodes import bare, operation, spelled


def _check(tree: Expr, facts: Facts) -> Iterator[Doubt]:
    del facts
    for part in aggregations(tree):
        inner = bare(part.expr)
        if operation(part) not in {"sum", "avg"} or not is_filter(inner):
            continue
        if isinstance(inner, BinaryExpr) and operation(inner) == "==":
            yield from _equal(part, inner)


def _equal(part: Expr, inner: BinaryExpr) -> Iterator[Doubt]:
    value = number(inner.rhs)
    if value is None or value == 1:  # the sum of ones is their number
        return
    left = spelled(inner.lhs, 120)
    yield Doubt(
        part,
        f"what passes has the value {value:g}, and those values are added, not counted",
        f"count({left} == {value:g}), or sum({left} == bool {value:g})",
    )


RULE = Rule("filter-in-sum", "sum or avg of what an equality lets pass", _check)
