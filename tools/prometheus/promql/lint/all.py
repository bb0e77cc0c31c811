"""Every lint rule, in the order in which a reader wants to hear of them."""

from itertools import islice

from clusterwright.tools.prometheus.promql.facts import Facts
from clusterwright.tools.prometheus.promql.lint import (
    absent_of_many,
    average_of_quantiles,
    delta_of_counter,
    filter_in_sum,
    float_equality,
    idle_regex,
    many_to_one,
    nameless_selector,
    odd_time,
    plain_regex,
    quantile_without_le,
    rate_after_sum,
    rate_of_gauge,
    raw_counter,
    short_window,
    sides_differ,
    topk_per_step,
    unknown_label,
    wide_selector,
)
from clusterwright.tools.prometheus.promql.lint.rule import Advice, Rule
from clusterwright.tools.prometheus.promql.reading import Reading

RULES: tuple[Rule, ...] = (
    quantile_without_le.RULE,
    rate_of_gauge.RULE,
    rate_after_sum.RULE,
    raw_counter.RULE,
    delta_of_counter.RULE,
    short_window.RULE,
    sides_differ.RULE,
    many_to_one.RULE,
    unknown_label.RULE,
    filter_in_sum.RULE,
    average_of_quantiles.RULE,
    idle_regex.RULE,
    plain_regex.RULE,
    nameless_selector.RULE,
    wide_selector.RULE,
    topk_per_step.RULE,
    float_equality.RULE,
    odd_time.RULE,
    absent_of_many.RULE,
)
MOST = 50
"""Doubts about one query."""


def lint(reading: Reading, facts: Facts) -> tuple[Advice, ...]:
    """Return what is doubtful about a query, each thing once; nothing where it was not read."""
    tree = reading.tree
    if tree is None:
        return ()
    found = (one for rule in RULES for one in rule.advise(tree, facts))
    return tuple(dict.fromkeys(islice(found, MOST)))
