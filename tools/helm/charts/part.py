"""What a view of a chart shows: facts, rows of a table, a text, or a value."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import cast

from clusterwright.tools.errors import NotFoundError
from clusterwright.tools.excerpt import few, one_line
from clusterwright.tools.field_path import MISSING, Path, parse, read, spell
from clusterwright.tools.helm.charts.chart import Chart, chart_values
from clusterwright.tools.helm.charts.dependencies import dependencies, problems
from clusterwright.tools.helm.charts.fetch import Fetched
from clusterwright.tools.helm.charts.value_rows import ValueRow, charts_below, value_rows
from clusterwright.tools.helm.objects import parse as parse_manifest
from clusterwright.tools.helm.values import computed
from clusterwright.tools.kubernetes.select import outline, size
from clusterwright.tools.manifest import Json, Manifest, items, mapping, name_of, text
from clusterwright.tools.neutral import neutral_json
from clusterwright.tools.redaction import REDACTED, redact, redact_text

_WHOLE = 4_000
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Part:
    """What is shown of a chart. Redacted."""

    facts: Mapping[str, str] = field(default_factory=dict[str, str])
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    text: str = ""
    value: Json = None
    outline: Mapping[str, str] = field(default_factory=dict[str, str])
    note: str = ""


def overview(fetched: Fetched) -> Part:
    """Return what a chart is, where it came from, and what there is to look at."""
    chart = fetched.chart
    crds, readme = sum(len(one.crds) for _, one in chart.all()), len(chart.readme)
    facts = {
        "description": one_line(text(chart.metadata, "description"), 300),
        "app version": one_line(str(chart.metadata.get("appVersion") or ""), 100),
        "type": "library: brings templates to other charts only" if chart.library else "",
        "deprecated": "yes" if chart.metadata.get("deprecated") is True else "",
        "kubernetes": one_line(text(chart.metadata, "kubeVersion"), 100),
        "home": one_line(text(chart.metadata, "home"), _LONGEST),
        "digest": fetched.digest,
        "source": one_line(fetched.source, 400),
        "provenance": fetched.provenance,
        "changed": fetched.changed,
        "values": f"{sum(1 for _ in value_rows(chart))}{', with a schema' if chart.schema else ''}",
        "templates": str(len(chart.templates)),
        "crds": f"{crds}: installed once, never upgraded" if crds else "",
        "charts below": few([f"{one.name} {one.version}" for one in chart.charts], 12),
        "readme": f"{readme} characters" if readme else "",
    }
    wrong = [f"{where}: {one}" for where, each in chart.all() for one in problems(each)]
    if chart.schema_is_broken:
        wrong.append("values.schema.json is no JSON object: helm refuses the chart")
    return Part({k: v for k, v in facts.items() if v}, ("problem",), tuple((w,) for w in wrong))


def values(chart: Chart, path: str) -> Part:
    """Return the values that a chart takes, or those below a path."""
    wanted = parse(path) if path else ()
    rows = list(_along(chart, {}, (), wanted))
    if not rows:
        top = [spell(one.path[:1]) for one in value_rows(chart)]
        raise NotFoundError(
            f"the chart {chart.name!r} knows no value {path[:120]!r}",
            hint=f"it knows {few(list(dict.fromkeys(top)), 20)}",
        )
    told = tuple(_told(one) for one in rows)
    note = (
        "pass path to see the values of a chart below" if any(r[1] == "chart" for r in told) else ""
    )
    return Part(columns=("value", "type", "default", "rules", "about"), rows=told, note=note)


def _along(chart: Chart, over: Manifest, at: Path, wanted: Path) -> Iterator[ValueRow]:
    """Yield rows at, below or around a path; a chart on the way is opened."""
    below = dict(charts_below(chart))
    inner = wanted[: len(at) + 1]
    if len(inner) > len(at) and inner[-1] in below:
        named = str(inner[-1])
        brought = mapping({**chart.values, **over}, named)
        yield from _along(below[named], brought, (*at, named), wanted)
        return
    for one in value_rows(chart, over, at):
        shorter = min(len(one.path), len(wanted))
        if one.path[:shorter] == wanted[:shorter]:
            yield one


def _told(row: ValueRow) -> tuple[str, ...]:
    default = "" if row.default is MISSING else next(iter(outline([_safe(row)]).values()))
    needed = "; ".join(one for one in ("required" if row.required else "", row.rules) if one)
    kept = (spell(row.path), row.type, default, needed, redact_text(row.said))
    return tuple(one_line(one, 300) for one in kept)


def _safe(row: ValueRow) -> Json:
    """Return a default without secrets, which the names above it give away as well."""
    whole: Json = row.default
    for step in reversed(row.path):
        whole = {str(step): whole}
    found = read(redact(cast("Manifest", whole)), row.path)
    return REDACTED if found is MISSING else found


def schema(chart: Chart, path: str) -> Part:
    """Return the schema of a chart's values, whole or at a path; of a chart below by its name."""
    if chart.schema is None:
        there = [where for where, one in chart.all() if one.schema]
        raise NotFoundError(
            f"the chart {chart.name!r} has no schema of its values",
            hint=f"those have: {few(there)}" if there else "view=values tells what it takes",
        )
    whole = redact(chart.schema)
    found = read(whole, parse(path)) if path else whole
    if found is MISSING:
        raise NotFoundError(
            f"the schema has nothing at {path[:120]!r}",
            hint=f"as in properties.{next(iter(mapping(chart.schema, 'properties')), 'name')}",
        )
    return _value(neutral_json(found), path or "$")


