"""Flux's HelmReleases (fluxcd/helm-controller internal/reconcile), with simulated charts."""

import hashlib
import json

import httpx

from clusterwright.deploy.sandbox.capi.k0rdent.controller.charts import Chart, chart_of
from clusterwright.deploy.sandbox.capi.k0rdent.controller.charts.chart import Release
from clusterwright.deploy.sandbox.capi.k0rdent.controller.told import Told, ill
from clusterwright.deploy.sandbox.capi.k0rdent.controller.world import (
    World,
    first,
    key_of,
    leaving,
    said,
)
from clusterwright.tools.manifest import (
    Manifest,
    items,
    mapping,
    name_of,
    namespace_of,
    number,
    text,
    truth,
)

FINALIZER = "finalizers.fluxcd.io"


def helm_release(world: World, one: Manifest) -> None:
    """Install or upgrade what a release's chart makes, whenever chart or values changed."""
    release = Release(name_of(one), namespace_of(one))
    if leaving(one):
        _uninstall(world, one, release)
        return
    world.hold(one, FINALIZER)
    if truth(one, "spec", "suspend"):
        return
    reference = mapping(one, "spec", "chartRef")
    namespace = text(reference, "namespace") or release.namespace
    source = world.get("HelmChart", namespace, text(reference, "name"))
    chart = chart_of(text(source, "spec", "chart"), text(source, "status", "artifact", "revision"))
    if chart is None:
        about = f"{namespace}/{text(reference, 'name')}"
        waits = f"HelmChart '{about}' is not ready: latest generation of object has not been"
        world.tell(one, {}, [ill("Ready", f"{waits} reconciled", "SourceNotReady")])
        return
    values = mapping(one, "spec", "values")
    digest = hashlib.sha256(json.dumps([chart.version, values], sort_keys=True).encode())
    wanted = f"sha256:{digest.hexdigest()}"
    if text(one, "status", "lastAttemptedConfigDigest") != wanted or _failed_lately(world, one):
        _install(world, one, release, chart, wanted)
    else:
        world.tell(one, {"observedGeneration": number(one, "metadata", "generation")})


def _install(world: World, one: Manifest, release: Release, chart: Chart, digest: str) -> None:
    history = items(one, "status", "history")
    verb = "upgrade" if history else "install"
    about = f"release {release.namespace}/{release.name}"
    with_chart = f"with chart {chart.name}@{chart.version}"
    status: Manifest = {
        "lastAttemptedConfigDigest": digest,
        "lastAttemptedRevision": chart.version,
        "observedGeneration": number(one, "metadata", "generation"),
    }
    try:
        for made in chart.render(release, chart.with_defaults(mapping(one, "spec", "values"))):
            _apply(world, made)
    except httpx.HTTPStatusError as error:
        told = f"Helm {verb} failed for {about} {with_chart}: {said(error)}"
        world.tell(one, status, [ill("Ready", told, f"{verb.title()}Failed")])
        return
    version = len(history) + 1
    told = f"Helm {verb} succeeded for {about}.v{version} {with_chart}"
    entry = {
        "name": release.name,
        "namespace": release.namespace,
        "version": version,
        "chartName": chart.name,
        "chartVersion": chart.version,
        "status": "deployed",
    }
    status["history"] = [entry, *history][:5]
    world.tell(one, status, [Told("Ready", "True", f"{verb.title()}Succeeded", told)])


def _apply(world: World, made: Manifest) -> None:
    kind, version = text(made, "kind"), text(made, "apiVersion")
    if world.read(version, kind, *key_of(made)) is None:
        world.api.create(made)
    else:
        labels = {"metadata": {"labels": made["metadata"]["labels"]}}
        world.api.patch(made, labels | {"spec": made["spec"]})


def _failed_lately(world: World, one: Manifest) -> bool:
    """Return whether it is time to try again what failed."""
    failed = any(
        text(found, "reason").endswith("Failed") for found in items(one, "status", "conditions")
    )
    return failed and world.round % 10 == 0


def _uninstall(world: World, one: Manifest, release: Release) -> None:
    newest = first(items(one, "status", "history"))
    chart = chart_of(text(newest, "chartName"), text(newest, "chartVersion"))
    values = mapping(one, "spec", "values")
    made = chart.render(release, chart.with_defaults(values)) if chart else []
    left = [found for found in made if _there(world, found)]
    for found in left:
        world.api.delete(found)
    if not left:
        world.let_go(one, FINALIZER)


def _there(world: World, made: Manifest) -> bool:
    found = world.read(text(made, "apiVersion"), text(made, "kind"), *key_of(made))
    return found is not None
