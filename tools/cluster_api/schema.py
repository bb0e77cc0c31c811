"""Where a value breaks a schema, whichever draft of JSON Schema that is of.

Patterns are of whoever wrote the schema, and are meant for Go. One that Python may read otherwise,
or for ever, is left to the API server.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Protocol, cast

from jsonschema import FormatChecker
from jsonschema.exceptions import SchemaError
from jsonschema.validators import (
    Draft4Validator,
    Draft202012Validator,
    extend,  # pyright: ignore[reportUnknownVariableType] -- it has no types of its own
)
from referencing import Registry
from referencing.exceptions import Unresolvable

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


_REPEATED_GROUP = re.compile(r"\)(?:[*+]|\{\d+,\d*\})")
"""Python tries every way to divide a text among repetitions of a group; RE2 does not."""
_NO_FORMATS = FormatChecker(())
"""A pattern of Go need not be one of Python for the rest of its schema to be judged."""
_WITH_PATTERNS = ("pattern", "patternProperties", "additionalProperties")
"""Keywords that Python's `re` judges; the last one does by the patterns beside it."""

Draft = type[Draft4Validator] | type[Draft202012Validator]


class Violation(Protocol):
    """A rule of a schema, and what breaks it."""

    validator: str
    validator_value: Json
    absolute_path: Iterable[str | int]
    instance: Json


class _Validator(Protocol):
    def iter_errors(self, instance: Json, /) -> Iterator[Violation]: ...


_Judge = Callable[[_Validator, Json, Json, Manifest], Iterable[Violation] | None]
"""What a keyword makes of the keyword's value, an instance and the schema around."""


def broken(draft: Draft, schema: Manifest, value: Json) -> list[Violation] | None:
    """Return the rules that a value breaks; None where the schema cannot be judged here.

    Nothing that a schema refers to is fetched.
    """
    validator = cast("_Validator", _careful(draft)(schema, registry=Registry()))
    try:
        draft.check_schema(schema, format_checker=_NO_FORMATS)
        return list(validator.iter_errors(value))
    except (SchemaError, Unresolvable, RecursionError):
        return None


@cache
def _careful(draft: Draft) -> Draft:
    """Return a draft that leaves out the rules whose patterns are not read alike."""
    judges = cast("dict[str, _Judge]", draft.VALIDATORS)
    careful = {name: _where_alike(judges[name]) for name in _WITH_PATTERNS}
    return cast("Draft", extend(draft, validators=careful))


def _where_alike(judge: _Judge) -> _Judge:
    def judged(
        validator: _Validator, wanted: Json, instance: Json, schema: Manifest
    ) -> Iterable[Violation] | None:
        patterns = (text(schema, "pattern"), *mapping(schema, "patternProperties"))
        alike = all(is_read_alike(one) for one in patterns)
        return judge(validator, wanted, instance, schema) if alike else None

    return judged


def is_read_alike(pattern: str) -> bool:
    """Return whether Python reads a pattern as Go does, and in a time that does not explode."""
    if _REPEATED_GROUP.search(pattern):
        return False
    try:
        re.compile(pattern)
    except re.error:  # as \p{L} and \z, which RE2 has
        return False
    return True


def limit(one: Violation) -> str:
    """Return what a rule on a number, a length or a form asks for; of any other its name."""
    said = _LIMITS.get(one.validator)
    wanted = one.validator_value
    return f"must be {said.format(wanted)}" if said else f"breaks the rule {one.validator}"
