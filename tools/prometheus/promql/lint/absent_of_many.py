"""absent() tells that nothing at all is there, and takes its labels from `=` matchers only."""

from collections.abc import Iterator

from promql_parser import AggregateExpr, Expr, VectorSelector

from clusterwright.tools.prometheus.promql.facts import Facts
from clusterwright.tools.prometheus.promql.lint.parts import calls
from clusterwright.tools.prometheus.promql.lint.rule import Doubt, Rule
from clusterwright.tools.prometheus.promql.nodes import bare, spelled
from clusterwright.tools.prometheus.promql.selector import selector

_MANY = ("|", "+", "*")


def _check(tree: Expr, facts: Facts) -> Iterator[Doubt]:
    del facts
    for call in calls(tree, "absent"):
        inner = bare(call.args[0])
        if isinstance(inner, AggregateExpr):
            yield Doubt(
                call,
                "of an aggregation absent() has no labels to give: nobody sees what is missing",
                'absent(metric{label="value"}) of a plain selector',
            )
        if not isinstance(inner, VectorSelector):
            continue
        for one in selector(inner).matchers:
            if one.operator == "=~" and any(mark in one.value for mark in _MANY):
                yield Doubt(
                    call,
                    f"it speaks only once every series of {one} is gone",
                    f"one absent() each, or count by ({one.label}) ({spelled(inner, 80)})"
                    " compared with what should be there",
                )


RULE = Rule("absent-of-many", "absent() of several things at once", _check)
