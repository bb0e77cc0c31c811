"""Numbers that were computed are hardly ever equal to one that was written."""

from collections.abc import Iterator
from math import isfinite

from promql_parser import BinaryExpr, Call, Expr

from clusterwright.tools.prometheus.promql.facts import Facts
from clusterwright.tools.prometheus.promql.functions import RATES
from clusterwright.tools.prometheus.promql.lint.parts import binaries, number
from clusterwright.tools.prometheus.promql.lint.rule import Doubt, Rule
from clusterwright.tools.prometheus.promql.nodes import operation, spelled, walk

_EQUALITIES = frozenset({"==", "!="})
_ROUNDS = frozenset({"round", "floor", "ceil", "sgn"})


def _check(tree: Expr, facts: Facts) -> Iterator[Doubt]:
    del facts
    for part in binaries(tree):
        if operation(part) not in _EQUALITIES:
            continue
        for value, other in ((number(part.lhs), part.rhs), (number(part.rhs), part.lhs)):
            if value is None or not isfinite(value) or number(other) is not None:
                continue
            # A rate or a ratio is exactly 0 where nothing happens.
            if not value.is_integer() or (value and _is_computed(other)):
                yield Doubt(
                    part,
                    f"a computed number is hardly ever {value:g} exactly",
                    f"abs({spelled(other, 80)} - {value:g}) < 0.001, or < and >",
                )


def _is_computed(part: Expr) -> bool:
    found = False
    for node in walk(part):
        match node.part:
            case BinaryExpr() as one:
                found = found or operation(one) == "/"
            case Call() as one:
                if one.func.name in _ROUNDS:
                    return False
                found = found or one.func.name in RATES
            case _:
                pass
    return found


RULE = Rule("float-equality", "== or != with a number that is computed", _check)
