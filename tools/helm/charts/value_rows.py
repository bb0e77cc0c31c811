"""The values of a chart one by one: default, type, what is said of it, what the schema asks."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from clusterwright.tools.excerpt import one_line
from clusterwright.tools.field_path import MISSING, Path
from clusterwright.tools.helm.charts.chart import Chart, alias_of, names_chart
from clusterwright.tools.helm.charts.comments import comments
from clusterwright.tools.helm.values import ChartValues, computed
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


def value_rows(chart: Chart, over: Manifest | None = None, at: Path = ()) -> Iterator[ValueRow]:
    """Yield the values of a chart in the order of its values.yaml, then those of its schema only.

    A mapping that the chart leaves empty is one value, and so is a list. Those of charts below are
    told by a row for each such chart; those of one are had with its values and its path.

    Args:
        chart: the chart.
        over: what the chart above brings for it.
        at: where its values are among those that are supplied.
    """
    values = computed(ChartValues(chart.name, chart.values), over or {})
    schema, below = chart.schema or {}, dict(charts_below(chart))
    own = {key: one for key, one in values.items() if key not in below}
    rows = _Rows(schema, comments(chart.values_text), at)
    yield from rows.of(own, schema, (), tuple(below))
    for name, one in below.items():
        brought = mapping(values, name)
        number = sum(1 for _ in value_rows(one, brought)) if len(at) < _DEEPEST else 0
        said = f"{number} values of the chart {one.name} {one.version}"
        yield ValueRow((*at, name), "chart", MISSING, one_line(said), "", required=False)


def charts_below(chart: Chart) -> Iterator[tuple[str, Chart]]:
    """Yield the charts below one, each with the name that values have for it."""
    for one in chart.charts:
        stated = [alias_of(named) for named in chart.requirements if names_chart(named, one)]
        for name in stated or [one.name]:
            yield name, one


@dataclass(frozen=True, slots=True)
class _Rows:
    whole: Manifest
    """The schema, for what refers to parts of it."""
    said: Mapping[Path, str]
    at: Path

    def of(
        self, values: Manifest, schema: Manifest, path: Path, without: tuple[str, ...] = ()
    ) -> Iterator[ValueRow]:
        """Yield the rows of a mapping."""
        required, stated = texts(schema, "required"), mapping(schema, "properties")
        known = [one for one in stated if one not in values and one not in without]
        for name in (*values, *known):
            here = (*path, name)
            below = _resolved(mapping(stated, name), self.whole)
            default = values.get(name, MISSING)
            inner = mapping(default) if default is not MISSING else {}
            opened = inner or (default is MISSING and mapping(below, "properties"))
            if opened and len(here) < _DEEPEST:
                yield from self.of(inner, below, here)
                continue
            words = self.said.get(here) or one_line(text(below, "description"), 300)
            kind, needed = _type(default, below), name in required
            yield ValueRow((*self.at, *here), kind, default, words, _rules(below), needed)


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
