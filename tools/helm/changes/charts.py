"""The chart that a change is about: of a configured repository, or as the release keeps it."""

from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.helm.changes.outlook import Chart
from clusterwright.tools.helm.changes.upgrade import ChartChange
from clusterwright.tools.helm.charts.archive_of import archive_of
from clusterwright.tools.helm.charts.chart import read_chart
from clusterwright.tools.helm.charts.fetch import Fetched, fetch
from clusterwright.tools.helm.record import Release


async def chart_for(change: ChartChange, current: Release | None) -> Chart:
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
    chart = read_chart(found.archive)
    return Chart(
        str(found.archive),
        found.digest,
        found.source,
        found.name,
        found.version,
        found.provenance,
        tuple(one for one in chart.crds),
    )
