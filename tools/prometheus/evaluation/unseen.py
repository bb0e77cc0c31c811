"""What the moments of a window do not see: what lies between them, and after the last."""

from promql_parser import Expr, MatrixSelector, SubqueryExpr, VectorSelector

from clusterwright.tools.prometheus.promql.nodes import Node, bare, seconds, walk
from clusterwright.tools.prometheus.summary.rank import Rank
from clusterwright.tools.prometheus.summary.unit import span
from clusterwright.tools.prometheus.window import (
    FRESH,
    LEAST_STEP,
    MOST_POINTS,
    Window,
    round_above,
)

_DENSE = 60
"""Seconds. Of a step that is no longer hardly a sample is missed: targets are scraped as often."""


def between(tree: Expr | None, window: Window, rank: Rank) -> str | None:
    """Return that figures are of points far apart, and what to ask to see all samples.

    None where they are near, or where all that the query selects are ranges as long as a step.
    """
    if window.step <= _DENSE or (tree is not None and _covers(tree, window.step)):
        return None
    reach = round_above(window.step)
    plain = tree is not None and isinstance(bare(tree), VectorSelector)
    each = f":{span(round_above(max(LEAST_STEP, reach / MOST_POINTS)))}"
    over = "min_over_time" if rank.lowest_first else "max_over_time"
    asked = f"{over}(...[{span(reach)}])" if plain else f"{over}((...)[{span(reach)}{each}])"
    return f"min, max and the rest are of one point each step: {asked} sees what is between them"


def after(window: Window, until: float) -> str | None:
    """Return that the grid of a step ends long before the window that was asked for, if so."""
    missing = until - window.end
    if missing < FRESH:
        return None
    return (
        f"the last {span(missing)} are not seen: moments are multiples of the step; leave step out"
    )


def _covers(tree: Expr, step: float) -> bool:
    """Return whether every sample of what is selected is in the range of a moment."""
    selected = [one for one in walk(tree) if isinstance(one.part, VectorSelector | MatrixSelector)]
    return all(_range(one) >= step for one in selected)


def _range(node: Node) -> float:
    ranges = (
        seconds(one.range) or 0.0
        for one in (node.part, *node.ancestors)
        if isinstance(one, MatrixSelector | SubqueryExpr)
    )
    return max(ranges, default=0.0)
