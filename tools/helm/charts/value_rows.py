"""The values of a chart one by one: default, type, what is said of it, what the schema asks."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from clusterwright.tools.excerpt import one_line
from clusterwright.tools.field_path import MISSING, Path
from clusterwright.tools.helm.charts.chart import Chart
from clusterwright.tools.helm.charts.comments import comments
from clusterwright.tools.manifest import Json, Manifest, items, mapping, text, texts

_DEEPEST = 30
_LONGEST = 120
_RULES = (
    ("pattern", "pattern {}"),
    ("minimum", "at least {}"),
    ("maximum", "at most {}"),
    ("minLength", "at least {} characters"),
    ("maxLength", "at most {} characters"),
    ("format", "a {}"),
)
_TYPES = (
    (str, "string"),
    (bool, "boolean"),
    (int, "integer"),
    (float, "number"),
    (list, "array"),
    (dict, "object"),
)


@dataclass(frozen=True, slots=True)
class ValueRow:
    """One value that a chart takes."""

    path: Path
    type: str
    default: Json
    """MISSING where the chart brings none."""
    said: str
    rules: str
    required: bool


def value_rows(chart: Chart) -> Iterator[ValueRow]:
    """Yield the values of a chart in the order of its values.yaml, then those of its schema only.

    A mapping that the chart leaves empty is one value, and so is a list.
    """
    values, schema = chart.values, chart.schema or {}
    said = comments(chart.values_text)
    yield from _rows(values, schema, schema, (), said)


def _rows(
    values: Manifest, schema: Manifest, whole: Manifest, path: Path, said: Mapping[Path, str]
) -> Iterator[ValueRow]:
    required = texts(schema, "required")
    names = [*values, *(one for one in mapping(schema, "properties") if one not in values)]
    for name in names:
        here = (*path, name)
        below = _resolved(mapping(schema, "properties", name), whole)
        default = values.get(name, MISSING)
        inner = mapping(default) if default is not MISSING else {}
        opened = inner or (default is MISSING and mapping(below, "properties"))
        if opened and len(here) < _DEEPEST:
            yield from _rows(inner, below, whole, here, said)
            continue
        words = said.get(here) or one_line(text(below, "description"), 300)
        kind = _type(default, below)
        yield ValueRow(here, kind, default, words, _rules(below), name in required)


def _type(default: Json, schema: Manifest) -> str:
    stated = schema.get("type")
    if isinstance(stated, str):
        return one_line(stated, 40)
    if isinstance(stated, list):
        return one_line("|".join(texts(schema, "type")), 60)
    if default is MISSING:
        return ""
    return next((told for kind, told in _TYPES if isinstance(default, kind)), "null")


def _rules(schema: Manifest) -> str:
    found: list[str] = []
    choices = schema.get("enum")
    if isinstance(choices, list):
        found.append(f"one of {json.dumps(choices, ensure_ascii=False)}")
    found += [told.format(schema[key]) for key, told in _RULES if key in schema]
    for keyword in ("anyOf", "oneOf"):
        kinds = [text(one, "type") for one in items(schema, keyword)]
        if kinds and all(kinds):
            found.append(f"any of {', '.join(kinds)}")
    return one_line("; ".join(found), _LONGEST)


def _resolved(schema: Manifest, whole: Manifest) -> Manifest:
    """Return what a reference within the schema is to, a few steps far."""
    for _ in range(5):
        pointer = text(schema, "$ref")
        if not pointer.startswith("#/"):
            return schema
        parts = [one.replace("~1", "/").replace("~0", "~") for one in pointer[2:].split("/")]
        schema = mapping(whole, *parts)
    return schema
