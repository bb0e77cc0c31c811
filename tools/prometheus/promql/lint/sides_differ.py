"""Without `on`, two sides meet only where all their labels are equal."""

from collections.abc import Iterator

from promql_parser import AggregateExpr, Expr

from clusterwright.tools.prometheus.promql.facts import Facts
from clusterwright.tools.prometheus.promql.lint.parts import binaries
from clusterwright.tools.prometheus.promql.lint.rule import Doubt, Rule
from clusterwright.tools.prometheus.promql.nodes import SETS, bare, grouped_by, is_number, operation

_CHOOSE = frozenset({"topk", "bottomk", "limitk", "limit_ratio", "count_values"})


def _check(tree: Expr, facts: Facts) -> Iterator[Doubt]:
    del facts
    for part in binaries(tree):
        if operation(part) == "or" or is_number(part.lhs) or is_number(part.rhs):
            continue
        if part.modifier and part.modifier.matching:
            continue
        left, right = _by(part.lhs), _by(part.rhs)
        if left is None or right is None or left == right:
            continue
        shared = ", ".join(sorted(left & right))
        group = " group_left" if left > right else " group_right" if right > left else ""
        group = "" if operation(part) in SETS else group
        on = f"{operation(part)} on ({shared}){group}, or " if shared or group else ""
        yield Doubt(
            part,
            f"the left side has the labels ({_told(left)}), the right side ({_told(right)}): no"
            " series of one equals one of the other",
            f"{on}aggregate both by the same labels",
        )


def _by(part: Expr) -> frozenset[str] | None:
    part = bare(part)
    if not isinstance(part, AggregateExpr) or operation(part) in _CHOOSE:
        return None
    by = grouped_by(part)
    return None if by is None else frozenset(by)


def _told(labels: frozenset[str]) -> str:
    return ", ".join(sorted(labels))


RULE = Rule("sides-differ", "sides of an operator whose labels cannot be equal", _check)
