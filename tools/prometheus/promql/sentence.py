"""What a query computes, in plain words made from its tree."""

from promql_parser import (
    AggregateExpr,
    BinaryExpr,
    Call,
    Expr,
    MatrixSelector,
    NumberLiteral,
    StringLiteral,
    SubqueryExpr,
    UnaryExpr,
    VectorSelector,
)

from clusterwright.tools.prometheus.promql.lasting import lasting
from clusterwright.tools.prometheus.promql.nodes import (
    COMPARISONS,
    bare,
    grouped_by,
    is_bool,
    is_on,
    matched_on,
    operation,
    seconds,
    spelled,
)
from clusterwright.tools.prometheus.promql.selector import Selector, selector

LONGEST = 600
"""Characters; longer queries are told with their inner parts as they are written."""
_DEEPEST, _PART = 12, 60
_OVER = {
    "rate": "the per-second rate of {} over {}",
    "irate": "the per-second rate between the last two samples of {} within {}",
    "increase": "how much {} grew over {}",
    "delta": "by how much {} changed over {}",
    "idelta": "the difference of the last two samples of {} within {}",
    "deriv": "the slope per second of {} over {}",
    "changes": "how often {} changed over {}",
    "resets": "how often {} restarted over {}",
    "avg_over_time": "the average of {} over {}",
    "min_over_time": "the lowest of {} over {}",
    "max_over_time": "the highest of {} over {}",
    "sum_over_time": "the sum of all samples of {} over {}",
    "count_over_time": "the number of samples of {} over {}",
    "last_over_time": "the last sample of {} within {}",
    "present_over_time": "1 where {} had a sample within {}",
    "absent_over_time": "1 if {} had no sample at all within {}",
    "stddev_over_time": "the standard deviation of {} over {}",
}
_OF = {
    "absent": "1 if there is no {}",
    "sort": "{}, the lowest first",
    "sort_desc": "{}, the highest first",
    "abs": "the absolute value of {}",
    "timestamp": "the time of the last sample of {}",
    "scalar": "the single value of {}",
    "vector": "{}",
    "histogram_count": "the count of the histogram {}",
    "histogram_sum": "the sum of the histogram {}",
    "histogram_avg": "the mean of the histogram {}",
}
_TOTALS = {
    "sum": "the sum of",
    "avg": "the average of",
    "min": "the lowest of",
    "max": "the highest of",
    "count": "the number of series of",
    "group": "1 for each group of",
    "stddev": "the standard deviation of",
    "stdvar": "the variance of",
}
_OPERATORS = {
    "+": "plus",
    "-": "minus",
    "*": "times",
    "/": "divided by",
    "%": "modulo",
    "^": "to the power of",
    "==": "equal to",
    "!=": "not equal to",
    ">": "above",
    "<": "below",
    ">=": "at least",
    "<=": "at most",
}
_SETS = {
    "and": "those of {} for which there is {}",
    "unless": "those of {} for which there is no {}",
    "or": "{}, and where that is missing {}",
}


def sentence(tree: Expr) -> str:
    """Return what a query computes, as the words after `computes`."""
    for deepest in (_DEEPEST, 4, 2, 1):
        words = _phrase(tree, deepest)
        if len(words) <= LONGEST:
            return words
    return _phrase(tree, 0)[:LONGEST]


def _phrase(part: Expr, left: int) -> str:
    part = bare(part)
    if left <= 0:
        return spelled(part, _PART)
    match part:
        case AggregateExpr():
            return _aggregated(part, left - 1)
        case BinaryExpr():
            return _joined(part, left - 1)
        case Call():
            return _called(part, left - 1)
        case _:
            return _other(part, left - 1)


def _other(part: Expr, left: int) -> str:
    match part:
        case VectorSelector():
            return _selected(selector(part))
        case MatrixSelector():
            return f"all samples of {_selected(selector(part.vector_selector))} in {_range(part)}"
        case SubqueryExpr():
            return f"{_phrase(part.expr, left)}, looked at over {_range(part)}"
        case UnaryExpr():
            return f"minus {_phrase(part.expr, left)}"
        case NumberLiteral():
            return f"{part.val:g}"
        case _:
            return spelled(part, _PART)


