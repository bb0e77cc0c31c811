"""Sides of an operator that were aggregated by other labels than they are matched on."""

from collections.abc import Iterator

from promql_parser import AggregateExpr, BinaryExpr, Expr

from clusterwright.tools.prometheus.promql.facts import Facts
from clusterwright.tools.prometheus.promql.lint.parts import binaries, is_set
from clusterwright.tools.prometheus.promql.lint.rule import Doubt, Rule
from clusterwright.tools.prometheus.promql.nodes import (
    bare,
    grouped_by,
    is_grouped,
    is_number,
    is_on,
    matched_on,
    operation,
)

_CHOOSE = frozenset({"topk", "bottomk", "limitk", "limit_ratio", "count_values"})


def _check(tree: Expr, facts: Facts) -> Iterator[Doubt]:
    del facts
    for part in binaries(tree):
        if is_set(part) or is_grouped(part) or is_number(part.lhs) or is_number(part.rhs):
            continue
        left, right = _identity(part.lhs), _identity(part.rhs)
        if left is None or right is None:
            continue
        matched = frozenset(matched_on(part))
        ignoring = bool(part.modifier and part.modifier.matching) and not is_on(part)
        on = matched if is_on(part) else (left | right) - (matched if ignoring else frozenset())
        if found := _doubt(part, left - on, right - on, explicit=is_on(part) or ignoring):
            yield found


def _doubt(
    part: BinaryExpr, left: frozenset[str], right: frozenset[str], *, explicit: bool
) -> Doubt | None:
    if not explicit or (not left and not right):
        return None
    if left and right:
        return Doubt(
            part,
            f"both sides can have several series for one match, by {_told(left)} and"
            f" {_told(right)}",
            "aggregate one side by the labels of on (...) only, and add group_left",
        )
    many, word = (left, "group_left") if left else (right, "group_right")
    return Doubt(
        part,
        f"one side has several series for one match, by {_told(many)}",
        f"add {word} after on (...): on (...) {word} (...)",
    )


def _identity(part: Expr) -> frozenset[str] | None:
    """Return the labels that tell apart what an aggregation leaves; None for other parts."""
    part = bare(part)
    if isinstance(part, BinaryExpr) and is_number(part.rhs):
        return _identity(part.lhs)
    if not isinstance(part, AggregateExpr) or operation(part) in _CHOOSE:
        return None
    by = grouped_by(part)
    return None if by is None else frozenset(by)


def _told(labels: frozenset[str]) -> str:
    return ", ".join(sorted(labels))


RULE = Rule("many-to-one", "several series meet one without group_left", _check)
