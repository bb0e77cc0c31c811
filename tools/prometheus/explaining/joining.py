"""Why two sides of an operator, both of which have series, give nothing together."""

from promql_parser import BinaryExpr

from clusterwright.tools.prometheus.explaining.asking import Asking
from clusterwright.tools.prometheus.explaining.cause import Cause, Evidence, counted
from clusterwright.tools.prometheus.promql.nodes import (
    COMPARISONS,
    is_on,
    matched_on,
    operation,
    spelled,
)
from clusterwright.tools.prometheus.promql.selector import label
from clusterwright.tools.prometheus.promql.sides import difference

_SERIES = 200
"""Of each side, whose labels are compared."""


async def why_not_joined(asking: Asking, part: BinaryExpr, counts: tuple[int, int]) -> Cause | None:
    """Return why nothing comes out; None where nothing told."""
    left, right = spelled(part.lhs), spelled(part.rhs)
    evidence = (counted(f"count({left})", counts[0]), counted(f"count({right})", counts[1]))
    words = _matching(part)
    met = await asking.count(f"({left}) and{words} ({right})")
    if met:
        return (
            await _compared(asking, part, met, evidence)
            if (operation(part) in COMPARISONS)
            else None
        )
    ours = await asking.series(f"topk({_SERIES}, {left})")
    theirs = await asking.series(f"topk({_SERIES}, {right})")
    differs = difference(ours, theirs, matched_on(part), on=is_on(part))
    met_none = counted(f"count(({left}) and{words} ({right}))", met)
    if differs is None:
        what = "no series of one side has the labels of one of the other"
        return Cause("sides-do-not-meet", what, "", (*evidence, met_none))
    return Cause(
        "sides-do-not-meet",
        f"no series of one side meets one of the other: {differs.why}",
        f"{operation(part)} {differs.right}",
        (*evidence, met_none),
    )


async def _compared(
    asking: Asking, part: BinaryExpr, met: int, evidence: tuple[Evidence, ...]
) -> Cause:
    left, right = spelled(part.lhs), spelled(part.rhs)
    ranges: list[str] = []
    for side in (left, right):
        low, high = await asking.value(f"min({side})"), await asking.value(f"max({side})")
        if low is not None and high is not None:
            ranges.append(f"{low:.6g} to {high:.6g}")
    values = f": left {ranges[0]}, right {ranges[1]}" if len(ranges) > 1 else ""
    return Cause(
        "comparison-filters-all",
        f"{met} series meet, and for none of them left {operation(part)} right{values}",
        "an empty result only says that the condition holds nowhere",
        evidence,
    )


def _matching(part: BinaryExpr) -> str:
    names = ", ".join(map(label, matched_on(part)))
    if is_on(part):
        return f" on ({names})"
    return f" ignoring ({names})" if names else ""
