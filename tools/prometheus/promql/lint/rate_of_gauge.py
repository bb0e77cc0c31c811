"""rate, irate and increase take each fall for a restart, which makes nonsense of a gauge."""

from collections.abc import Iterator

from promql_parser import Expr

from clusterwright.tools.prometheus.promql.facts import Facts
from clusterwright.tools.prometheus.promql.functions import RATES
from clusterwright.tools.prometheus.promql.lint.parts import calls, ranges
from clusterwright.tools.prometheus.promql.lint.rule import Doubt, Rule

_FLAGS = frozenset({"up", "ALERTS"})
"""0 or 1 and no height, so that they have no slope."""


def _check(tree: Expr, facts: Facts) -> Iterator[Doubt]:
    for call in calls(tree, *sorted(RATES)):
        for one in ranges(call):
            if facts.type(one.metric) == "gauge":
                instead = "delta" if call.func.name == "increase" else "deriv"
                if one.metric in _FLAGS:
                    instead = "changes"
                yield Doubt(
                    call,
                    f"{one.metric} is a gauge: each time it falls, {call.func.name} takes that for"
                    " a restart",
                    f"{instead}({one.text}[...]), or avg_over_time for its level",
                )


RULE = Rule("rate-of-gauge", "rate, irate or increase of a gauge", _check, "types")
