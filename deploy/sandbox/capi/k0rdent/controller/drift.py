"""Drift: what was changed by hand on a workload cluster, told in a ResourceSummary.

As the drift detection of Sveltos does it without an agent: the ResourceSummary is in the management
cluster.
"""

import httpx
import yaml

from clusterwright.deploy.sandbox.capi.k0rdent.controller import deploy
from clusterwright.deploy.sandbox.capi.k0rdent.controller.charts import chart_of
from clusterwright.deploy.sandbox.capi.k0rdent.controller.charts.chart import Release
from clusterwright.deploy.sandbox.capi.k0rdent.controller.releases import release_of
from clusterwright.deploy.sandbox.capi.k0rdent.controller.world import World, key_of, owned_by
from clusterwright.deploy.sandbox.capi.provider.api import Api
from clusterwright.tools.manifest import Json, Manifest, items, mapping, name_of, namespace_of, text


def watch_drift(world: World, one: Manifest, api: Api) -> None:
    """Keep the ResourceSummary of a ClusterSummary."""
    charts: list[Manifest] = []
    changed: list[Manifest] = []
    for release in items(one, "status", "helmReleaseSummaries"):
        chart = chart_of(text(release, "chartName"), text(release, "chartVersion"))
        if chart is None or not text(release, "valuesHash"):
            continue
        namespace, name = release_of(release)
        values = _values(one, (namespace, name))
        made = chart.render(Release(name, namespace), chart.with_defaults(values))
        about = {
            "chartName": text(release, "chartName"),
            "releaseName": name,
            "releaseNamespace": namespace,
        }
        charts.append(about | {"group": [_identity(m) for m in made]})
        try:
            changed += [about] if deploy.drifted(api, made) else []
        except httpx.HTTPError:
            return
    labels = {
        "projectsveltos.io/cluster-summary-name": name_of(one),
        "projectsveltos.io/cluster-summary-namespace": namespace_of(one),
    }
    found = world.ensure(
        "ResourceSummary",
        *key_of(one),
        {"chartResources": charts},
        labels=labels,
        annotations=dict(labels),
        ownerReferences=owned_by(one),
    )
    world.tell(found, {"helmResourcesChanged": bool(changed), "driftedHelmCharts": changed})


def _values(one: Manifest, release: tuple[str, str]) -> Manifest:
    for chart in items(one, "spec", "clusterProfileSpec", "helmCharts"):
        if release_of(chart) == release:
            loaded: Json = yaml.safe_load(text(chart, "values") or "{}")
            return mapping(loaded)
    return {}


def _identity(one: Manifest) -> Manifest:
    group, _, version = text(one, "apiVersion").rpartition("/")
    return {
        "group": group,
        "version": version,
        "kind": text(one, "kind"),
        "namespace": namespace_of(one),
        "name": name_of(one),
    }
