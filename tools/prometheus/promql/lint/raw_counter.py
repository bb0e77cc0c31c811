"""The value of a counter says how long its process runs, not what happens now."""

from collections.abc import Iterator

from promql_parser import AggregateExpr, BinaryExpr, Call, Expr, VectorSelector

from clusterwright.tools.prometheus.promql.facts import Facts
from clusterwright.tools.prometheus.promql.lint.rule import Doubt, Rule
from clusterwright.tools.prometheus.promql.nodes import COMPARISONS, SETS, Node, operation, walk
from clusterwright.tools.prometheus.promql.selector import selector

_BY_VALUE = frozenset({"sum", "avg", "max", "min", "topk", "bottomk", "quantile", "stddev"})
_WITH_VALUES = frozenset({"sort", "sort_desc", "histogram_quantile", "abs", "ceil", "round"})


def _check(tree: Expr, facts: Facts) -> Iterator[Doubt]:
    for node in walk(tree):
        if not isinstance(node.part, VectorSelector):
            continue
        one = selector(node.part)
        if facts.type(one.metric) == "counter" and _is_looked_at(node):
            yield Doubt(
                node.part,
                f"{one.metric} is a counter: its value counts since its process started",
                f"rate({one.text}[5m]) for what happens now",
            )


def _is_looked_at(node: Node) -> bool:
    """Return whether values are what is wanted, not whether series are there."""
    for outer in reversed(node.ancestors):
        match outer:
            case AggregateExpr():
                if operation(outer) not in _BY_VALUE:
                    return False
            case Call():
                if outer.func.name not in _WITH_VALUES:
                    return False
            case BinaryExpr():
                # `x - x offset 1h` and `x and y > 0` are what their writer meant.
                if operation(outer) in SETS | COMPARISONS | {"-"}:
                    return False
            case _:
                pass
    return True


RULE = Rule("raw-counter", "the value of a counter without rate or increase", _check, "types")