def _value(found: Json, path: str) -> Part:
    if size(found) <= _WHOLE:
        return Part(value=found)
    note = f"{size(found)} bytes in all; pass a narrower path"
    return Part(outline=outline(found, path), note=note)


def readme(chart: Chart) -> Part:
    """Return the README."""
    if not chart.readme:
        raise NotFoundError(
            f"the chart {chart.name!r} has no README", hint="view=values tells what it takes"
        )
    return Part(text=redact_text(chart.readme))


def crds(chart: Chart) -> Part:
    """Return the CRDs that are installed with a chart, once."""
    rows = [
        (
            one_line(name_of(crd), _LONGEST),
            text(crd, "spec", "names", "kind")[:_LONGEST],
            few([text(one, "name") for one in items(crd, "spec", "versions")]),
            f"{where}/{path}",
        )
        for where, one in chart.all()
        for path in one.crds
        for _, crd in parse_manifest(one.read(path))
        if text(crd, "kind") == "CustomResourceDefinition"
    ]
    note = "Helm installs them once and never upgrades or removes them"
    return Part(columns=("crd", "kind", "versions", "file"), rows=tuple(rows), note=note)


def needs(chart: Chart) -> Part:
    """Return the charts that a chart depends on, and the charts below on others."""
    rows: list[tuple[str, ...]] = []
    wrong: list[str] = []
    for where, one in chart.all():
        seen = computed(chart_values(one), {})
        rows += [
            (
                f"{where}/{each.alias}"
                if each.alias == each.name
                else f"{where}/{each.alias} ({each.name})",
                each.wanted,
                each.found or "missing",
                each.locked,
                "on" if each.enabled else "off",
                "; ".join(part for part in (each.condition, ", ".join(each.tags)) if part),
                each.repository,
            )
            for each in dependencies(one, seen)
        ]
        wrong += [f"{where}: {sentence}" for sentence in problems(one)]
    head = ("chart", "wanted", "found", "locked", "by default", "switched by", "repository")
    told = tuple(tuple(one_line(cell, _LONGEST) for cell in row) for row in rows)
    return Part({f"problem {n}": one for n, one in enumerate(wrong, 1)}, head, told)
