"""A sum of counters hides the restart of one of them, which rate would then take for growth."""

from collections.abc import Iterator

from promql_parser import AggregateExpr, Expr

from clusterwright.tools.prometheus.promql.facts import Facts
from clusterwright.tools.prometheus.promql.functions import RATES
from clusterwright.tools.prometheus.promql.lint.parts import calls, selectors, subqueries
from clusterwright.tools.prometheus.promql.lint.rule import Doubt, Rule
from clusterwright.tools.prometheus.promql.nodes import bare, operation, walk

_SUMS = frozenset({"sum", "avg", "max", "min", "count"})


def _check(tree: Expr, facts: Facts) -> Iterator[Doubt]:
    for call in calls(tree, *sorted(RATES)):
        for one in subqueries(call):
            inner = bare(one.expr)
            if not isinstance(inner, AggregateExpr) or operation(inner) not in _SUMS:
                continue
            if any(facts.type(each.metric) == "gauge" for _, each in selectors(inner)):
                continue  # which rate-of-gauge would tell
            if any(getattr(node.part, "func", None) for node in walk(inner.expr)):
                continue  # a rate of rates is another thing
            name = call.func.name
            yield Doubt(
                call,
                f"when one of the counters restarts, their {operation(inner)} falls a little and"
                f" {name} takes all of it for a restart",
                f"{operation(inner)}({name}(x[5m])): {name} first, then the aggregation",
            )


RULE = Rule("rate-after-sum", "rate of a sum instead of a sum of rates", _check)
