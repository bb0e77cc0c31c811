"""Where a value breaks a schema, whichever draft of JSON Schema that is of.

A schema is of whoever wrote the class or the chart, and its patterns are meant for Go. A pattern
that Python may read otherwise, or for long, is left to the API server; so is a schema like that.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, cast

from jsonschema import FormatChecker
from jsonschema.exceptions import SchemaError, UnknownType
from jsonschema.validators import (
    Draft4Validator,
    Draft202012Validator,
    extend,  # pyright: ignore[reportUnknownVariableType] -- it has no types of its own
)
from referencing import Registry
from referencing.exceptions import Unresolvable

from clusterwright.tools.cluster_api.pattern_cost import pattern_cost
from clusterwright.tools.manifest import Json, Manifest, mapping, text

_LIMITS = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
    "pattern": "of the pattern {}",
    "multipleOf": "a multiple of {}",
}
_LONGEST = 256
"""Characters of a text that is compared with patterns; of ASCII alone, as are the classes of Go."""
_MOST_OF_PATTERN, _MOST = 5_000_000, 200_000_000
"""Steps as of `pattern_cost` that one search may take, and all of a schema: about a second."""
_OF_SUBSCHEMA, _OF_CHARACTER = 10_000, 500
"""Steps to judge a value by a subschema without its patterns, and to read one of a pattern's."""
_NO_FORMATS = FormatChecker(())
"""A pattern of Go need not be one of Python for the rest of its schema to be judged."""
_WITH_PATTERNS = ("pattern", "patternProperties", "additionalProperties")
"""Keywords that Python's `re` judges; the last one does by the patterns beside it."""
_PAST_CARE = "unevaluatedProperties"
"""A keyword that looks for the patterns of the subschemas below by itself."""

Draft = type[Draft4Validator] | type[Draft202012Validator]


class Violation(Protocol):
    """A rule of a schema, and what breaks it."""

    validator: str
    validator_value: Json
    absolute_path: Iterable[str | int]
    instance: Json


class _Validator(Protocol):
    schema: Json

    def iter_errors(self, instance: Json, /) -> Iterator[Violation]: ...


_Judge = Callable[[_Validator, Json, Json, Manifest], Iterable[Violation] | None]
"""What a keyword makes of the keyword's value, an instance and the schema around."""


class _TooMuchError(Exception):
    """A schema takes too long to judge a value."""


_UNJUDGED = (
    _TooMuchError,
    SchemaError,
    UnknownType,
    Unresolvable,
    RecursionError,
    re.error,
    # What is referred to need not be a schema, and need not be where a schema can be.
    ArithmeticError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)


def broken(draft: Draft, schema: Manifest, value: Json) -> list[Violation] | None:
    """Return the rules that a value breaks; None where the schema cannot be judged here.

    Nothing that a schema refers to is fetched. All of it is judged by one draft, whichever a
    subschema says that it is of, and in a bounded number of steps.
    """
    try:
        draft.check_schema(schema, format_checker=_NO_FORMATS)
        validator = cast("_Validator", _careful(draft)(schema, registry=Registry()))
        return list(validator.iter_errors(value))
    except _UNJUDGED:
        return None


class _Steps:
    """The steps that are left for a schema."""

    def __init__(self) -> None:
        self._left = _MOST

    def take(self, many: int) -> None:
        """Take some of them; raise _TooMuchError where so many are not left."""
        self._left -= many
        if self._left < 0:
            raise _TooMuchError


def _careful(draft: Draft) -> Draft:
    """Return a draft that counts its steps, and leaves out the rules of patterns that explode."""
    steps = _Steps()
    judges = cast("dict[str, _Judge]", draft.VALIDATORS)
    careful = {name: _where_bounded(judges[name], steps) for name in _WITH_PATTERNS}
    made = cast("Json", extend(draft, validators={**careful, _PAST_CARE: _leave}))
    evolve = cast("Callable[..., _Validator]", made.evolve)

    def evolved(self: _Validator, **changes: Json) -> _Validator:
        """Return the validator of a subschema, which may name a draft that is not careful."""
        steps.take(_OF_SUBSCHEMA)
        schema: Json = changes.get("schema", self.schema)
        if isinstance(schema, dict):
            own = cast("Manifest", schema)
            schema = {key: one for key, one in own.items() if key != "$schema"}
        return evolve(self, **{**changes, "schema": schema})

    made.evolve = evolved
    return cast("Draft", made)


def _leave(*_: Json) -> None:
    """Judge nothing."""


def _where_bounded(judge: _Judge, steps: _Steps) -> _Judge:
    def judged(
        validator: _Validator, wanted: Json, instance: Json, schema: Manifest
    ) -> Iterable[Violation] | None:
        texts = [instance] if isinstance(instance, str) else list(mapping(instance))
        patterns = [text(schema, "pattern"), *mapping(schema, "patternProperties")]
        bounded = _are_bounded(list(filter(None, patterns)), texts, steps)
        return judge(validator, wanted, instance, schema) if bounded else None

    return judged


def _are_bounded(patterns: list[str], texts: list[str], steps: _Steps) -> bool:
    """Take the steps of a search for each pattern in each text; return whether they are few."""
    if patterns and any(len(one) > _LONGEST or not one.isascii() for one in texts):
        return False
    longest = max(map(len, texts), default=0)
    for one in patterns:
        steps.take(_OF_CHARACTER * min(len(one), _LONGEST))
        cost = pattern_cost(one, longest)
        if cost is None or cost > _MOST_OF_PATTERN:
            return False
        steps.take(cost * len(texts))
    return True


def limit(one: Violation) -> str:
    """Return what a rule on a number, a length or a form asks for; of any other its name."""
    said = _LIMITS.get(one.validator)
    wanted = one.validator_value
    return f"must be {said.format(wanted)}" if said else f"breaks the rule {one.validator}"
