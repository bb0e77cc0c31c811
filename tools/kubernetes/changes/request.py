"""Changes as they were asked for, made values of a type of their own for each kind."""

from typing import cast

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.finding import ASKED
from clusterwright.tools.kubernetes.changes.inverse import INVERSES
from clusterwright.tools.kubernetes.changes.kind import Change
from clusterwright.tools.kubernetes.changes.vocabulary import Vocabulary
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.redaction import REDACTED

_UNKNOWN = ASKED.rstrip()
"""How a value begins that only a person can know, also where somebody has spelled it again."""
_DEEPEST = 60
_LARGEST = 2**63
_OF_PLANS = ("undo", "finish")
"""Kinds that `resolve` puts other changes in place of."""


def parse_change(asked: Manifest, vocabulary: Vocabulary) -> Change:
    """Return a typed change; raise InvalidInputError, also for a value that is still unknown."""
    kind = str(asked.get("kind", ""))
    kinds = vocabulary.load()
    own = kinds.changes
    every = (*own, *kinds.inverses, *INVERSES)
    model = next((one for one in every if one.kind == kind), None)
    if model is None:
        raise InvalidInputError(
            f"there is no change {kind[:60]!r}",
            hint=f"kinds: {', '.join((*(one.kind for one in own), *_OF_PLANS))}",
        )
    if model in own:  # what is not, comes from the journal
        _check_values(asked)
    try:
        return model.model_validate({k: v for k, v in asked.items() if k != "kind"})
    except ValidationError as error:
        told = "; ".join(
            f"{_path(one)}: {one['msg'].removeprefix('Value error, ')}"
            for one in error.errors(include_url=False)
            if one["type"] != "is_instance_of"  # the other way to give a Ref, which nobody took
        )
        raise InvalidInputError(
            f"a {kind} cannot be like that: {told}"[:600],
            hint=f"a {kind} takes {', '.join(model.model_fields)}",
        ) from error


def _path(one: ErrorDetails) -> str:
    """Return which field, without the names that pydantic has for ways to read it."""
    return ".".join(str(part) for part in one["loc"] if not str(part).endswith(("]", ")")))


def _check_values(value: Json, depth: int = 0) -> None:
    """Raise InvalidInputError for what stands for a value and is none, or none that can be kept."""
    if depth > _DEEPEST:
        raise InvalidInputError(
            f"a value is nested over {_DEEPEST} levels deep", hint="give one that can be shown"
        )
    if isinstance(value, int | float) and not -_LARGEST <= value < _LARGEST:  # nor is NaN
        raise InvalidInputError(
            "a value is a number that Kubernetes cannot hold",
            hint="integers have 64 bits; a field is removed with null",
        )
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, dict):
        for key, one in cast("Manifest", value).items():
            _check_values(key)
            _check_values(one, depth + 1)
    elif isinstance(value, list):
        for one in cast("list[Json]", value):
            _check_values(one, depth + 1)


def _check_text(value: str) -> None:
    if not value.isprintable() and any("\ud800" <= one <= "\udfff" for one in value):
        raise InvalidInputError(
            "a value holds half of a character", hint="give text that UTF-8 can spell"
        )
    if REDACTED in value:
        raise InvalidInputError(
            f"a value holds {REDACTED!r}, which stands for a secret that was taken out",
            hint="leave that field out, so that it stays as it is, or give its real value",
        )
    if value.startswith(_UNKNOWN):
        what = value.removeprefix(_UNKNOWN).rstrip(">").strip()
        raise InvalidInputError(
            f"a value is not known yet: {what[:200]}",
            hint="ask the person for it, and put it in place of the question",
        )
