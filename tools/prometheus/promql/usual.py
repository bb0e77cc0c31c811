"""The usual mistakes, found in the words of a query that no parser could read.

They are guesses at what was meant and are told only once the query has been refused: dialects of
PromQL allow more, as VictoriaMetrics does.
"""

from collections.abc import Callable, Sequence
from difflib import get_close_matches
from itertools import pairwise

from clusterwright.tools.prometheus.promql.functions import (
    AGGREGATIONS,
    FUNCTIONS,
    KEYWORDS,
    OPERATORS,
    instead,
)
from clusterwright.tools.prometheus.promql.mistake import Mistake
from clusterwright.tools.prometheus.promql.tokens import Token

_MATCHERS = frozenset({"=", "!=", "=~", "!~"})
_FOREIGN = {
    "&&": "and",
    "||": "or",
    "<>": "!=",
    "===": "==",
    "!==": "!=",
    "=>": ">=",
    "**": "^",
    "!": "!=, or `unless`",
    "&": "and",
    "|": "or; in a regex it stands inside the quotes",
    ";": "nothing: one query holds one expression",
}
_WITH_LABELS = frozenset({"by", "without", "on", "ignoring"})
_SIGNS = frozenset({"+", "-"})
_FEW = 3


def usual(words: Sequence[Token]) -> Mistake | None:
    """Return the first of the usual mistakes."""
    found = [one for rule in _RULES if (one := rule(words)) is not None]
    return min(found, key=lambda one: one.at or 0) if found else None


def _nothing(words: Sequence[Token]) -> Mistake | None:
    return None if words else Mistake("no query", None, "name a metric, as up")


def _variable(words: Sequence[Token]) -> Mistake | None:
    for one in words:
        if one.kind == "variable":
            right = (
                "write a duration of at least 4 scrapes, as [5m]"
                if one.within == "["
                else "write its value"
            )
            return Mistake(f"{one.text[:60]} is a variable of a dashboard", one.start, right)
    for one, after in pairwise(words):
        if one.text == after.text == "{" and after.start == one.start + 1:
            right = "write the value that the template gives"
            return Mistake("{{ }} is a template of a rule or chart", one.start, right)
    return None


def _in_braces(words: Sequence[Token]) -> Mistake | None:
    for one, after in pairwise(words):
        if one.within != "{" or after.within != "{":
            continue
        if one.kind == "operator" and one.text not in _MATCHERS and one.text != ",":
            right = 'a matcher is label="value", with =, !=, =~ or !~'
            return Mistake(f"{one.text} in braces", one.start, right)
        if one.text in _MATCHERS and after.kind != "string":
            value = after.text[:40].replace('"', "")
            right = f'put the value in quotes: {one.text}"{value}"'
            return Mistake("a value without quotes", after.start, right)
        if one.kind == "string" and after.kind in {"name", "string"} and after.text != "or":
            return Mistake("no comma between matchers", after.start, "write , before it")
    for one in words:
        if one.within == "{" and one.kind == "odd":
            right = 'a label with other letters than a-z, 0-9 and _ is quoted: {"http.route"="/"}'
            return Mistake(f"{one.text!r} in the name of a label", one.start, right)
    return None


def _foreign(words: Sequence[Token]) -> Mistake | None:
    for one in words:
        if one.within in {"{", "["} or one.kind != "operator":
            continue
        if one.text in _FOREIGN:
            return Mistake(f"{one.text} is no operator", one.start, f"write {_FOREIGN[one.text]}")
        if one.text in {"=~", "!~"}:
            right = f'matchers stand in braces: x{{label{one.text}"..."}}'
            return Mistake(f"{one.text} outside braces", one.start, right)
        if one.text == "=":
            right = 'compare with ==; a matcher stands in braces: x{label="value"}'
            return Mistake("= outside braces", one.start, right)
    return None


