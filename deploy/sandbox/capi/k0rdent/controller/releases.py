"""The Helm releases of a ClusterSummary: who manages them, and what became of them."""

import base64
import hashlib
import json

import httpx
import yaml

from clusterwright.deploy.sandbox.capi.k0rdent.controller import deploy
from clusterwright.deploy.sandbox.capi.k0rdent.controller.charts import chart_of, not_found
from clusterwright.deploy.sandbox.capi.k0rdent.controller.charts.chart import Release
from clusterwright.deploy.sandbox.capi.k0rdent.controller.feature import feature
from clusterwright.deploy.sandbox.capi.k0rdent.controller.world import World, leaving, said
from clusterwright.deploy.sandbox.capi.provider.api import Api
from clusterwright.tools.manifest import (
    Manifest,
    items,
    mapping,
    name_of,
    number,
    text,
    truth,
)

DRIFT = "ContinuousWithDriftDetection"


def helm(world: World, one: Manifest, api: Api) -> tuple[list[Manifest], Manifest | None]:
    """Install every chart that this profile manages; the first failure stops it, unless told."""
    spec = mapping(one, "spec", "clusterProfileSpec")
    charts = items(spec, "helmCharts")
    before = {release_of(r): r for r in items(one, "status", "helmReleaseSummaries")}
    withdraw(api, one, {release_of(chart) for chart in charts})
    if not charts:
        return [], None
    releases: list[Manifest] = []
    failures: list[str] = []
    conflicts: list[str] = []
    stopped = False
    for chart in charts:
        entry = _entry(chart, before.get(release_of(chart), {}))
        manager = _manager(world, one, chart)
        if manager is not None:
            words = f"cannot manage chart {'/'.join(release_of(chart))}. ClusterSummary"
            entry |= {"status": "Conflict", "conflictMessage": f"{words} {manager} managing it.\n"}
            conflicts.append(entry["conflictMessage"])
            stopped |= not truth(spec, "continueOnConflict")
        elif not stopped:
            failure = _install(api, chart, entry, watched=text(spec, "syncMode") == DRIFT)
            if failure:
                failures.append(
                    f"chart={text(chart, 'chartName')},"
                    f" releaseNamespace={release_of(chart)[0]}, releaseName={release_of(chart)[1]}:"
                    f" {failure}"
                )
                stopped |= not truth(spec, "continueOnError")
        releases.append(entry)
    told = feature(one, "Helm", charts, "\n".join(failures), "".join(conflicts))
    return releases, told


def withdraw(api: Api, one: Manifest, wanted: set[tuple[str, str]]) -> None:
    """Take away the releases that the profile names no longer."""
    if text(one, "spec", "clusterProfileSpec", "stopMatchingBehavior") == "LeavePolicies":
        return
    for release in items(one, "status", "helmReleaseSummaries"):
        if release_of(release) in wanted or not text(release, "valuesHash"):
            continue
        chart = chart_of(text(release, "chartName"), text(release, "chartVersion"))
        if chart is not None:
            namespace, name = release_of(release)
            made = chart.render(Release(name, namespace), chart.with_defaults({}))
            deploy.take_away(api, made)


def release_of(chart: Manifest) -> tuple[str, str]:
    """Return the namespace and name of a chart's release."""
    return text(chart, "releaseNamespace"), text(chart, "releaseName")


def _entry(chart: Manifest, before: Manifest) -> Manifest:
    namespace, name = release_of(chart)
    kept = {key: before[key] for key in ("valuesHash",) if key in before}
    return kept | {
        "releaseName": name,
        "releaseNamespace": namespace,
        "chartName": text(chart, "chartName"),
        "chartVersion": text(chart, "chartVersion"),
        "repoURL": text(chart, "repositoryURL"),
        "status": "Managing",
    }


def _install(api: Api, chart: Manifest, entry: Manifest, *, watched: bool) -> str:
    """Install a chart that is new, changed, or drifted under watch; return what failed."""
    found = chart_of(text(chart, "chartName"), text(chart, "chartVersion"))
    if found is None:
        return not_found(text(chart, "chartName"), text(chart, "chartVersion"))
    try:
        values: Manifest = yaml.safe_load(text(chart, "values") or "{}") or {}
    except yaml.YAMLError as error:
        return f"failed to parse values: {error}"
    complaint = found.complaint(values)
    if complaint:
        entry["failureMessage"] = complaint
        return complaint
    namespace, name = release_of(chart)
    made = found.render(Release(name, namespace), found.with_defaults(values))
    wanted = base64.b64encode(hashlib.sha256(json.dumps(made).encode()).digest()).decode()
    try:
        if entry.get("valuesHash") != wanted or (watched and deploy.drifted(api, made)):
            deploy.put(api, made)
    except httpx.HTTPError as error:
        entry.pop("valuesHash", None)
        entry["failureMessage"] = said(error)
        return said(error)
    entry["valuesHash"] = wanted
    return ""


def _manager(world: World, one: Manifest, chart: Manifest) -> str | None:
    """Return which other ClusterSummary manages a release: lower tier first, then older."""
    rank = _rank(one)
    for other in world.all("ClusterSummary"):
        spec = mapping(other, "spec")
        same = spec.get("clusterName") == text(one, "spec", "clusterName") and spec.get(
            "clusterNamespace"
        ) == text(one, "spec", "clusterNamespace")
        if not same or name_of(other) == name_of(one) or leaving(other):
            continue
        claimed = {release_of(c) for c in items(spec, "clusterProfileSpec", "helmCharts")}
        if release_of(chart) in claimed and _rank(other) < rank:
            return name_of(other)
    return None


def _rank(one: Manifest) -> tuple[int, str, str]:
    tier = number(one, "spec", "clusterProfileSpec", "tier") or 100
    return tier, text(one, "metadata", "creationTimestamp"), name_of(one)
