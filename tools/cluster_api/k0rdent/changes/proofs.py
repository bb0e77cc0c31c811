"""Proofs that k0rdent did what was asked for."""

from collections.abc import Sequence
from functools import partial

from clusterwright.tools.cluster_api.condition import Condition, conditions_of
from clusterwright.tools.cluster_api.k0rdent.services import Name, named, spelled
from clusterwright.tools.excerpt import one_line
from clusterwright.tools.kubernetes.changes.step import (
    Check,
    Failed,
    Met,
    Pending,
    Verdict,
)
from clusterwright.tools.manifest import Manifest, items, number, text, truth
from clusterwright.tools.quotation import quoted
from clusterwright.tools.ref import Ref

_SECONDS = 1800.0
"""For a cluster: what k0rdent itself gives its infrastructure (capiProvisioningTimeout)."""
_SERVICE_SECONDS = 600.0
_DRY = ("TemplateReady", "CredentialReady", "HelmChartReady")


def ready(ref: Ref) -> Check:
    """Return the check that a ClusterDeployment is Ready, its Cluster too."""
    return Check(f"{ref} is Ready, and so is its Cluster", ref, _ready, seconds=_SECONDS)


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


def _ready(found: Manifest | None, _listed: Sequence[Manifest]) -> Verdict:
    waits = _seen(found)
    if waits is not None or found is None:
        return waits or Failed("it does not exist any more")
    told = {one.type: one for one in conditions_of(found)}
    for kind in (*_DRY, "HelmReleaseReady"):
        one = told.get(kind)
        if one is not None and one.status == "False":
            return Pending(_said(one), stuck=True)
    for kind in ("HelmReleaseReady", "CAPIClusterSummary", "Ready"):
        one = told.get(kind)
        if one is None and kind == "CAPIClusterSummary":
            continue  # an adopted cluster has none
        if one is None or one.status != "True":
            return Pending(_said(one) if one else f"{kind} is not told yet")
    return Met()


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
            return Met() if how == "Deployed" else Pending(f"it is {how}")
    return Pending("it is not told yet")


def _everywhere(found: Manifest) -> Verdict:
    clusters = items(found, "status", "matchingClusters")
    left = [text(one, "name") for one in clusters if not truth(one, "deployed")]
    if left:
        return Pending(f"not deployed yet on {', '.join(left[:5])}")
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
