"""What a parser said, told with the place and what would be right."""

import re
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from itertools import pairwise

from clusterwright.tools.errors import InvalidInputError, QueryError
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.prometheus.promql.functions import (
    AGGREGATIONS,
    FUNCTIONS,
    OVER_RANGES,
    instead,
)
from clusterwright.tools.prometheus.promql.mistake import Mistake, offset
from clusterwright.tools.prometheus.promql.tokens import Token
from clusterwright.tools.prometheus.promql.usual import usual

_IN_CALL = re.compile(r"in call to function [\"']([a-z_0-9]+)[\"']")
_ARGUMENTS = re.compile(r"argument\(s\) in call to [\"']([a-z_0-9]+)[\"']")
_UNKNOWN = re.compile(r"unknown function with name [\"']([A-Za-z_0-9:]{1,60})[\"']")
_OFF = re.compile(
    r"function [\"']([a-z_0-9]{1,60})[\"'] is not enabled|([a-z_]{1,60})\(\) is experimental"
)
_NO_MODIFIER = re.compile(r"(smoothed|anchored) modifier not implemented")
_RANGE = re.compile("expected type (?:range|matrix)")
_FLAG = "--enable-feature="
_NAME_TWICE = "metric name must not be set twice"
_SHORT = 200


def told(words: Sequence[Token], said: str, at: int | None = None) -> Mistake:
    """Return the mistake behind a parser's words; `at` is where the parser saw it, if it told.

    What was meant is guessed from the words of the query; where nothing is guessed, the parser's
    own words stay.
    """
    for rule in _SAID:
        if (found := rule(words, said)) is not None:
            return found
    if (guess := usual(words)) is not None:
        return guess
    return Mistake(one_line(said, _SHORT), at, "")


def refused(query: str, words: Sequence[Token], error: QueryError) -> InvalidInputError:
    """Return a server's refusal with the place under which the query is wrong."""
    if error.position is None:
        return error
    at = min(offset(query, *error.position), len(query))
    mistake = told(words, str(error), at)
    hint = mistake.right or error.hint
    shown = Mistake(mistake.what, mistake.at if mistake.at is not None else at, "").shown(query)
    both = "" if mistake.what == one_line(str(error), _SHORT) else f"\n{error}"
    return QueryError(
        f"the query cannot be read: {shown}{both}", hint=hint, position=error.position
    )


def _wants_range(words: Sequence[Token], said: str) -> Mistake | None:
    found = _IN_CALL.search(said)
    if found is None or not _RANGE.search(said):
        return None
    name = found[1]
    at = _at(words, name)
    inside = next((one.text for one in words if at is not None and one.start > at + len(name)), "")
    right = f"give it a range: {name}(x[5m])"
    if inside in AGGREGATIONS:
        right = f"it comes before the aggregation: {inside}({name}(x[5m]))"
    return Mistake(f"{name} wants samples over time", at, right)


def _wants_no_range(words: Sequence[Token], said: str) -> Mistake | None:
    if not re.search(
        r"got (?:matrix|range vector)|must be an instant vector|operator .*range", said
    ):
        return None
    if _RANGE.search(said):
        return None
    at = next((one.start for one in words if one.text == "["), None)
    right = "take one value of the range first: rate(x[5m]), or avg_over_time(x[5m])"
    return Mistake("a range of samples where one value each is wanted", at, right)


def _arguments(words: Sequence[Token], said: str) -> Mistake | None:
    found = _ARGUMENTS.search(said)
    if found is None:
        return None
    return Mistake(one_line(said, _SHORT), _at(words, found[1]), _shape(found[1]))


def _shape(name: str) -> str:
    if name in {"histogram_quantile", "quantile", "topk", "bottomk"}:
        return f"the number comes first: {name}(0.95, x)" if "quantile" in name else f"{name}(5, x)"
    if name in OVER_RANGES:
        return f"{name}(x[5m])"
    return ""


