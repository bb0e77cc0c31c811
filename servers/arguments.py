"""Wrong arguments explained: which one, what was wrong with it, what would be right."""

import difflib
import re
from collections.abc import Mapping

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.manifest import Json

_SHOWN = 80


def check_names(arguments: Mapping[str, Json], model: type[BaseModel]) -> None:
    """Raise InvalidInputError for an argument that the tool does not have."""
    known = tuple(model.model_fields)
    unknown = [name for name in arguments if name not in known]
    if not unknown:
        return
    near = difflib.get_close_matches(unknown[0], known, n=1)
    meant = f"did you mean {near[0]!r}? " if near else ""
    raise InvalidInputError(
        f"there is no argument {unknown[0][:_SHOWN]!r}",
        hint=f"{meant}arguments: {', '.join(known)}",
    )


def explain(error: ValidationError, model: type[BaseModel]) -> InvalidInputError:
    """Return one sentence for all that was wrong with the arguments of a call."""
    wrong = [_sentence(one) for one in error.errors(include_url=False)]
    names = dict.fromkeys(str(one["loc"][0]) for one in error.errors() if one["loc"])
    allowed = [
        f"{name}: {model.model_fields[name].description}"
        for name in names
        if name in model.model_fields and model.model_fields[name].description
    ]
    return InvalidInputError("; ".join(dict.fromkeys(wrong)), hint=" | ".join(allowed))


def _sentence(one: ErrorDetails) -> str:
    name = str(one["loc"][0]) if one["loc"] else "the call"
    if one["type"] == "missing":
        return f"{name!r} is missing"
    rule = re.sub(r"^Input should be |^Value error, ", "", one["msg"])
    return f"{name} {str(one['input'])[:_SHOWN]!r} should be {rule}"