def _selected(one: Selector) -> str:
    name = one.metric or "all series"
    conditions = " and ".join(str(each) for each in one.conditions)
    words = f"{name} with {conditions}" if conditions else name
    if one.alternatives:
        words = one.text
    if one.offset:
        when = "ago" if one.offset > 0 else "ahead"
        words += f", {lasting(abs(one.offset))} {when}"
    return words


def _aggregated(part: AggregateExpr, left: int) -> str:
    of, name = _phrase(part.expr, left), operation(part)
    parameter = _phrase(part.param, 1) if isinstance(part.param, Expr) else ""
    match name:
        case "topk" | "bottomk":
            words = f"the {parameter} {'highest' if name == 'topk' else 'lowest'} of {of}"
        case "quantile":
            words = f"the {_percentile(part.param)} across {of}"
        case "count_values":
            words = f"how many series have each value of {of}"
        case _:
            words = f"{_TOTALS.get(name, f'{name} of')} {of}"
    return words + _groups(part)


def _groups(part: AggregateExpr) -> str:
    by = grouped_by(part)
    if by is None:
        return (
            f", for each combination of labels but {_told(part.modifier.labels)}"
            if (part.modifier and part.modifier.labels)
            else ""
        )
    return f", by {_told(by)}" if by else ""


def _joined(part: BinaryExpr, left: int) -> str:
    one, other, name = _phrase(part.lhs, left), _phrase(part.rhs, left), operation(part)
    on = matched_on(part)
    how = f", matched on {_told(on)}" if is_on(part) and on else ""
    if not is_on(part) and on:
        how = f", matched without {_told(on)}"
    if name in _SETS:
        return _SETS[name].format(one, other) + how
    word = _OPERATORS.get(name, name)
    if name not in COMPARISONS:
        return f"{_inner(part.lhs, one)} {word} {_inner(part.rhs, other)}{how}"
    if is_bool(part):
        return f"1 where {one} is {word} {other}, else 0{how}"
    return f"{one}, only where {word} {other}{how}"


def _inner(part: Expr, words: str) -> str:
    return f"({words})" if isinstance(bare(part), BinaryExpr) else words


def _called(part: Call, left: int) -> str:
    name = part.func.name
    arguments = [one for one in part.args if isinstance(one, Expr)]
    if name in {"histogram_quantile", "quantile_over_time"} and len(arguments) > 1:
        of, over = _ranged(arguments[1], left)
        return f"the {_percentile(arguments[0])} of {of}{f' over {over}' if over else ''}"
    if name in _OVER and arguments:
        of, over = _ranged(arguments[0], left)
        return _OVER[name].format(of, over)
    if name in _OF and arguments:
        return _OF[name].format(_phrase(arguments[0], left))
    return _rarely_called(part, arguments, left)


def _rarely_called(part: Call, arguments: list[Expr], left: int) -> str:
    name = part.func.name
    match name:
        case "time":
            return "now"
        case "predict_linear" if len(arguments) > 1:
            of, over = _ranged(arguments[0], left)
            ahead = _phrase(arguments[1], left)
            return f"what {of} will be in {ahead} seconds, by its last {over}"
        case "label_replace" | "label_join" if arguments:
            made = [one.val for one in part.args if isinstance(one, StringLiteral)]
            label = f", with the label {made[0]}" if made else ""
            return f"{_phrase(arguments[0], left)}{label}"
        case _ if arguments:
            return f"{name} of {', '.join(_phrase(one, left) for one in arguments)}"
        case _:
            return name


def _ranged(part: Expr, left: int) -> tuple[str, str]:
    """Return what samples are taken of, and over which time; no time for a plain vector."""
    part = bare(part)
    match part:
        case MatrixSelector():
            return _selected(selector(part.vector_selector)), _range(part)
        case SubqueryExpr():
            return _phrase(part.expr, left), _range(part)
        case _:
            return _phrase(part, left), ""


def _range(part: MatrixSelector | SubqueryExpr) -> str:
    return lasting(seconds(part.range) or 0.0)


def _percentile(part: object) -> str:
    if isinstance(part, Expr):
        value = bare(part)
        if isinstance(value, NumberLiteral) and 0 <= value.val <= 1:
            return f"{value.val * 100:g}th percentile"
        return f"quantile {spelled(value, _PART)}"
    return "quantile"


def _told(labels: "list[str] | tuple[str, ...]") -> str:
    return ", ".join(labels)
