"""Values judged by the schemas of a chart and of those below it, as helm judges them.

After helm/helm 4.3, pkg/chart/common/util/jsonschema.go. What a schema refers to elsewhere is not
fetched here: helm does that, and decides.
"""

import json
from dataclasses import dataclass
from typing import cast

from clusterwright.tools.excerpt import one_line
from clusterwright.tools.field_path import MISSING, read
from clusterwright.tools.helm.charts.chart import Chart, alias_of, names_chart
from clusterwright.tools.helm.charts.dependencies import enabled
from clusterwright.tools.helm.charts.wanted import wanted
from clusterwright.tools.helm.schema_draft import draft_of
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.redaction import REDACTED, redact
from clusterwright.tools.schema import broken

_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Refusal:
    """A value that a chart's schema does not take."""

    chart: str
    """Where the chart is that has the schema: `web`, `web/charts/db`."""
    pointer: str
    """Where the value is in the values that were supplied, as `/db/port`; as in helm's error."""
    given: str
    """What is there, on a short line and redacted."""
    wanted: str
    """What the schema asks for there."""

    def __str__(self) -> str:
        """Return it as a sentence."""
        return f"{self.pointer or '/'} is {self.given}, but {self.wanted}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the schemas say of values."""

    refusals: tuple[Refusal, ...]
    unjudged: tuple[str, ...] = ()
    """Charts whose schema cannot be judged here; helm judges it when it renders."""


def judge(chart: Chart, values: Manifest) -> Verdict:
    """Return what the schemas of a chart and of those that are on say of values.

    Args:
        chart: the chart.
        values: as its templates see them: `values.computed(chart_values(chart), supplied)`.
    """
    refusals: list[Refusal] = []
    unjudged: list[str] = []
    _judge(chart, values, values, chart.name, (), refusals, unjudged)
    return Verdict(tuple(refusals), tuple(unjudged))


def _judge(
    chart: Chart,
    values: Json,
    whole: Manifest,
    where: str,
    path: tuple[str | int, ...],
    refusals: list[Refusal],
    unjudged: list[str],
) -> None:
    if not isinstance(values, dict):
        if values is not None:
            refusals.append(_refusal(where, path, whole, "must be a mapping: they are a chart's"))
        return
    own = cast("Manifest", values)
    if chart.schema_is_broken:
        unjudged.append(where)
    elif chart.schema is not None:
        draft, formats = draft_of(chart.schema)
        found = broken(draft, chart.schema, own, formats=formats)
        if found is None:
            unjudged.append(where)
        for one in found or []:
            at, said = (*path, *one.path), wanted(one, chart.schema)
            refusals.append(_refusal(where, at, whole, said))
    for one in chart.charts:
        for name in _names(chart, one, own):
            if name in own:
                inner = f"{where}/charts/{one.name}"
                _judge(one, own[name], whole, inner, (*path, name), refusals, unjudged)


def _names(chart: Chart, below: Chart, values: Manifest) -> list[str]:
    """Return the names under which a chart below is switched on."""
    stated = [one for one in chart.requirements if names_chart(one, below)]
    if not stated:
        return [below.name]
    return [alias_of(one) for one in stated if enabled(one, values)]


def _refusal(where: str, path: tuple[str | int, ...], whole: Manifest, said: str) -> Refusal:
    pointer = "".join(f"/{str(one).replace('~', '~0').replace('/', '~1')}" for one in path)
    found = read(redact(whole), path)
    given = json.dumps(REDACTED if found is MISSING else found, ensure_ascii=False)
    return Refusal(where, one_line(pointer, 300), one_line(given, _LONGEST), said)
