"""Where a value breaks a schema, whichever draft of JSON Schema that is of.

A schema is of whoever wrote the class or the chart. Its patterns are meant for Go, and are read in
linear time, as there; a schema that takes long or is odd is left to the API server.
"""

import re
from dataclasses import dataclass
from typing import cast
from urllib.parse import unquote

from jsonschema_rs import (
    Draft4Validator,
    Draft6Validator,
    Draft7Validator,
    Draft201909Validator,
    Draft202012Validator,
    RegexOptions,
    ValidationError,
)

from clusterwright.tools.field_path import MISSING, read
from clusterwright.tools.manifest import Json, Manifest, mapping

Draft = (
    type[Draft4Validator]
    | type[Draft6Validator]
    | type[Draft7Validator]
    | type[Draft201909Validator]
    | type[Draft202012Validator]
)
_LIMITS = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
    "pattern": "of the pattern {}",
    "multipleOf": "a multiple of {}",
    "format": "a valid {}",
}
_REFERENCES = ("$ref", "$dynamicRef")
_POINTER = re.compile(r"#(/.*)?", re.DOTALL)
_MOST = 100_000
"""Subschemas that a value may be judged by, those that are referred to counted each time."""


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule of a schema, and what breaks it."""

    rule: str
    """The keyword: `type`, `enum`, `pattern`."""
    wanted: Json
    """The keyword's value."""
    path: tuple[str | int, ...]
    """Where in the value it is broken."""
    instance: Json
    """What is there."""
    schema_path: tuple[str | int, ...] = ()
    """Where in the schema the rule is."""


def broken(
    draft: Draft, schema: Manifest, value: Json, *, formats: bool = False
) -> list[Violation] | None:
    """Return the rules that a value breaks; None where the schema cannot be judged here.

    Nothing that a schema refers to is fetched; formats count where they are asked for.
    """
    try:
        if _size(schema, schema, {}) > _MOST:
            return None
        validator = draft(
            schema, offline=True, validate_formats=formats, pattern_options=RegexOptions()
        )
        return [_violation(schema, one) for one in validator.iter_errors(value)]
    except (ValueError, TypeError, LookupError, RecursionError):  # of what is no JSON too
        return None


def _violation(schema: Manifest, error: ValidationError) -> Violation:
    place = tuple(error.schema_path)
    found = read(schema, place)
    wanted = None if found is MISSING else found
    path = tuple(error.instance_path)
    return Violation(str(error.kind.name), wanted, path, cast("Json", error.instance), place)


def _size(schema: Json, whole: Manifest, known: dict[str, int]) -> int:
    """Return how many subschemas there are, with those that are referred to, each time anew.

    A reference to what it is in counts as one: a level of the value goes with each round.
    """
    if isinstance(schema, list):
        return sum(_size(one, whole, known) for one in cast("list[Json]", schema))
    if not isinstance(schema, dict):
        return 0
    own = cast("Manifest", schema)
    size = 1 + sum(_size(one, whole, known) for one in own.values())
    for pointer in (one for keyword in _REFERENCES if (one := own.get(keyword)) is not None):
        if pointer not in known:
            known[pointer] = 1
            known[pointer] = _size(_at(whole, pointer), whole, known)
        size += known[pointer]
    return size


def _at(whole: Manifest, pointer: Json) -> Json:
    """Return what a reference is to; raise ValueError for one that is no JSON pointer."""
    if not isinstance(pointer, str) or not _POINTER.fullmatch(pointer):
        raise ValueError(pointer)
    found: Json = whole
    for part in pointer.split("/")[1:]:
        if isinstance(found, list):
            found = cast("list[Json]", found)[int(part)]
        else:
            found = mapping(found).get(unquote(part).replace("~1", "/").replace("~0", "~"))
    return found


def limit(one: Violation) -> str:
    """Return what a rule on a number, a length or a form asks for; of any other its name."""
    said = _LIMITS.get(one.rule)
    return f"must be {said.format(one.wanted)}" if said else f"breaks the rule {one.rule}"
