"""What a query's numbers count, as far as the names of its metrics tell."""

import promql_parser as promql

from clusterwright.tools.prometheus.summary.unit import Unit, per_second, unit_of

_RATES = frozenset({"rate", "irate", "deriv"})
_SAME = frozenset(
    {
        *("increase", "delta", "idelta", "abs", "ceil", "floor", "round", "predict_linear"),
        *("clamp", "clamp_min", "clamp_max", "sort", "sort_desc", "label_replace", "label_join"),
        *("avg_over_time", "min_over_time", "max_over_time", "last_over_time", "sum_over_time"),
        *("quantile_over_time", "stddev_over_time", "first_over_time", "mad_over_time"),
        *("histogram_avg", "histogram_sum", "scalar", "vector"),
    }
)
_OTHERWISE = frozenset({"count", "group", "count_values", "stdvar"})
_APART = frozenset({"increase", "delta", "idelta", "stddev", "stddev_over_time", "mad_over_time"})
"""How far values are from each other: of moments that is a time, and no moment."""
_HEALTH = frozenset({"up", "probe_success"})
_MOMENTS = frozenset({"time", "timestamp"})
_FILTERS = frozenset({"==", "!=", ">", "<", ">=", "<=", "and", "or", "unless", "+", "-"})
_ARGUMENT = {"quantile_over_time": 1, "histogram_quantile": 1}


def metrics_in(expression: promql.Expr) -> tuple[str, ...]:
    """Return the names of the metrics that a query selects, each once."""
    names: dict[str, None] = {}

    def visit(one: promql.Expr) -> bool:
        if isinstance(one, promql.MatrixSelector):
            one = one.vector_selector
        if isinstance(one, promql.VectorSelector) and (name := _name(one)):
            names[name] = None
        return True

    promql.walk(expression, visit)
    return tuple(names)


def _name(selector: promql.VectorSelector) -> str:
    if selector.name:
        return selector.name
    for one in selector.matchers.matchers:
        if one.name == "__name__" and one.op == promql.MatchOp.Equal:
            return one.value
    return ""


def tells_health(expression: promql.Expr | None) -> bool:
    """Return whether a query's low values are the bad ones, as those of `up` are."""
    match expression:
        case promql.VectorSelector():
            return _name(expression) in _HEALTH
        case promql.MatrixSelector():
            return _name(expression.vector_selector) in _HEALTH
        case promql.ParenExpr() | promql.SubqueryExpr():
            return tells_health(expression.expr)
        case promql.AggregateExpr() if str(expression.op) in {"avg", "min", "sum"}:
            return tells_health(expression.expr)
        case promql.Call() if expression.func.name in {"avg_over_time", "min_over_time"}:
            return tells_health(expression.args[0])
        case _:
            return False


def unit_in(expression: promql.Expr) -> Unit | None:
    """Return the unit of a query's result, None where its names do not tell."""
    found: Unit | None = None
    match expression:
        case promql.VectorSelector():
            found = unit_of(_name(expression))
        case promql.MatrixSelector():
            found = unit_of(_name(expression.vector_selector))
        case promql.ParenExpr() | promql.UnaryExpr() | promql.SubqueryExpr():
            found = unit_in(expression.expr)
        case promql.AggregateExpr() if str(expression.op) not in _OTHERWISE:
            found = _apart(str(expression.op), unit_in(expression.expr))
        case promql.Call():
            found = _of_call(expression)
        case promql.BinaryExpr():
            found = _of_binary(expression)
        case _:
            pass
    return found


def _of_call(call: promql.Call) -> Unit | None:
    name = call.func.name
    if name in _MOMENTS:
        return Unit.EPOCH
    at = _ARGUMENT.get(name, 0)
    if at >= len(call.args):
        return None
    argument: promql.Expr = call.args[at]
    if name == "histogram_quantile":
        names = metrics_in(argument)
        return unit_of(names[0].removesuffix("_bucket")) if len(names) == 1 else None
    if name in _RATES:
        return per_second(unit_in(argument)) if len(metrics_in(argument)) == 1 else None
    return _apart(name, unit_in(argument)) if name in _SAME else None


def _apart(name: str, unit: Unit | None) -> Unit | None:
    return Unit.SECONDS if unit is Unit.EPOCH and name in _APART else unit


def _of_binary(binary: promql.BinaryExpr) -> Unit | None:
    left, right = unit_in(binary.lhs), unit_in(binary.rhs)
    if str(binary.op) == "/":
        above, below = metrics_in(binary.lhs), metrics_in(binary.rhs)
        if len(above) == len(below) == 1 and above[0].endswith("_sum"):
            base = above[0].removesuffix("_sum")
            if below[0] == f"{base}_count":
                return unit_of(base)
        return Unit.RATIO if left and left is right else None
    if str(binary.op) == "-" and left is right is Unit.EPOCH:
        return Unit.SECONDS
    if str(binary.op) not in _FILTERS:
        return None
    if binary.modifier is not None and binary.modifier.return_bool:
        return None
    return left if right is left or _is_number(binary.rhs) else None


def _is_number(expression: promql.Expr) -> bool:
    while isinstance(expression, promql.ParenExpr | promql.UnaryExpr):
        expression = expression.expr
    return isinstance(expression, promql.NumberLiteral)
