"""Infrastructure of a cluster: an endpoint, and whatever its cloud says on the way."""

from clusterwright.deploy.sandbox.capi.clouds.cloud import Cloud, Refusal
from clusterwright.deploy.sandbox.capi.kinds import CONTROL_PLANES
from clusterwright.deploy.sandbox.capi.provider.contract import (
    hold,
    is_provisioned,
    leaving,
    let_go,
    owner,
)
from clusterwright.deploy.sandbox.capi.provider.outcome import tell_done, tell_refused, tell_waiting
from clusterwright.deploy.sandbox.capi.provider.workload import HOST
from clusterwright.deploy.sandbox.capi.provider.world import World, key_of, port_of
from clusterwright.tools.manifest import Manifest, strings, text

LOAD_BALANCERS = "sandbox.clusterwright.io/simulated-load-balancers"
"""On the infrastructure of a cluster: the Services whose load balancers its cloud still has."""
_OURS = {kind.name for kind in CONTROL_PLANES}


def cluster(world: World, cloud: Cloud, one: Manifest) -> None:
    """Give a cluster its endpoint; it is provisioned once its control plane answers."""
    if leaving(one):
        _leave(world, cloud, one)
        return
    if not owner(one, "Cluster"):
        return
    hold(world.api, one)
    steps = cloud.cluster_steps
    refused = cloud.refuses_cluster(world.asked(cloud, one)) or _endpoint(world, one)
    if refused:
        tell_refused(world, cloud, one, steps, refused)
        return
    # The v1beta1 kinds wait as well: as soon as an infrastructure is ready Cluster API tries to
    # connect, and tries a refused connection again only after 30 seconds.
    ours = text(world.cluster_of(one), "spec", "controlPlaneRef", "kind") in _OURS
    if ours and not is_provisioned(one) and key_of(one) not in world.serving:
        last = steps[-1].type if steps else ""
        tell_waiting(world, cloud, one, steps, last, cloud.waits_for_endpoint)
        return
    tell_done(world, cloud, one, steps, {})


def _endpoint(world: World, one: Manifest) -> Refusal | None:
    """Give the cluster a port of its own, unless it has one; return why it cannot."""
    if port_of(one):
        return None
    used = {port_of(other) for other in world.infrastructures()}
    free = [port for port in world.settings.ports if port not in used]
    if not free:
        return Refusal("Ready", "NoPortLeft", "the sandbox has no port left for one more cluster")
    endpoint = {"spec": {"controlPlaneEndpoint": {"host": HOST, "port": free[0]}}}
    one["spec"] = world.api.patch(one, endpoint)["spec"]
    return None


def _leave(world: World, cloud: Cloud, one: Manifest) -> None:
    left = strings(one, "metadata", "annotations").get(LOAD_BALANCERS, "")
    balancers = [name for name in left.split(",") if name]
    refused = cloud.refuses_deletion(world.asked(cloud, one), balancers)
    if refused:
        tell_refused(world, cloud, one, cloud.cluster_steps, refused)
    else:
        let_go(world.api, one)
