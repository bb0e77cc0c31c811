"""Clusters that Sveltos knows by a kubeconfig (sveltoscluster-manager)."""

import httpx

from clusterwright.deploy.sandbox.capi.k0rdent.controller.workloads import NoKubeconfigError
from clusterwright.deploy.sandbox.capi.k0rdent.controller.world import World, leaving, said
from clusterwright.tools.manifest import Manifest, name_of, namespace_of, number, text, truth

_THRESHOLD = 3


def sveltos_cluster(world: World, one: Manifest) -> None:
    """Probe a cluster; it is Down after as many failures as its threshold says."""
    if leaving(one) or truth(one, "spec", "paused"):
        return
    threshold = number(one, "spec", "consecutiveFailureThreshold") or _THRESHOLD
    failure = _failure(world, one)
    if not failure:
        status: Manifest = {
            "ready": True,
            "connectionStatus": "Healthy",
            "connectionFailures": 0,
            "failureMessage": None,
            "version": "v1.36.3",
        }
        world.tell(one, status)
        return
    # Counted on would be a write each second, for nothing.
    failures = min(number(one, "status", "connectionFailures") + 1, threshold)
    status = {"connectionFailures": failures, "failureMessage": failure}
    if failures >= threshold:
        status["connectionStatus"] = "Down"
    world.tell(one, status)


def secret_of(one: Manifest) -> str:
    """Return the name of the Secret with a cluster's kubeconfig (clusterproxy.go)."""
    return text(one, "spec", "kubeconfigName") or f"{name_of(one)}-sveltos-kubeconfig"


def _failure(world: World, one: Manifest) -> str:
    try:
        api = world.workloads.of(namespace_of(one), secret_of(one))
        api.list("v1", "Namespace")
    except NoKubeconfigError as error:
        return str(error)
    except httpx.HTTPError as error:
        return said(error)
    return ""
