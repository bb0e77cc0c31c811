"""histogram_quantile reads the buckets of a classic histogram by `le`; native ones have none."""

from collections.abc import Iterator

from promql_parser import AggregateExpr, Call, Expr

from clusterwright.tools.prometheus.promql.facts import Facts
from clusterwright.tools.prometheus.promql.lint.parts import calls, selectors
from clusterwright.tools.prometheus.promql.lint.rule import Doubt, Rule
from clusterwright.tools.prometheus.promql.nodes import bare, grouped_by, spelled

_MAKES_LE = frozenset({"label_replace", "label_join"})


def _check(tree: Expr, facts: Facts) -> Iterator[Doubt]:
    del facts
    for call in calls(tree, "histogram_quantile", "histogram_fraction"):
        buckets = bare(call.args[-1])
        while isinstance(buckets, Call) and buckets.args and buckets.func.name not in _MAKES_LE:
            buckets = bare(buckets.args[-1])
        if not isinstance(buckets, AggregateExpr) or not _is_classic(buckets):
            continue
        by = grouped_by(buckets)
        lost = (
            "le" in (buckets.modifier.labels if buckets.modifier else ())
            if by is None
            else ("le" not in by)
        )
        if lost:
            kept = ", ".join(("le", *(by or ())))
            yield Doubt(
                call,
                "the aggregation drops le, by which the buckets are told apart: nothing comes out",
                f"{buckets.op} by ({kept}) ({spelled(buckets.expr)})"
                if by is not None
                else "leave le out of without (...)",
            )


def _is_classic(part: Expr) -> bool:
    """Return whether buckets are selected by name: a native histogram has no such series."""
    names = [one.metric or "" for _, one in selectors(part)]
    return bool(names) and all(":" not in name and name.endswith("_bucket") for name in names)


RULE = Rule("quantile-without-le", "histogram_quantile of buckets aggregated without le", _check)
