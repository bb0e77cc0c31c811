"""Why a query gives nothing: down its tree, to the first part that leaves no series."""

from dataclasses import replace

from promql_parser import (
    AggregateExpr,
    BinaryExpr,
    Call,
    Expr,
    MatrixSelector,
    SubqueryExpr,
    UnaryExpr,
    VectorSelector,
)

from clusterwright.tools.prometheus.explaining.asking import Asking
from clusterwright.tools.prometheus.explaining.cause import Cause, Evidence, counted, span_of
from clusterwright.tools.prometheus.explaining.joining import why_not_joined
from clusterwright.tools.prometheus.explaining.selecting import why_none
from clusterwright.tools.prometheus.explaining.windows import why_no_window
from clusterwright.tools.prometheus.promql.nodes import (
    COMPARISONS,
    bare,
    is_number,
    operation,
    seconds,
    spelled,
)
from clusterwright.tools.prometheus.promql.selector import selector

_BUCKETS = frozenset({"histogram_quantile", "histogram_fraction", "histogram_quantiles"})


async def why_empty(asking: Asking, tree: Expr) -> Cause:
    """Return the first cause, from the inside outwards; of `or`, that of its left side."""
    part = bare(tree)
    while True:  # each turn goes one part deeper
        match part:
            case VectorSelector():
                return await why_none(asking, selector(part))
            case MatrixSelector():
                inner = selector(part.vector_selector, seconds(part.range))
                return await why_none(asking, inner)
            case AggregateExpr() | UnaryExpr() | SubqueryExpr():
                step = bare(part.expr)
            case Call():
                step = await _called(asking, part)
            case BinaryExpr():
                step = await _joined(asking, part)
            case _:
                step = _unknown(part)
        if isinstance(step, Cause):
            return step
        part = step


async def _called(asking: Asking, part: Call) -> Expr | Cause:
    """Return the argument that is empty, or what the function itself leaves out."""
    arguments = [bare(one) for one in part.args if isinstance(one, Expr)]
    vectors = [one for one in arguments if not is_number(one)]
    if not vectors:
        return _unknown(part)
    if part.func.name.startswith("absent"):
        return await _present(asking, part, vectors[0])
    if part.func.name in _BUCKETS:
        return await _buckets(asking, part, vectors[0])
    inner = vectors[0]
    if isinstance(inner, MatrixSelector):
        one = selector(inner.vector_selector, seconds(inner.range))
        return await why_no_window(asking, part.func.name, one) or inner
    if isinstance(inner, SubqueryExpr):
        count = await asking.count(f"present_over_time({spelled(inner)})")
        return await _short_subquery(asking, part, inner) if count else inner
    return inner


async def _present(asking: Asking, part: Call, inner: Expr) -> Cause:
    within = isinstance(inner, MatrixSelector | SubqueryExpr)
    query = f"present_over_time({spelled(inner)})" if within else spelled(inner)
    count = await asking.count(query)
    return Cause(
        "nothing-is-absent",
        f"{part.func.name} gives nothing while there is something: nothing is missing",
        "an empty result is the good one here",
        (counted(f"count({query})", count),),
    )


async def _buckets(asking: Asking, part: Call, inner: Expr) -> Expr | Cause:
    query = spelled(inner)
    count = await asking.count(query)
    if not count:
        return inner
    groups = await asking.series(f"topk(20, count by (le) ({query}))")
    if any("le" in one for one in groups):
        return _unknown(part)
    return Cause(
        "no-buckets",
        f"{part.func.name} finds no buckets: what it is given has no label le",
        "keep le: sum by (le) (rate(x_bucket[5m])), or give it a native histogram",
        (counted(f"count({query})", count),),
    )


async def _short_subquery(asking: Asking, part: Call, inner: SubqueryExpr) -> Cause:
    query = f"max(count_over_time({spelled(inner)}))"
    points = await asking.value(query)
    return Cause(
        "window-too-short",
        f"{part.func.name} needs two points, and the subquery gives {points or 0:g}",
        "a longer range or a shorter step: [1h:1m]",
        (Evidence(query, f"{points or 0:g}"),),
    )


async def _joined(asking: Asking, part: BinaryExpr) -> Expr | Cause:
    left, right, name = bare(part.lhs), bare(part.rhs), operation(part)
    for vector, other in ((left, right), (right, left)):
        if is_number(other):
            count = await asking.count(spelled(vector))
            if count and name in COMPARISONS:
                return await filtered(asking, part, vector, count)
            return vector
    before = await asking.count(spelled(left))
    if not before:
        return await _neither(asking, left) if name == "or" else left
    after = await asking.count(spelled(right))
    if name == "unless":
        return Cause(
            "other-side-removes-all",
            "each series of the left side has one on the right, which `unless` removes",
            "",
            (counted(spelled(left), before), counted(spelled(right), after)),
        )
    if not after:
        return right
    return await why_not_joined(asking, part, (before, after)) or _unknown(part)


async def _neither(asking: Asking, left: Expr) -> Cause:
    first = await why_empty(asking, left)
    what = f"neither side of `or` has series; of the left one, {first.what}"
    return replace(first, what=what)


async def filtered(asking: Asking, part: BinaryExpr, vector: Expr, count: int) -> Cause:
    """Return that a comparison with a number lets nothing pass, and what the values are."""
    query = spelled(vector)
    low, high = await asking.value(f"min({query})"), await asking.value(f"max({query})")
    flipped = not is_number(part.rhs)
    number = bare(part.lhs if flipped else part.rhs)
    limit = spelled(number, 60)
    if isinstance(number, Call) and (value := await asking.value(spelled(number))) is not None:
        limit = f"{limit} (now {value:.6g})"
    test = f"{limit} {operation(part)} x" if flipped else f"x {operation(part)} {limit}"
    right = "an empty result only says that the condition holds nowhere"
    if low is None and await asking.count(f"histogram_count({query})"):
        right = "native histograms have no one value: compare histogram_avg(x), or a quantile"
    if span_of(low, high) == "NaN":
        right = "no comparison but != holds for NaN, as of 0 / 0: where does it come from?"
    return Cause(
        "comparison-filters-all",
        f"{count} series, and for none of them {test}: their values are {span_of(low, high)}",
        right,
        (
            counted(f"count({query})", count),
            Evidence(f"min and max of {query}", span_of(low, high)),
        ),
    )


def _unknown(part: Expr) -> Cause:
    return Cause("not-found-out", f"{spelled(part, 120)} gives nothing, though its parts are there")
