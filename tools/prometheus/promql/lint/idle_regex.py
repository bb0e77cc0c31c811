"""Matchers that every value fits, or none, or the empty value of series without the label."""

from collections.abc import Iterator

from promql_parser import Expr

from clusterwright.tools.prometheus.promql.facts import Facts
from clusterwright.tools.prometheus.promql.lint.parts import selectors
from clusterwright.tools.prometheus.promql.lint.rule import Doubt, Rule
from clusterwright.tools.prometheus.promql.selector import Matcher

_ALL = frozenset({".*", "^.*$", ".*.*", "(.*)", "(.*)?", ".*?"})


def _check(tree: Expr, facts: Facts) -> Iterator[Doubt]:
    del facts
    for _, selector in selectors(tree):
        for one in selector.matchers:
            if (found := _doubt(one)) is not None:
                yield found


def _doubt(one: Matcher) -> Doubt | None:
    match one.operator, one.value:
        case "=~", value if value in _ALL:
            present = Matcher(one.label, "!=", "")
            return Doubt(
                str(one),
                "every value fits, even of series without the label",
                f"leave it out, or {present} for series that have the label",
            )
        case "!~", value if value in _ALL:
            return Doubt(str(one), "no value is left: nothing comes out", "leave it out")
        case (("=~" | "!~"), value) if _has_empty_branch(value):
            kept = "|".join(part for part in value.split("|") if part)
            instead = Matcher(one.label, one.operator, kept)
            return Doubt(
                str(one),
                "a branch between | is empty: series without the label fit it as well",
                f"{instead}, unless series without the label are meant",
            )
        case _:
            return None


def _has_empty_branch(value: str) -> bool:
    """Return whether one of plain branches is empty; parentheses may mean it."""
    if "|" not in value or any(one in value for one in "()[]\\"):
        return False
    return "" in value.split("|")


RULE = Rule("idle-regex", "a regular expression that everything or the empty value fits", _check)
