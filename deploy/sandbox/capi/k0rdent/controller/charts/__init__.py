"""The charts that there are: simulated, with the values and schemas of their kind."""

from clusterwright.deploy.sandbox.capi.k0rdent.controller.charts.chart import Chart
from clusterwright.deploy.sandbox.capi.k0rdent.controller.charts.clusters import CLUSTERS
from clusterwright.deploy.sandbox.capi.k0rdent.controller.charts.providers import PROVIDERS
from clusterwright.deploy.sandbox.capi.k0rdent.controller.charts.services import SERVICES

CHARTS: tuple[Chart, ...] = (*PROVIDERS, *CLUSTERS, *SERVICES)
_BY_NAME = {(one.name, one.version): one for one in CHARTS}


def chart_of(name: str, version: str) -> Chart | None:
    """Return a chart; a name may come as Sveltos writes it, behind its repository's."""
    return _BY_NAME.get((name.rpartition("/")[2], version.removeprefix("v")))


def not_found(name: str, version: str) -> str:
    """Return what Flux and Helm say about a chart that there is none of."""
    return f"no '{name.rpartition('/')[2]}' chart with version matching '{version}' found"


__all__ = ["CHARTS", "Chart", "chart_of", "not_found"]
