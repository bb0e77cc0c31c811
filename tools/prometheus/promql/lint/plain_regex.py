"""A regular expression without a metacharacter is a slower way to write `=`.

It is matched whole, which people forget who write `=~"5"` for 500.
"""

import re
from collections.abc import Iterator

from promql_parser import Expr

from clusterwright.tools.prometheus.promql.facts import Facts
from clusterwright.tools.prometheus.promql.lint.parts import selectors
from clusterwright.tools.prometheus.promql.lint.rule import Doubt, Rule
from clusterwright.tools.prometheus.promql.selector import Matcher

_META = re.compile(r"[.+*?()\[\]{}|^$\\]")


def _check(tree: Expr, facts: Facts) -> Iterator[Doubt]:
    del facts
    for _, selector in selectors(tree):
        for one in selector.matchers:
            if one.is_regex and one.value and not _META.search(one.value):
                plain = Matcher(one.label, "=" if one.operator == "=~" else "!=", one.value)
                around = Matcher(one.label, one.operator, f".*{one.value}.*")
                yield Doubt(
                    str(one),
                    "it holds no metacharacter, and is matched with the whole value",
                    f"{plain}; {around} if a part of the value is meant",
                )


RULE = Rule("plain-regex", "a regular expression without metacharacters", _check)
