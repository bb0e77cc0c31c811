"""Why two sides of an operator, both of which have series, give nothing together."""

from promql_parser import BinaryExpr

from clusterwright.tools.prometheus.explaining.asking import Asking
from clusterwright.tools.prometheus.explaining.cause import Cause, Evidence, counted, span_of
from clusterwright.tools.prometheus.promql.nodes import (
    COMPARISONS,
    is_on,
    matched_on,
    operation,
    spelled,
)
from clusterwright.tools.prometheus.promql.selector import label
from clusterwright.tools.prometheus.promql.sides import Matching, difference

_SERIES = 200
"""Of each side, whose labels are compared."""


async def why_not_joined(asking: Asking, part: BinaryExpr, counts: tuple[int, int]) -> Cause | None:
    """Return why nothing comes out; None where nothing told."""
    left, right = spelled(part.lhs), spelled(part.rhs)
    evidence = (counted(f"count({left})", counts[0]), counted(f"count({right})", counts[1]))
    query = f"({left}) and{_matching(part)} ({right})"
    met = await asking.count(query)
    if met:
        compared = operation(part) in COMPARISONS
        return await _compared(asking, part, met, evidence) if compared else None
    evidence = (*evidence, counted(f"count({query})", met))
    differs = difference(
        await asking.series(f"topk({_SERIES}, {left})"),
        await asking.series(f"topk({_SERIES}, {right})"),
        Matching(operation(part), matched_on(part), on=is_on(part)),
    )
    if differs is None:
        what = "no series of one side has the labels of one of the other"
        return Cause("sides-do-not-meet", what, "", evidence)
    return Cause(
        "sides-do-not-meet",
        f"no series of one side meets one of the other: {differs.why}",
        differs.right,
        evidence,
    )


async def _compared(
    asking: Asking, part: BinaryExpr, met: int, evidence: tuple[Evidence, ...]
) -> Cause:
    left, right = spelled(part.lhs), spelled(part.rhs)
    ranges = [
        span_of(await asking.value(f"min({side})"), await asking.value(f"max({side})"))
        for side in (left, right)
    ]
    return Cause(
        "comparison-filters-all",
        f"{met} series meet, and for none of them left {operation(part)} right:"
        f" left {ranges[0]}, right {ranges[1]}",
        "an empty result only says that the condition holds nowhere",
        evidence,
    )


def _matching(part: BinaryExpr) -> str:
    names = ", ".join(map(label, matched_on(part)))
    if is_on(part):
        return f" on ({names})"
    return f" ignoring ({names})" if names else ""
