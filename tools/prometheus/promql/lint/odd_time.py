"""Offsets into the future, moments in milliseconds, steps longer than their range."""

from collections.abc import Iterator

from promql_parser import AtModifier, Expr, MatrixSelector, SubqueryExpr, VectorSelector

from clusterwright.tools.prometheus.promql.facts import Facts
from clusterwright.tools.prometheus.promql.lasting import lasting
from clusterwright.tools.prometheus.promql.lint.rule import Doubt, Rule
from clusterwright.tools.prometheus.promql.nodes import seconds, walk

_LAST_YEAR, _FIRST_YEAR = 2200, 1990


def _check(tree: Expr, facts: Facts) -> Iterator[Doubt]:
    del facts
    for node in walk(tree):
        part = node.part
        timed = part.vector_selector if isinstance(part, MatrixSelector) else part
        if not isinstance(timed, VectorSelector | SubqueryExpr):
            continue
        shift = seconds(timed.offset) or 0.0
        if shift < 0 and timed.at is None:
            ahead = lasting(-shift)
            yield Doubt(
                part,
                f"a negative offset looks {ahead} ahead, where nothing is known yet for now",
                f"offset {ahead} for the past",
            )
        if _is_far(timed.at):
            yield Doubt(
                part,
                "@ takes seconds since 1970, and this is centuries away or long past",
                "@ with seconds, as @ 1769860800, or @ end()",
            )
        if isinstance(part, SubqueryExpr):
            yield from _stepped(part)


def _stepped(part: SubqueryExpr) -> Iterator[Doubt]:
    range_, step = seconds(part.range), seconds(part.step)
    if range_ and step and step > range_:
        yield Doubt(
            part,
            f"a step of {lasting(step)} in {lasting(range_)} gives one point at most",
            f"the range comes first: [{lasting(step)}:{lasting(range_)}]",
        )


def _is_far(at: AtModifier | None) -> bool:
    """Return whether `@` is far from any moment that is meant."""
    try:
        found = at.at if at else None
    except OverflowError:  # beyond the year 9999
        return True
    return found is not None and not _FIRST_YEAR <= found.year < _LAST_YEAR


RULE = Rule("odd-time", "offset, @ or a subquery's step that means another time", _check)
