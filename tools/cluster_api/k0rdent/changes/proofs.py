"""Proofs that k0rdent did what was asked for."""

from collections.abc import Sequence
from functools import partial

from clusterwright.tools.cluster_api.condition import Condition, conditions_of
from clusterwright.tools.cluster_api.estate import CLUSTER
from clusterwright.tools.cluster_api.k0rdent.kinds import RELEASE, RELEASE_NAME
from clusterwright.tools.cluster_api.k0rdent.services import Name, named, spelled
from clusterwright.tools.excerpt import few, one_line
from clusterwright.tools.kubernetes.changes.step import (
    Check,
    Failed,
    Listing,
    Met,
    Pending,
    Verdict,
)
from clusterwright.tools.kubernetes.changes.workload_cluster import judge_reconciled
from clusterwright.tools.manifest import Manifest, items, mapping, number, text, truth
from clusterwright.tools.quotation import quoted, word
from clusterwright.tools.ref import Ref

_SECONDS = 1800.0
"""For a cluster: what k0rdent itself gives its infrastructure (capiProvisioningTimeout)."""
_SECONDS_EACH = 300.0
"""For each machine that waits for the one before it."""
_SERVICE_SECONDS = 600.0
_DRY = ("TemplateReady", "CredentialReady", "HelmChartReady")


def ready(
    ref: Ref,
    template: Manifest | None = None,
    config: Manifest | None = None,
    *,
    in_turn: int = 0,
) -> Check:
    """Return the check that a ClusterDeployment is Ready, and all below it as it is wanted.

    `in_turn` is how many machines may be replaced one after the other, for which it takes longer.

    Its conditions alone would do before anything has happened: those of its release and Cluster are
    copied upwards, and are still well when the change has not come down yet.
    """
    chart = text(template, "status", "chartRef", "name")
    return Check(
        f"{ref} is Ready, its chart is applied, and its Cluster is reconciled and Available",
        ref,
        partial(_ready, chart, config or {}),
        (
            Listing(RELEASE, ref.namespace, fields=f"metadata.name={ref.name}"),
            Listing(CLUSTER, ref.namespace, f"{RELEASE_NAME}={ref.name}"),
        ),
        _SECONDS + _SECONDS_EACH * in_turn,
    )


def validated(ref: Ref) -> Check:
    """Return the check that k0rdent found nothing wrong with one that is made for a dry run."""
    return Check(f"k0rdent finds {ref} valid", ref, _validated)


def deployed(ref: Ref, service: Name, template: str) -> Check:
    """Return the check that a service runs on the cluster, or on every cluster that matches."""
    judge = partial(_deployed, service, template)
    about = f"service {spelled(service)} of {ref} is deployed from {template}"
    return Check(about, ref, judge, seconds=_SERVICE_SECONDS)


def withdrawn(ref: Ref, service: Name) -> Check:
    """Return the check that a service is gone."""
    about = f"service {spelled(service)} of {ref} is gone"
    return Check(about, ref, partial(_withdrawn, service), seconds=_SERVICE_SECONDS)


def _seen(found: Manifest | None) -> Verdict | None:
    """Return why nothing can be said yet; None when its controller saw the latest change."""
    if found is None:
        return Failed("it does not exist any more")
    if number(found, "status", "observedGeneration") < number(found, "metadata", "generation"):
        return Pending("its controller has not seen the change yet")
    return None


def _ready(
    chart: str, config: Manifest, found: Manifest | None, listed: Sequence[Manifest]
) -> Verdict:
    waits = _seen(found)
    if waits is not None or found is None:
        return waits or Failed("it does not exist any more")
    told = {one.type: one for one in conditions_of(found)}
    for kind in (*_DRY, "HelmReleaseReady"):
        one = told.get(kind)
        if one is not None and one.status == "False":
            return Pending(_said(one), stuck=True)
    below = _released(chart, config, [one for one in listed if _is(one, RELEASE)])
    if not isinstance(below, Met):
        return below
    for cluster in (one for one in listed if _is(one, CLUSTER)):
        verdict = judge_reconciled(cluster, ())
        if not isinstance(verdict, Met):
            return verdict
    own = told.get("Ready")
    if own is None or own.status != "True":
        return Pending(_said(own) if own else "Ready is not told yet")
    return Met()


def _released(chart: str, config: Manifest, releases: Sequence[Manifest]) -> Verdict:
    """Return whether Flux has applied the chart with the values."""
    if not releases:
        return Pending("there is no HelmRelease of it yet")
    one = releases[0]
    values = mapping(one, "spec", "values")
    late = chart and text(one, "spec", "chartRef", "name") != chart
    if late or any(values.get(key) != value for key, value in config.items()):
        return Pending("its HelmRelease has not got the change yet")
    if number(one, "status", "observedGeneration") < number(one, "metadata", "generation"):
        return Pending("Flux has not applied the change yet")
    told = next((found for found in conditions_of(one) if found.type == "Ready"), None)
    if told is None or told.status != "True":
        failed = told is not None and told.reason.endswith("Failed")
        return Pending(_said(told) if told else "its HelmRelease tells nothing yet", stuck=failed)
    return Met()


def _is(one: Manifest, kind: str) -> bool:
    return text(one, "kind") == kind.partition(".")[0]


def _validated(found: Manifest | None, _listed: Sequence[Manifest]) -> Verdict:
    waits = _seen(found)
    if waits is not None or found is None:
        return waits or Failed("it does not exist any more")
    told = {one.type: one for one in conditions_of(found)}
    for kind in _DRY:
        one = told.get(kind)
        if one is None or one.status == "Unknown":
            return Pending(f"{kind} is not told yet")
        if one.status == "False":
            return Pending(_said(one), stuck=True)
    return Met()


def _deployed(
    service: Name, template: str, found: Manifest | None, _listed: Sequence[Manifest]
) -> Verdict:
    waits = _seen(found)
    if waits is not None or found is None:
        return waits or Failed("it does not exist any more")
    if text(found, "kind") == "MultiClusterService":
        return _everywhere(found)
    for state in items(found, "status", "services"):
        if named(state) == service and text(state, "template") == template:
            how = text(state, "state")
            message = text(state, "failureMessage")
            if how == "Failed":
                return Pending(f"it fails: {quoted(one_line(message))}", stuck=True)
            return Met() if how == "Deployed" else Pending(f"it is {word(how)}")
    return Pending("it is not told yet")


def _everywhere(found: Manifest) -> Verdict:
    clusters = items(found, "status", "matchingClusters")
    left = [word(text(one, "name")) for one in clusters if not truth(one, "deployed")]
    if left:
        return Pending(f"not deployed yet on {few(left)}")
    for one in conditions_of(found):
        if one.type == "ClusterInReadyState" and one.status == "True":
            return Met()
    return Pending("ClusterInReadyState is not met yet")


def _withdrawn(service: Name, found: Manifest | None, _listed: Sequence[Manifest]) -> Verdict:
    waits = _seen(found)
    if waits is not None:
        return waits
    there = [named(one) for one in items(found, "status", "services")]
    return Pending("it is still told of") if service in there else Met()


def _said(one: Condition) -> str:
    return f"{one.type}: {quoted(one_line(one.message or one.reason))}"