def _labels_without_parentheses(words: Sequence[Token]) -> Mistake | None:
    for one, after in pairwise(words):
        if one.text in _WITH_LABELS and one.within in {"", "("} and after.text != "(":
            right = f"its labels stand in parentheses: {one.text} (label)"
            return Mistake(f"{one.text} without (", after.start, right)
    return None


def _side_by_side(words: Sequence[Token]) -> Mistake | None:
    for one, after in pairwise(words):
        if one.within or after.within:
            continue
        if _is_operand(one) and _is_operand(after) and "offset" not in {one.text, after.text}:
            right = f"write an operator between {one.text[:40]} and {after.text[:40]}"
            return Mistake("two expressions side by side", after.start, right)
    return None


def _is_operand(one: Token) -> bool:
    if one.kind == "name":
        return one.text.lower() not in KEYWORDS | AGGREGATIONS
    return one.kind in {"number", "duration"}


def _without_operand(words: Sequence[Token]) -> Mistake | None:
    for one, after in pairwise(words):
        if one.within in {"{", "["} or not _joins(one):
            continue
        if after.kind == "close" or (_joins(after) and after.text not in _SIGNS):
            return Mistake(f"nothing right of {one.text}", one.start, "write what it is applied to")
    if words and _joins(words[-1]):
        return Mistake(
            f"nothing right of {words[-1].text}", words[-1].start, "write what it is applied to"
        )
    if words and _joins(words[0]) and words[0].text not in _SIGNS:
        return Mistake(
            f"nothing left of {words[0].text}", words[0].start, "write what it is applied to"
        )
    return None


def _joins(one: Token) -> bool:
    if one.kind == "name":
        return one.text.lower() in OPERATORS
    return one.kind == "operator" and one.text not in {",", ":", "@"}


def _labels_of_function(words: Sequence[Token]) -> Mistake | None:
    """Find `rate(x[5m]) by (job)`: only aggregations have groups."""
    opened: list[str] = []
    for i, (one, after) in enumerate(pairwise(words)):
        if one.kind == "open":
            opened.append(words[i - 1].text if i and words[i - 1].kind == "name" else "")
        elif one.kind == "close":
            name = opened.pop() if opened else ""
            if after.text in {"by", "without"} and name in FUNCTIONS:
                right = f"aggregate: sum by (label) ({name}(...))"
                return Mistake(f"{name} has no groups", after.start, right)
            if one.text == ")" and after.text == "{":
                right = 'matchers stand behind the metric, before its range: x{label="value"}[5m]'
                return Mistake("matchers of a result", after.start, right)
    return None


def _durations(words: Sequence[Token]) -> Mistake | None:
    for one, after in pairwise(words):
        if one.within != "[" or after.within != "[":
            continue
        if one.kind == "number" and after.kind == "name":
            right = f"write it together: [{one.text}{after.text}]"
            return Mistake("a space in a duration", after.start, right)
        if one.text == "-" and after.kind in {"duration", "number"}:
            right = f"a range is above zero; the past is x[{after.text}] offset 1h"
            return Mistake("a range below zero", one.start, right)
    return None


def _unknown(words: Sequence[Token]) -> Mistake | None:
    known = FUNCTIONS | AGGREGATIONS | KEYWORDS
    for one, after in pairwise(words):
        if one.kind == "name" and after.text == "(" and one.text.lower() not in known:
            nearest = get_close_matches(one.text[:60], sorted(FUNCTIONS | AGGREGATIONS), _FEW, 0.7)
            right = instead(one.text, nearest)
            return Mistake(f"{one.text[:60]} is no function", one.start, right)
    return None


_RULES: tuple[Callable[[Sequence[Token]], Mistake | None], ...] = (
    _nothing,
    _variable,
    _in_braces,
    _foreign,
    _labels_without_parentheses,
    _side_by_side,
    _without_operand,
    _labels_of_function,
    _durations,
    _unknown,
)
