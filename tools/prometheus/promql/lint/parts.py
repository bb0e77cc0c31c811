"""Questions that several rules ask about parts of a query."""

from collections.abc import Iterator

from promql_parser import (
    AggregateExpr,
    BinaryExpr,
    Call,
    Expr,
    MatrixSelector,
    NumberLiteral,
    SubqueryExpr,
    VectorSelector,
)

from clusterwright.tools.prometheus.promql.facts import Facts
from clusterwright.tools.prometheus.promql.nodes import (
    COMPARISONS,
    SETS,
    bare,
    grouped_by,
    is_number,
    matched_on,
    operation,
    seconds,
    walk,
)
from clusterwright.tools.prometheus.promql.selector import Selector, selector

_MAKES_LABELS = frozenset({"label_replace", "label_join", "info"})
_DROPS_LE = frozenset({"histogram_quantile"})
_KEEPS_SERIES = frozenset({"topk", "bottomk", "limitk", "limit_ratio"})


def calls(tree: Expr, *names: str) -> Iterator[Call]:
    """Yield the calls of some functions."""
    for node in walk(tree):
        if isinstance(node.part, Call) and node.part.func.name in names:
            yield node.part


def aggregations(tree: Expr) -> Iterator[AggregateExpr]:
    """Yield the aggregations."""
    for node in walk(tree):
        if isinstance(node.part, AggregateExpr):
            yield node.part


def binaries(tree: Expr) -> Iterator[BinaryExpr]:
    """Yield the operators with two sides."""
    for node in walk(tree):
        if isinstance(node.part, BinaryExpr):
            yield node.part


def ranges(call: Call) -> Iterator[Selector]:
    """Yield what a function takes samples over time of, not subqueries."""
    for one in call.args:
        part = bare(one)
        if isinstance(part, MatrixSelector):
            yield selector(part.vector_selector, seconds(part.range))


def subqueries(call: Call) -> Iterator[SubqueryExpr]:
    """Yield the subqueries that a function takes."""
    for one in call.args:
        part = bare(one)
        if isinstance(part, SubqueryExpr):
            yield part


def selectors(tree: Expr) -> Iterator[tuple[Expr, Selector]]:
    """Yield the selectors with their places, of ranges too."""
    for node in walk(tree):
        if isinstance(node.part, VectorSelector):
            yield node.part, selector(node.part)
        elif isinstance(node.part, MatrixSelector):
            yield (
                node.part,
                selector(node.part.vector_selector, seconds(node.part.range)),
            )


def number(part: Expr) -> float | None:
    """Return the value of a literal."""
    part = bare(part)
    return part.val if isinstance(part, NumberLiteral) else None


def labels(part: Expr, facts: Facts) -> frozenset[str] | None:
    """Return the labels that results of a part can have; None where that is not known."""
    part = bare(part)
    match part:
        case VectorSelector() | MatrixSelector():
            inner = part if isinstance(part, VectorSelector) else part.vector_selector
            return _selected(selector(inner), facts)
        case AggregateExpr():
            return _aggregated(part, facts)
        case BinaryExpr():
            return _joined(part, facts)
        case Call():
            return _called(part, facts)
        case SubqueryExpr():
            return labels(part.expr, facts)
        case _:
            return None


def _selected(one: Selector, facts: Facts) -> frozenset[str] | None:
    return facts.labels.get(one.metric) if one.metric is not None else None


def _aggregated(part: AggregateExpr, facts: Facts) -> frozenset[str] | None:
    if operation(part) == "count_values":
        return None
    inner = labels(part.expr, facts)
    if operation(part) in _KEEPS_SERIES:
        return inner
    by = grouped_by(part)
    if by is None:
        without = frozenset(part.modifier.labels if part.modifier else ())
        return None if inner is None else inner - without
    return frozenset(by)


def _joined(part: BinaryExpr, facts: Facts) -> frozenset[str] | None:
    if is_number(part.rhs):
        return labels(part.lhs, facts)
    if is_number(part.lhs):
        return labels(part.rhs, facts)
    left, right = labels(part.lhs, facts), labels(part.rhs, facts)
    if left is None or right is None:
        return None
    return left | right | frozenset(matched_on(part))


def _called(part: Call, facts: Facts) -> frozenset[str] | None:
    if part.func.name in _MAKES_LABELS or part.func.name.startswith("absent"):
        return None
    for one in part.args:
        if isinstance(one, Expr) and (found := labels(one, facts)) is not None:
            return found - {"le"} if part.func.name in _DROPS_LE else found
    return None


def is_filter(part: Expr) -> bool:
    """Return whether a part leaves out series by their value."""
    part = bare(part)
    if not isinstance(part, BinaryExpr) or operation(part) not in COMPARISONS:
        return False
    return not (part.modifier and part.modifier.return_bool)


def is_set(part: BinaryExpr) -> bool:
    """Return whether an operator is and, or, unless."""
    return operation(part) in SETS
