"""Wrong calls explained: which name or value, what was wrong with it, what would be right."""

import difflib
import json
import re
from collections.abc import Mapping, Sequence
from typing import get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.manifest import Json

_SHOWN = 80
_SHOULD = re.compile(r"[A-Z][a-z]+ should (.*)", re.DOTALL)
"""How most sentences of pydantic begin: `Input should be ...`, `String should have ...`."""
_HELD_BACK = {"plan_change": "plan", "apply_change": "write"}
"""Tools that a server has only where whoever starts it lets it, by the end of their names."""
_OF_AGENT = {"plan_fix": "plan", "apply_fix": "write"}
"""The same of the agent, whose names have no prefix."""
_LISTS = frozenset({"list_type", "tuple_type", "set_type", "frozen_set_type"})
_PAIR = re.compile(r"\s*([^=,\s]+)\s*[=:]\s*([^=,\s]*)\s*\Z")


def check_names(arguments: Mapping[str, Json], model: type[BaseModel]) -> None:
    """Raise InvalidInputError for an argument that the tool does not have."""
    known = tuple(model.model_fields)
    unknown = [name for name in arguments if name not in known]
    if not unknown:
        return
    for form in known:
        inside = [name for name in unknown if name in _fields(model, form)]
        if inside:
            example = ", ".join(f'"{name}": ...' for name in inside)
            raise InvalidInputError(
                f"there is no argument {inside[0]!r}: it belongs into {form}",
                hint=f"{form}: [{{{example}}}]",
            )
    raise _unknown("argument", unknown[0], known)


def unknown_tool(name: str, known: Sequence[str]) -> InvalidInputError:
    """Return the error for a tool that the server does not have, or was not let have."""
    prefix, _, what = name.partition("_")
    of_domain = sum(one.startswith(f"{prefix}_") for one in known) > 1
    needed = _HELD_BACK.get(what) if of_domain else None
    needed = needed or (_OF_AGENT.get(name) if "diagnose" in known else None)
    if needed:
        return InvalidInputError(
            f"{name!r} is not offered: this server was started without it",
            hint=f"a person can start it with --access {needed}",
        )
    return _unknown("tool", name, known)


def _unknown(what: str, name: str, known: Sequence[str]) -> InvalidInputError:
    near = difflib.get_close_matches(name[:_SHOWN], known, n=1)
    meant = f"did you mean {near[0]!r}? " if near else ""
    return InvalidInputError(
        f"there is no {what} {name[:_SHOWN]!r}", hint=f"{meant}{what}s: {', '.join(known)}"
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
    allowed += [
        f"fields: {', '.join(fields)}"
        for one in error.errors(include_url=False)
        if one["type"] == "extra_forbidden" and (fields := _fields(model, str(one["loc"][0])))
    ][:1]
    return InvalidInputError("; ".join(dict.fromkeys(wrong)), hint=" | ".join(allowed))


def _fields(model: type[BaseModel], name: str) -> tuple[str, ...]:
    """Return the fields of what an argument is a list of, if it is one of forms."""
    known = model.model_fields.get(name)
    forms = (one for one in get_args(known.annotation) if isinstance(one, type)) if known else ()
    return next((tuple(one.model_fields) for one in forms if issubclass(one, BaseModel)), ())


def _sentence(one: ErrorDetails) -> str:
    name = str(one["loc"][0]) if one["loc"] else "the call"
    if one["type"] == "missing":
        return f"{name!r} is missing"
    if one["type"] == "extra_forbidden":
        return f"{name} has no field {str(one['loc'][-1])[:_SHOWN]!r}"
    given, rule = repr(str(one["input"])[:_SHOWN]), one["msg"]
    if one["type"] == "value_error":
        return f"{name} {given}: {rule.removeprefix('Value error, ')}"
    known = _SHOULD.match(rule)
    should = known[1] if known else f"be {rule}"
    return f"{name} {given} should {should.replace('tuple', 'list')}{_example(one)}"


def _example(one: ErrorDetails) -> str:
    """Return what was given in the form that it should have, where that is easily told."""
    given = one["input"]
    if not isinstance(given, str) or len(given) > _SHOWN:
        return ""
    if one["type"] in _LISTS:
        return f", as {json.dumps([given], ensure_ascii=False)}"
    if one["type"] == "dict_type":
        pairs = [_PAIR.match(part) for part in given.split(",")]
        made = {pair[1]: pair[2] for pair in pairs if pair} if all(pairs) else {"key": "value"}
        return f", as {json.dumps(made, ensure_ascii=False)}"
    return ""
