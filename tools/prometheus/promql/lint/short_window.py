"""A rate takes two samples at least, and one scrape that fails must not empty it."""

from collections.abc import Iterator

from promql_parser import Expr

from clusterwright.tools.prometheus.promql.facts import Facts
from clusterwright.tools.prometheus.promql.functions import CHANGES, RATES
from clusterwright.tools.prometheus.promql.lasting import lasting
from clusterwright.tools.prometheus.promql.lint.parts import calls, ranges
from clusterwright.tools.prometheus.promql.lint.rule import Doubt, Rule

SCRAPES = 4
"""Within a window, so that one may fail. Source: Prometheus, docs/querying/functions.md, `rate`."""
_LEAST = 2


def _check(tree: Expr, facts: Facts) -> Iterator[Doubt]:
    for call in calls(tree, *sorted(RATES | CHANGES)):
        for one in ranges(call):
            interval = facts.intervals.get(one.metric or "")
            if interval is None or one.range is None or one.range >= SCRAPES * interval:
                continue
            short = one.range < _LEAST * interval
            then = "it is empty most of the time" if short else "one failed scrape empties it"
            wanted = lasting(SCRAPES * interval)
            yield Doubt(
                call,
                f"{one.metric} has a sample each {lasting(interval)}, so that"
                f" {lasting(one.range)} hold {one.range / interval:.1f}: {then}",
                f"a window of at least {wanted}: {call.func.name}({one.text}[{wanted}])",
            )


RULE = Rule("short-window", "a window of fewer than 4 scrapes", _check, "intervals")
