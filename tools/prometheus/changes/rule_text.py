"""A rule as it is asked for, checked as far as that goes without a server."""

import re
from typing import cast

from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.manifest import Json, Manifest, mapping, strings, text
from clusterwright.tools.prometheus.wire import duration

_FIELDS = ("alert", "record", "expr", "for", "keep_firing_for", "labels", "annotations")
_METRIC = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*\Z")
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*\Z")
_LONGEST_EXPR, _LONGEST_TEXT, _MOST_LABELS = 10_000, 2_000, 30
_EXAMPLE = '{"alert":"CartDown","expr":"up{job=\\"cart\\"} == 0","for":"5m","labels":{...}}'


def name_of(rule: Manifest) -> str:
    """Return the name of the alert or of the series that a rule makes."""
    return text(rule, "alert") or text(rule, "record")


def kind_of(rule: Manifest) -> str:
    """Return which of both it is, as rule files spell it."""
    return "alert" if text(rule, "alert") else "record"


def check_rule(rule: Manifest) -> None:
    """Raise InvalidInputError for what is no rule."""
    odd = [str(key) for key in rule if key not in _FIELDS]
    if odd:
        raise _wrong(f"a rule has no {odd[0][:60]!r}", f"it takes {', '.join(_FIELDS)}")
    if bool(text(rule, "alert")) == bool(text(rule, "record")):
        raise _wrong("a rule is either an alert or a record", _EXAMPLE)
    _check_name(rule)
    expr = text(rule, "expr").strip()
    if not expr or len(expr) > _LONGEST_EXPR:
        raise _wrong(f"the expression has {len(expr)} characters", f"1 to {_LONGEST_EXPR}")
    for key in ("for", "keep_firing_for"):
        if key in rule and (not isinstance(rule[key], str) or duration(rule, key) is None):
            raise _wrong(f"{rule[key]!r} is no duration for {key!r}"[:200], "write 5m or 1h30m")
    for key in ("labels", "annotations"):
        _check_labels(rule.get(key, {}), key)


def _check_name(rule: Manifest) -> None:
    name = name_of(rule)
    if len(name) > _LONGEST_TEXT or not name.isprintable() or name != name.strip():
        raise _wrong(f"{name[:80]!r} is no name of a rule", _EXAMPLE)
    if kind_of(rule) == "alert":
        return
    if not _METRIC.match(name):
        raise _wrong(f"{name[:80]!r} is no metric name", "as in job:http_errors:rate5m")
    if rule.keys() & {"for", "keep_firing_for", "annotations"}:
        raise _wrong("a recording rule has no for and no annotations", "leave them out")


def merged(rule: Manifest, wanted: Manifest) -> Manifest:
    """Return a rule with what is wanted of it: labels and annotations by key, null removes."""
    made = dict(rule)
    for key, value in wanted.items():
        new: Json = value
        if key in {"labels", "annotations"} and isinstance(value, dict):
            both = {**mapping(made, key), **cast("Manifest", value)}
            new = {name: one for name, one in both.items() if one is not None}
        if new is None or new == {}:
            made.pop(key, None)
        else:
            made[key] = new
    return made


def _check_labels(value: Json, key: str) -> None:
    if not isinstance(value, dict):
        raise _wrong(f"{key} of a rule are names with texts", '{"severity":"warning"}')
    given = cast("Manifest", value)
    if len(given) > _MOST_LABELS or len(strings(given)) != len(given):
        raise _wrong(f"{key} of a rule are at most {_MOST_LABELS} names with texts", "in quotes")
    for name, one in strings(given).items():
        if not _LABEL.match(name) or name in {"__name__", "alertname"}:
            raise _wrong(f"{name[:80]!r} is no name for {key}", "letters, digits and '_'")
        if len(one) > _LONGEST_TEXT:
            raise _wrong(f"{key} {name!r} is over {_LONGEST_TEXT} characters", "make it shorter")


def _wrong(what: str, hint: str) -> InvalidInputError:
    return InvalidInputError(what, hint=hint)
