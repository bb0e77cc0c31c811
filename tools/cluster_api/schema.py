"""Where a value breaks a schema, whichever draft of JSON Schema that is of."""

import re
from collections.abc import Iterable, Iterator
from typing import Protocol, cast

from jsonschema.exceptions import SchemaError
from jsonschema.validators import Draft4Validator, Draft202012Validator
from referencing import Registry
from referencing.exceptions import Unresolvable

from clusterwright.tools.manifest import Json, Manifest

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


class Violation(Protocol):
    """A rule of a schema, and what breaks it."""

    validator: str
    validator_value: Json
    absolute_path: Iterable[str | int]
    instance: Json


class _Validator(Protocol):
    def iter_errors(self, instance: Json, /) -> Iterator[Violation]: ...


def broken(
    draft: type[Draft4Validator | Draft202012Validator], schema: Manifest, value: Json
) -> list[Violation] | None:
    """Return the rules that a value breaks; None where the schema cannot be judged here.

    Nothing that a schema refers to is fetched.
    """
    validator = cast("_Validator", draft(schema, registry=Registry()))
    try:
        draft.check_schema(schema)
        return list(validator.iter_errors(value))
    except (SchemaError, Unresolvable, RecursionError, re.error):
        return None


def limit(one: Violation) -> str:
    """Return what a rule on a number, a length or a form asks for; of any other its name."""
    said = _LIMITS.get(one.validator)
    wanted = one.validator_value
    return f"must be {said.format(wanted)}" if said else f"breaks the rule {one.validator}"