def _matches_all(words: Sequence[Token], said: str) -> Mistake | None:
    if "at least one non-empty matcher" not in said:
        return None
    at = next((one.start for one in words if one.text == "{"), None)
    right = 'name a metric, or one matcher that no empty label fits: {job!=""}, {job=~".+"}'
    return Mistake("a selector that takes every series", at, right)


def _named_twice(words: Sequence[Token], said: str) -> Mistake | None:
    if _NAME_TWICE not in said:
        return None
    at = next((one.start for one in words if one.text == "__name__"), None)
    return Mistake("the metric is named twice", at, "name it before the brace or inside, not both")


def _regex(words: Sequence[Token], said: str) -> Mistake | None:
    if "illegal regex" not in said and "error parsing regexp" not in said:
        return None
    at = _of_regex(words, said)
    right = "expressions are RE2, anchored at both ends, without look-around; \\ is written \\\\"
    return Mistake("a regular expression that is none", at, right)


def _of_regex(words: Sequence[Token], said: str) -> int | None:
    strings = [
        (one.start, one.text[1:-1])
        for before, one in pairwise(words)
        if before.text in {"=~", "!~"} and one.kind == "string"
    ]
    return next((at for at, text in strings if text and text in said), None) or (
        strings[0][0] if len(strings) == 1 else None
    )


def _unknown_function(words: Sequence[Token], said: str) -> Mistake | None:
    found = _UNKNOWN.search(said)
    if found is None:
        return None
    name = found[1]
    nearest = get_close_matches(name, sorted(FUNCTIONS | AGGREGATIONS), 3, 0.7)
    right = instead(name, [one for one in nearest if one != name])
    return Mistake(f"{name} is no function", _at(words, name), right)


def _scalar_set(words: Sequence[Token], said: str) -> Mistake | None:
    if "not allowed in binary scalar expression" not in said:
        return None
    at = next((one.start for one in words if one.text.lower() in {"and", "or", "unless"}), None)
    return Mistake("a number beside a set operator", at, "write vector(0) for the number")


def _comparison(words: Sequence[Token], said: str) -> Mistake | None:
    if "comparisons between scalars must use BOOL" not in said:
        return None
    at = next((one.start for one in words if one.text in {"==", "!=", "<", ">", "<=", ">="}), None)
    return Mistake("two numbers are compared", at, "write bool after the operator: 1 > bool 0")


def _switched_off(words: Sequence[Token], said: str) -> Mistake | None:
    """Tell what a server runs without. Source: Prometheus, docs/feature_flags.md."""
    feature = "promql-experimental-functions"
    if found := _OFF.search(said):
        name = found[1] or found[2]
        what, at = f"{name} is switched off", _at(words, name)
    elif "fill modifiers are experimental" in said:
        what, at = "fill is switched off", _at(words, "fill")
        feature = "promql-binop-fill-modifiers"
    elif found := _NO_MODIFIER.search(said):
        return Mistake(
            f"{found[1]} where no selector ends",
            next((one.start for one in words if one.text == found[1]), None),
            f"it follows the range or the metric itself: rate(x[5m] {found[1]})",
        )
    else:
        return None
    return Mistake(what, at, f"the server must run with {_FLAG}{feature}, or write it without")


def _range_of_result(words: Sequence[Token], said: str) -> Mistake | None:
    if "ranges only allowed for vector selectors" not in said:
        return None
    at = next(
        (after.start for one, after in pairwise(words) if one.text == ")" and after.text == "["),
        None,
    )
    right = "only a metric has samples to take; a result is looked at each minute: [1h:1m]"
    return Mistake("a range of a result", at, right)


def _at(words: Sequence[Token], name: str) -> int | None:
    """Return where a function is called; nothing where it is called several times."""
    places = [
        one.start
        for one, after in pairwise(words)
        if one.text == name and (after.text == "(" or name in AGGREGATIONS)
    ]
    return places[0] if len(places) == 1 else None


_SAID: tuple[Callable[[Sequence[Token], str], Mistake | None], ...] = (
    _wants_range,
    _wants_no_range,
    _arguments,
    _matches_all,
    _named_twice,
    _regex,
    _unknown_function,
    _scalar_set,
    _comparison,
    _switched_off,
    _range_of_result,
)
