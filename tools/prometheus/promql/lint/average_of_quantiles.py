"""A quantile of parts says nothing about the quantile of the whole, however it is averaged."""

from collections.abc import Iterator

from promql_parser import Call, Expr, VectorSelector

from clusterwright.tools.prometheus.promql.facts import Facts
from clusterwright.tools.prometheus.promql.lint.parts import aggregations
from clusterwright.tools.prometheus.promql.lint.rule import Doubt, Rule
from clusterwright.tools.prometheus.promql.nodes import bare, operation
from clusterwright.tools.prometheus.promql.selector import selector

_MIXES = frozenset({"avg", "sum", "quantile"})


def _check(tree: Expr, facts: Facts) -> Iterator[Doubt]:
    del facts
    for part in aggregations(tree):
        if operation(part) not in _MIXES:
            continue
        inner = bare(part.expr)
        if isinstance(inner, Call) and inner.func.name == "histogram_quantile":
            yield Doubt(
                part,
                f"the {operation(part)} of quantiles is no quantile",
                "histogram_quantile(q, sum by (le) (rate(x_bucket[5m]))): buckets can be added",
            )
        elif isinstance(inner, VectorSelector) and _is_of_summary(inner):
            yield Doubt(
                part,
                f"the {operation(part)} of a summary's quantiles is no quantile",
                "max for the worst instance; rate(x_sum[5m]) / rate(x_count[5m]) for a mean",
            )


def _is_of_summary(part: VectorSelector) -> bool:
    return any(one.label == "quantile" and one.operator == "=" for one in selector(part).matchers)


RULE = Rule("average-of-quantiles", "an aggregation of quantiles", _check)
