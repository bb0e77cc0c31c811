"""delta and its kin know no restarts, so that a counter's makes them jump below zero."""

from collections.abc import Iterator

from promql_parser import Expr

from clusterwright.tools.prometheus.promql.facts import Facts
from clusterwright.tools.prometheus.promql.functions import CHANGES
from clusterwright.tools.prometheus.promql.lint.parts import calls, ranges
from clusterwright.tools.prometheus.promql.lint.rule import Doubt, Rule

_INSTEAD = {"delta": "increase", "idelta": "irate", "deriv": "rate", "predict_linear": "rate"}


def _check(tree: Expr, facts: Facts) -> Iterator[Doubt]:
    for call in calls(tree, *sorted(CHANGES)):
        for one in ranges(call):
            if facts.type(one.metric) == "counter":
                yield Doubt(
                    call,
                    f"{one.metric} is a counter: where it restarts, {call.func.name} falls below 0",
                    f"{_INSTEAD[call.func.name]}({one.text}[...])",
                )


RULE = Rule("delta-of-counter", "delta, deriv or predict_linear of a counter", _check, "types")
