"""A selector without a name that only says what series are not touches nearly all of them."""

from collections.abc import Iterator

from promql_parser import Expr

from clusterwright.tools.prometheus.promql.facts import Facts
from clusterwright.tools.prometheus.promql.lint.parts import selectors
from clusterwright.tools.prometheus.promql.lint.rule import Doubt, Rule
from clusterwright.tools.prometheus.promql.selector import Matcher

_ANY = frozenset({".+", ".*"})


def _check(tree: Expr, facts: Facts) -> Iterator[Doubt]:
    del facts
    for part, selector in selectors(tree):
        if selector.alternatives or any(map(_narrows, selector.matchers)):
            continue
        yield Doubt(
            part,
            "it names no metric and says only what labels are not: nearly every series is read",
            "name the metric, or match one label with =",
        )


def _narrows(one: Matcher) -> bool:
    return not one.is_negative and one.value != "" and one.value not in _ANY


RULE = Rule("nameless-selector", "a selector of nothing but negative matchers", _check)
