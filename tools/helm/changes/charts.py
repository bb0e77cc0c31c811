"""The chart that a change is about: of a configured repository, or as the release keeps it."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.helm.changes.outlook import Chart
from clusterwright.tools.helm.chart_crds import CRD
from clusterwright.tools.helm.charts.archive_of import archive_of
from clusterwright.tools.helm.charts.fetch import Fetched, fetch
from clusterwright.tools.helm.objects import parse
from clusterwright.tools.manifest import Manifest, text

if TYPE_CHECKING:
    from clusterwright.tools.helm.changes.upgrade import ChartChange
    from clusterwright.tools.helm.charts.chart import Chart as ChartFiles
    from clusterwright.tools.helm.record import Release

_CHANCE = re.compile(
    rb"\b(rand(AlphaNum|Alpha|Numeric|Ascii|Bytes|Int)|uuidv4|gen(CA|PrivateKey|Self\w+|Signed\w+)"
    rb"|htpasswd|bcrypt|now|shuffle|date\w*|ago)\b"
)
"""Functions of sprig whose result is another one each time, or depends on the clock."""


async def chart_for(change: "ChartChange", current: "Release | None") -> Chart:
    """Return the chart of a change as an archive; raise ToolError where it cannot be had."""
    if change.chart:
        return _described(await fetch(change.chart, change.version))
    if change.version:
        raise InvalidInputError(
            f"version {change.version[:60]!r} of which chart? A release does not tell where its"
            " chart came from",
            hint="pass chart=repository/name; helm_search_charts lists them",
        )
    if current is None:
        raise InvalidInputError("which chart?", hint="chart=repository/name")
    return _described(await archive_of(current))


def _described(found: Fetched) -> Chart:
    return Chart(
        archive=str(found.archive),
        digest=found.digest,
        source=found.source,
        name=found.name,
        version=found.version,
        provenance=found.provenance,
        changed=found.changed,
        crds=tuple(_crds(found.chart)),
        values=found.chart.values,
        chance=_uses_chance(found.chart),
    )


def _crds(chart: "ChartFiles") -> Iterator[Manifest]:
    """Yield the CRDs of a chart and of the charts below it, as Helm installs them."""
    for path in chart.crds:
        for _, one in parse(chart.files[path].decode(errors="replace")):
            if text(one, "kind") == CRD:
                yield one
    for below in chart.charts:
        yield from _crds(below)


def _uses_chance(chart: "ChartFiles") -> bool:
    """Return whether a template of a chart, or of one below it, may render otherwise."""
    own = any(_CHANCE.search(chart.files[path]) for path in chart.templates)
    return own or any(_uses_chance(below) for below in chart.charts)
