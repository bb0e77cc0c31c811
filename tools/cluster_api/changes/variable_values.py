"""Values of a ClusterClass's variables, judged by its schemas before any dry run.

The API server would refuse a wrong one too, in words that name a path into the topology. Here it
is the variable that is named, what it may be, and what was given. Rules in CEL and schemas that are
none are left to the API server. As Cluster API does it, a value must fit each definition that a
variable has (cluster-api, internal/topology/variables).
"""

import difflib
import json
from collections.abc import Iterator, Mapping
from typing import cast

from jsonschema_rs import Draft4Validator

from clusterwright.tools.cluster_api.class_variables import Variable
from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.excerpt import few, one_line
from clusterwright.tools.manifest import Json, Manifest, items, mapping, text, truth
from clusterwright.tools.redaction import redact
from clusterwright.tools.schema import Violation, broken, limit

Definitions = Mapping[str, list[Manifest]]
_MOST = 5
_LONGEST, _CHOICES = 80, 30
_INT_OR_STRING = "x-kubernetes-int-or-string"


def definitions_of(found: Manifest) -> Definitions:
    """Return the definitions of each variable; a status has those of runtime extensions too."""
    known = {
        text(one, "name"): items(one, "definitions") for one in items(found, "status", "variables")
    }
    for one in items(found, "spec", "variables"):
        known.setdefault(text(one, "name"), [one])
    return known


def check_values(found: Manifest, values: Mapping[str, Json], *, where: str = "") -> None:
    """Raise InvalidInputError for values that a class does not take; null is for its default.

    `where` is the pool that they are for.
    """
    known = definitions_of(found)
    wrong: list[str] = []
    told: list[str] = []
    for name, value in values.items():
        if name not in known:
            wrong.append(f"there is no variable {name[:_LONGEST]!r}")
            told.append(_nearest(name, known))
        elif value is not None and (bad := list(_violations(name, value, known[name]))):
            wrong += bad
            told += _lines(name, known[name])
    if wrong:
        more = f"; and {len(wrong) - _MOST} more" if len(wrong) > _MOST else ""
        of = f"of {where}: " if where else ""
        raise InvalidInputError(
            f"{of}{'; '.join(wrong[:_MOST])}{more}", hint=one_line("; ".join(told), 800)
        )


def check_required(found: Manifest, values: Mapping[str, Json]) -> None:
    """Raise InvalidInputError for required variables that have neither a value nor a default."""
    known = definitions_of(found)
    missing = [
        name
        for name, definitions in known.items()
        if values.get(name) is None and any(_asks(one) for one in definitions)
    ]
    if missing:
        lines = [line for name in missing for line in _lines(name, known[name])]
        many = "variables" if len(missing) > 1 else "the variable"
        raise InvalidInputError(
            f"{many} {', '.join(missing)} must be given", hint=one_line("; ".join(lines), 800)
        )


def _asks(definition: Manifest) -> bool:
    return truth(definition, "required") and "default" not in _schema(definition)


def _schema(definition: Manifest) -> Manifest:
    return mapping(definition, "schema", "openAPIV3Schema")


def _lines(name: str, definitions: list[Manifest]) -> list[str]:
    """Return what a variable may be, in a line; equal definitions once."""
    lines = [Variable.of(name, one, conflict=False).line() for one in definitions]
    return list(dict.fromkeys(lines))


def _nearest(name: str, known: Definitions) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    first = f"did you mean {near[0]}? " if near else ""
    return f"{first}the class has {', '.join(sorted(known)) or 'none'}"


def _violations(name: str, value: Json, definitions: list[Manifest]) -> Iterator[str]:
    shown = _shown(name, value)
    said: set[str] = set()
    for definition in definitions:
        for one in broken(Draft4Validator, _readable(_schema(definition)), value) or ():
            place = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in one.path)
            of = f" at {name}{place}" if place else ""
            sentence = f"{name} is {shown}{of}, but {_rule(one)}"
            if sentence not in said:
                said.add(sentence)
                yield sentence


def _rule(one: Violation) -> str:
    """Return what a schema asks for where a value breaks it."""
    wanted = one.wanted
    if one.rule == "type":
        return f"must be of type {wanted}, not {_type(one.instance)}"
    if one.rule == "enum":
        return f"must be one of {few([_json(choice) for choice in wanted], _CHOICES)}"
    if one.rule == "required":
        given = mapping(one.instance)
        return f"misses {', '.join(str(key) for key in wanted if key not in given)}"
    if one.rule == "additionalProperties":
        return "has a field that is not known"
    return limit(one)


def _readable(schema: Json) -> Json:
    """Return an OpenAPI schema of Kubernetes as JSON Schema: `nullable`, and int-or-string."""
    if isinstance(schema, list):
        return [_readable(one) for one in cast("list[Json]", schema)]
    if not isinstance(schema, dict):
        return schema
    members = {
        # A variable may be called `type`: what lies below these is named by whoever wrote it.
        key: {k: _readable(v) for k, v in cast("Manifest", one).items()}
        if key == "properties" and isinstance(one, dict)
        else one
        if key in {"default", "example", "enum"}
        else _readable(one)
        for key, one in cast("Manifest", schema).items()
    }
    kind = members.get("type")
    if truth(members, _INT_OR_STRING):
        members["type"] = ["integer", "string"]
    elif truth(members, "nullable") and isinstance(kind, str):
        members["type"] = [kind, "null"]
    return members


def _type(value: Json) -> str:
    if isinstance(value, bool):
        return "boolean"
    for kind, name in ((int, "integer"), (float, "number"), (str, "string"), (list, "array")):
        if isinstance(value, kind):
            return name
    return "null" if value is None else "object"


def _shown(name: str, value: Json) -> str:
    """Return a value as it may be told under its name, which can tell that it is a secret."""
    return _json(mapping(redact({name: value})).get(name))


def _json(value: Json) -> str:
    return one_line(json.dumps(value, ensure_ascii=False), _LONGEST)
