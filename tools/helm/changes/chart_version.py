"""What is at stake when a release goes to another version of its chart, or to another chart."""

from clusterwright.tools.helm.changes.outlook import Outlook
from clusterwright.tools.helm.charts.versions import major, older
from clusterwright.tools.trust.risk import Risk


def risks_of_version(found: Outlook) -> tuple[tuple[Risk, str], ...]:
    """Return the risks of the step from one version of a chart to another."""
    old, new = found.deployed or found.newest, found.target
    if old is None or new is None:
        return ()
    if old.chart_name != new.chart_name:
        return ((Risk.HIGH, f"another chart: {old.chart_name} becomes {new.chart_name}"),)
    told = f"chart {new.chart_name} {old.chart_version} -> {new.chart_version}"
    if older(new.chart_version, old.chart_version):
        return ((Risk.HIGH, f"{told} goes back to an older version"),)
    if major(new.chart_version) > major(old.chart_version):
        return ((Risk.MEDIUM, f"{told} is another major version"),)
    return ()
