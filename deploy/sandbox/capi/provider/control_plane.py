"""Control planes: one simulated host of real programs behind three kinds.

The sandbox's own kind follows the contract of Cluster API. Those of k0smotron tell what the
originals tell: k0sproject/k0smotron, internal/controller/controlplane/{status.go,
k0smotron_controlplane_controller.go computeAvailability}.
"""

from clusterwright.deploy.sandbox.capi.kinds import (
    CONTROL_PLANES,
    K0S_CONTROL_PLANE,
    K0SMOTRON_CONTROL_PLANE,
)
from clusterwright.deploy.sandbox.capi.provider.cluster import LOAD_BALANCERS
from clusterwright.deploy.sandbox.capi.provider.contract import (
    CLUSTER_LABEL,
    Told,
    hold,
    leaving,
    let_go,
    owner,
    tell,
)
from clusterwright.deploy.sandbox.capi.provider.secret import secret
from clusterwright.deploy.sandbox.capi.provider.workload import Workload, forget, left_behind
from clusterwright.deploy.sandbox.capi.provider.world import Key, World, key_of, port_of
from clusterwright.tools.manifest import (
    Manifest,
    condition,
    name_of,
    namespace_of,
    number,
    strings,
    text,
    truth,
)

API_SERVER = "sandbox.clusterwright.io/simulated-api-server"
"""On a control plane: `stopped` while its API servers do not answer."""
_DOWN = "connection to the workload cluster is down"
"""cluster-api, controllers/clustercache/cluster_cache.go, ErrClusterNotConnected."""


def control_plane(world: World, one: Manifest) -> None:
    """Run the workload cluster's control plane, in the version that is asked for."""
    key = key_of(one)
    port = port_of(world.infrastructure_of(key))
    if leaving(one):
        _leave(world, one, key)
        return
    if not owner(one, "Cluster") or not port:
        return
    hold(world.api, one)
    workload = _workload(world, one, key, port)
    if strings(one, "metadata", "annotations").get(API_SERVER) == "stopped":
        workload.stop()
        serves = False
    else:
        serves = workload.run(text(one, "spec", "version"))
    if serves:
        _publish_kubeconfig(world, one, key)
        world.serving.add(key)
    else:
        world.serving.discard(key)
    tell(
        world.api, one, _status(one, key, serves=serves), _conditions(one, workload, serves=serves)
    )


def _workload(world: World, one: Manifest, key: Key, port: int) -> Workload:
    if key not in world.workloads:
        uid = text(one, "metadata", "uid")
        world.workloads[key] = Workload(world.settings, *key, port, uid)
    return world.workloads[key]


def _leave(world: World, one: Manifest, key: Key) -> None:
    """Take the control plane down; what its cloud still holds for it is noted before."""
    workload = world.workloads.pop(key, None)
    if workload:
        if key in world.serving and workload.api.ready():
            _note_load_balancers(world, key, workload)
        workload.remove()
    world.serving.discard(key)
    let_go(world.api, one)  # what an earlier provider ran for it is swept


def sweep(world: World) -> None:
    """Remove what is left of workload clusters whose control plane is gone."""
    wanted = {
        key_of(one)
        for kind in CONTROL_PLANES
        for one in world.store.all(kind.api_version, kind.name)
        if not leaving(one)
    }
    for key in left_behind(world.settings):
        if key not in wanted and key not in world.workloads:
            world.say(f"sweeping what is left of {'/'.join(key)}")
            forget(world.settings, *key)


def _note_load_balancers(world: World, key: Key, workload: Workload) -> None:
    infrastructure = world.infrastructure_of(key)
    kind = infrastructure.get("kind")
    if not any(cloud.balances and cloud.cluster.name == kind for cloud in world.clouds):
        return
    balanced = [
        f"{namespace_of(service)}/{name_of(service)}"
        for service in workload.api.list("v1", "Service")
        if text(service, "spec", "type") == "LoadBalancer"
    ]
    if balanced:
        noted = {LOAD_BALANCERS: ",".join(sorted(balanced))}
        world.api.patch(infrastructure, {"metadata": {"annotations": noted}})


def _status(one: Manifest, key: Key, *, serves: bool) -> Manifest:
    version, replicas = text(one, "spec", "version"), number(one, "spec", "replicas") or 1
    ready = replicas if serves else 0
    status: Manifest = {
        "selector": f"{CLUSTER_LABEL}={key[1]},cluster.x-k8s.io/control-plane",
        "externalManagedControlPlane": True,
        "replicas": replicas,
        "readyReplicas": ready,
        "availableReplicas": ready,
        "upToDateReplicas": ready,
    }
    if serves:
        status["initialization"] = {"controlPlaneInitialized": True}
        status |= {"version": version, "versions": [{"version": version, "replicas": replicas}]}
    return status


def _conditions(one: Manifest, workload: Workload, *, serves: bool) -> list[Told]:
    match one.get("kind"):
        case K0SMOTRON_CONTROL_PLANE.name:
            return [_k0smotron(one, workload, serves=serves)]
        case K0S_CONTROL_PLANE.name:
            return _k0s(one, serves=serves)
        case _:
            return _own(workload, serves=serves)


def _own(workload: Workload, *, serves: bool) -> list[Told]:
    waits = "" if serves else workload.why_not
    available = Told("Available", "False", "NotAvailable", waits)
    if serves:
        available = Told("Available", "True", "Available")
    still = [Told(one, "False", f"Not{one}") for one in ("RollingOut", "ScalingUp", "ScalingDown")]
    return [available, *still]


def _k0smotron(one: Manifest, workload: Workload, *, serves: bool) -> Told:
    if serves:
        return Told("Available", "True", "Available")
    if truth(one, "status", "initialization", "controlPlaneInitialized"):
        return Told("Available", "False", "KubeSystemNamespaceNotAccessible", workload.refused)
    return Told("Available", "False", "ClusterClientCreationFailed", _DOWN)


def _k0s(one: Manifest, *, serves: bool) -> list[Told]:
    """Return what K0sControlPlane tells: Available once it was, and nothing when it is no more."""
    found = [
        Told("ScalingUp", "False", "NotScalingUp"),
        Told("ScalingDown", "False", "NotScalingDown"),
    ]
    if serves or text(condition(one, "Available"), "status") == "True":
        found.insert(0, Told("Available", "True", "Available"))
    return found


def _publish_kubeconfig(world: World, one: Manifest, key: Key) -> None:
    name = f"{key[1]}-kubeconfig"
    if not world.store.find("v1", "Secret", key[0], name):
        kubeconfig = world.workloads[key].kubeconfig.read_text(encoding="utf-8")
        world.api.create(secret(one, name, kubeconfig))
