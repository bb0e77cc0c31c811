"""Walks over the tree of a query; the parser's own walk copies each subtree twice."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from promql_parser import (
    AggModifierType,
    AggregateExpr,
    BinaryExpr,
    Call,
    Expr,
    LabelModifierType,
    MatrixSelector,
    NumberLiteral,
    ParenExpr,
    StringLiteral,
    SubqueryExpr,
    UnaryExpr,
    VectorMatchCardinality,
    VectorSelector,
)

COMPARISONS = frozenset({"==", "!=", "<", ">", "<=", ">="})
SETS = frozenset({"and", "or", "unless"})
_LINE_END = re.compile(r"\s*\n\s*")


@dataclass(frozen=True, slots=True)
class Node:
    """A part of a query with all that it stands in, the outermost first."""

    part: Expr
    ancestors: tuple[Expr, ...] = ()

    @property
    def parent(self) -> Expr | None:
        """What it stands in, parentheses not counted."""
        return next((one for one in reversed(self.ancestors) if not is_paren(one)), None)


def is_paren(part: Expr) -> bool:
    """Return whether a part is only parentheses."""
    return isinstance(part, ParenExpr)


def bare(part: Expr) -> Expr:
    """Return a part without the parentheses around it."""
    while isinstance(part, ParenExpr):
        part = part.expr
    return part


def children(part: Expr) -> tuple[Expr, ...]:
    """Return the parts that a part is made of; a range's own selector is none of them."""
    match part:
        case AggregateExpr():
            parameter = (part.param,) if isinstance(part.param, Expr) else ()
            return (*parameter, part.expr)
        case BinaryExpr():
            return part.lhs, part.rhs
        case Call():
            return tuple(one for one in part.args if isinstance(one, Expr))
        case ParenExpr() | UnaryExpr() | SubqueryExpr():
            return (part.expr,)
        case _:
            return ()


def walk(tree: Expr) -> Iterator[Node]:
    """Yield all parts, the outermost first, from left to right."""
    left = [Node(tree)]
    while left:
        node = left.pop()
        yield node
        inside = (*node.ancestors, node.part)
        left.extend(Node(one, inside) for one in reversed(children(node.part)))


def spelled(part: Expr, longest: int | None = None) -> str:
    """Return a part as a query on one line."""
    # Only where a line ends: blanks may stand in strings, whose own line ends are escaped.
    text = _LINE_END.sub(" ", part.prettify()).strip()
    return text if longest is None or len(text) <= longest else f"{text[: longest - 1]}…"


def operation(part: AggregateExpr | BinaryExpr) -> str:
    """Return an operator or the name of an aggregation."""
    return str(part.op)


def grouped_by(part: AggregateExpr) -> tuple[str, ...] | None:
    """Return the labels of `by`; None for `without`, nothing for neither."""
    if part.modifier is None:
        return ()
    return tuple(part.modifier.labels) if part.modifier.type == AggModifierType.By else None


def is_on(part: BinaryExpr) -> bool:
    """Return whether the sides are matched by `on (...)`."""
    matching = part.modifier.matching if part.modifier else None
    return matching is not None and matching.type == LabelModifierType.Include


def matched_on(part: BinaryExpr) -> tuple[str, ...]:
    """Return the labels of `on` or `ignoring`."""
    matching = part.modifier.matching if part.modifier else None
    return tuple(matching.labels) if matching else ()


def is_grouped(part: BinaryExpr) -> bool:
    """Return whether group_left or group_right allows many on one side."""
    card = part.modifier.card if part.modifier else VectorMatchCardinality.OneToOne
    # The binding's values cannot be hashed.
    many = (VectorMatchCardinality.ManyToOne, VectorMatchCardinality.OneToMany)
    return any(card == one for one in many)


def is_bool(part: BinaryExpr) -> bool:
    """Return whether a comparison gives 0 and 1 instead of a filter."""
    return bool(part.modifier and part.modifier.return_bool)


def is_number(part: Expr) -> bool:
    """Return whether a part is a scalar."""
    part = bare(part)
    match part:
        case NumberLiteral():
            return True
        case UnaryExpr():
            return is_number(part.expr)
        case BinaryExpr():
            return is_number(part.lhs) and is_number(part.rhs)
        case Call():
            return part.func.name in {"scalar", "time", "pi"}
        case _:
            return False


def seconds(duration: timedelta | None) -> float | None:
    """Return a duration in seconds."""
    return duration.total_seconds() if duration is not None else None


__all__ = [
    "COMPARISONS",
    "SETS",
    "MatrixSelector",
    "Node",
    "StringLiteral",
    "VectorSelector",
    "bare",
    "children",
    "grouped_by",
    "is_bool",
    "is_grouped",
    "is_number",
    "is_on",
    "is_paren",
    "matched_on",
    "operation",
    "seconds",
    "spelled",
    "walk",
]
