"""What a rule of a schema asks for, in words that somebody who writes values can follow."""

import json
from collections.abc import Callable

from clusterwright.tools.excerpt import one_line
from clusterwright.tools.field_path import read
from clusterwright.tools.manifest import Json, Manifest, mapping, texts
from clusterwright.tools.schema import Violation, limit

_LONGEST = 160


def wanted(broken: Violation, schema: Manifest) -> str:
    """Return what is asked for where a rule is broken."""
    say = _SAID.get(broken.rule)
    return one_line(say(broken, schema) if say else limit(broken), _LONGEST)


def _type(broken: Violation, _schema: Manifest) -> str:
    kinds = texts({"all": broken.wanted}, "all") or [str(broken.wanted)]
    return f"must be of type {' or '.join(kinds)}"


def _required(broken: Violation, _schema: Manifest) -> str:
    names = texts({"all": broken.wanted}, "all") or [str(broken.wanted)]
    there = mapping(broken.instance)
    return f"lacks {', '.join(repr(name) for name in names if name not in there)}"


def _unknown(broken: Violation, schema: Manifest) -> str:
    known = mapping(read(schema, broken.schema_path[:-1]), "properties")
    names = [repr(name) for name in mapping(broken.instance) if name not in known]
    return f"holds {', '.join(names)}, which the schema does not know"


def _spelled(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)


_SAID: dict[str, Callable[[Violation, Manifest], str]] = {
    "type": _type,
    "enum": lambda one, _: f"must be one of {_spelled(one.wanted)}",
    "const": lambda one, _: f"must be {_spelled(one.wanted)}",
    "required": _required,
    "additionalProperties": _unknown,
    "unevaluatedProperties": _unknown,
}
