"""topk chooses anew at each step, so that a window shows many more than k series."""

from collections.abc import Iterator

from promql_parser import AggregateExpr, Expr, SubqueryExpr

from clusterwright.tools.prometheus.promql.facts import Facts
from clusterwright.tools.prometheus.promql.lint.rule import Doubt, Rule
from clusterwright.tools.prometheus.promql.nodes import is_paren, operation, spelled, walk

_CHOOSE = frozenset({"topk", "bottomk"})


def _check(tree: Expr, facts: Facts) -> Iterator[Doubt]:
    del facts
    for node in walk(tree):
        part = node.part
        if not isinstance(part, AggregateExpr) or operation(part) not in _CHOOSE:
            continue
        in_subquery = any(isinstance(one, SubqueryExpr) for one in node.ancestors)
        if in_subquery or all(map(is_paren, node.ancestors)):
            name, inner = operation(part), spelled(part.expr, 200)
            yield Doubt(
                part,
                f"over a window {name} chooses anew at each step: many more series come out, with"
                " gaps",
                f"over a window ask prom_query for {inner}: it ranks the series itself",
            )


RULE = Rule("topk-per-step", "topk or bottomk over a window", _check)
