"""What the provider does for each of its objects, once a round."""

import base64
import hashlib
from dataclasses import dataclass, field

from clusterwright.deploy.sandbox.capi.hardware import SIZES, Refusal, Size, refusal
from clusterwright.deploy.sandbox.capi.kinds import (
    BOOTSTRAP,
    CONFIG_KIND,
    CONTROL_PLANE,
    CONTROL_PLANE_KIND,
    INFRASTRUCTURES,
    VERSION,
    Infrastructure,
)
from clusterwright.deploy.sandbox.capi.provider.api import Api
from clusterwright.deploy.sandbox.capi.provider.contract import (
    CLUSTER_LABEL,
    Told,
    hold,
    leaving,
    let_go,
    owner,
    tell,
)
from clusterwright.deploy.sandbox.capi.provider.settings import Settings
from clusterwright.deploy.sandbox.capi.provider.workload import HOST, Workload
from clusterwright.deploy.sandbox.runtime.simulated import SIMULATED
from clusterwright.tools.manifest import (
    Manifest,
    dig,
    labels_of,
    mapping,
    name_of,
    namespace_of,
    number,
    strings,
    text,
    truth,
)

Key = tuple[str, str]
"""Namespace and name of a Cluster."""
_UNINITIALIZED = {"key": "node.cluster.x-k8s.io/uninitialized", "effect": "NoSchedule"}


@dataclass
class World:
    """The objects of this round, and the workload clusters that run."""

    api: Api
    settings: Settings
    clusters: dict[Key, Manifest] = field(default_factory=dict[Key, Manifest])
    machines: dict[Key, Manifest] = field(default_factory=dict[Key, Manifest])
    infrastructure: dict[Key, Manifest] = field(default_factory=dict[Key, Manifest])
    workloads: dict[Key, Workload] = field(default_factory=dict[Key, Workload])
    serving: set[Key] = field(default_factory=set[Key])

    def cluster_of(self, manifest: Manifest) -> Manifest:
        """Return the Cluster of an object; an empty one when there is none."""
        return self.clusters.get(key_of(manifest), {})


def key_of(manifest: Manifest) -> Key:
    """Return which Cluster an object belongs to, by its label."""
    return namespace_of(manifest), labels_of(manifest).get(CLUSTER_LABEL, "")


def cluster(world: World, kind: Infrastructure, one: Manifest) -> None:
    """Give a cluster its endpoint; it is provisioned once its control plane answers."""
    if leaving(one):
        world.infrastructure.pop(key_of(one), None)
        let_go(world.api, one)
        return
    if not owner(one, "Cluster"):
        return
    hold(world.api, one)
    port = number(one, "spec", "controlPlaneEndpoint", "port")
    if not port:
        used = {
            number(other, "spec", "controlPlaneEndpoint", "port")
            for other in world.infrastructure.values()
        }
        free = [other for other in world.settings.ports if other not in used]
        if not free:
            refused = Told(kind.cluster_condition, False, "QuotaExceeded", "no port is left")
            _tell_cluster(world, kind, one, ready=False, told=refused)
            return
        port = free[0]
        endpoint = {"spec": {"controlPlaneEndpoint": {"host": HOST, "port": port}}}
        one["spec"] = world.api.patch(one, endpoint)["spec"]
    world.infrastructure[key_of(one)] = one
    # The v1beta1 kinds wait as well: as soon as an infrastructure is ready Cluster API tries to
    # connect, and tries a refused connection again only after 30 seconds.
    reference = text(world.cluster_of(one), "spec", "controlPlaneRef", "kind")
    ours = reference == CONTROL_PLANE_KIND
    if ours and not _is_provisioned(one) and key_of(one) not in world.serving:
        waits = Told(kind.cluster_condition, False, "WaitingForControlPlane", "", "Info")
        _tell_cluster(world, kind, one, ready=False, told=waits)
        return
    _tell_cluster(
        world, kind, one, ready=True, told=Told(kind.cluster_condition, True, "Provisioned")
    )


def control_plane(world: World, one: Manifest) -> None:
    """Run the workload cluster's control plane, in the version that is asked for."""
    key = key_of(one)
    if leaving(one):
        running = world.workloads.pop(key, None)
        if running:
            running.remove()
        world.serving.discard(key)
        let_go(world.api, one)
        return
    port = number(world.infrastructure.get(key, {}), "spec", "controlPlaneEndpoint", "port")
    if not owner(one, "Cluster") or not port:
        return
    hold(world.api, one)
    if key not in world.workloads:
        world.workloads[key] = Workload(world.settings, *key, port)
    version, replicas = text(one, "spec", "version"), number(one, "spec", "replicas") or 1
    serves = world.workloads[key].run(version)
    if serves:
        _publish_kubeconfig(world, one, key)
        world.serving.add(key)
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
    waits = "" if serves else "the API server is not ready yet"
    told = [
        Told("Available", serves, "Available" if serves else "NotAvailable", waits),
        Told("RollingOut", met=False, reason="NotRollingOut"),
        Told("ScalingUp", met=False, reason="NotScalingUp"),
        Told("ScalingDown", met=False, reason="NotScalingDown"),
    ]
    tell(world.api, one, status, told)


def bootstrap(world: World, one: Manifest) -> None:
    """Make the bootstrap data, which here nobody reads."""
    provisioned = ("status", "initialization", "infrastructureProvisioned")
    if leaving(one) or not owner(one, "Machine") or text(one, "status", "dataSecretName"):
        return
    if not truth(world.cluster_of(one), *provisioned):
        return
    world.api.create(_secret(one, name_of(one), "#cloud-config\n"))
    status = {"dataSecretName": name_of(one), "initialization": {"dataSecretCreated": True}}
    tell(world.api, one, status, [Told("Ready", met=True, reason="Ready")])


def machine(world: World, kind: Infrastructure, one: Manifest) -> None:
    """Make a machine: a node of the workload cluster with the hardware that was asked for."""
    if leaving(one):
        let_go(world.api, one)
        return
    made_for = world.machines.get((namespace_of(one), owner(one, "Machine")), {})
    if not made_for:
        return
    hold(world.api, one)
    if _is_provisioned(one):
        return
    waits = _waits(world, one, made_for)
    if waits:
        told = Told(kind.machine_condition, False, waits, "", "Info")
        _tell_machine(world, kind, one, ready=False, told=told)
        return
    size = str(dig(one, "spec", *kind.size) or "") if kind.size else ""
    region = text(world.infrastructure.get(key_of(one), {}), "spec", *kind.region)
    refused = refusal(kind.name, size, region)
    if refused:
        _refuse(world, kind, one, refused)
        return
    provider_id = _provider_id(kind, one, region)
    hardware = SIZES[kind.name][size] if kind.size else _listed(one)
    world.workloads[key_of(one)].api.create(_node(kind, one, made_for, hardware, provider_id))
    one["spec"] = world.api.patch(one, {"spec": {"providerID": provider_id}})["spec"]
    _tell_machine(
        world, kind, one, ready=True, told=Told(kind.machine_condition, True, "Provisioned")
    )


def _waits(world: World, one: Manifest, made_for: Manifest) -> str:
    provisioned = ("status", "initialization", "infrastructureProvisioned")
    if not truth(world.cluster_of(one), *provisioned):
        return "WaitingForClusterInfrastructure"
    if not text(made_for, "spec", "bootstrap", "dataSecretName"):
        return "WaitingForBootstrapData"
    return "" if key_of(one) in world.serving else "WaitingForControlPlane"


def _refuse(world: World, kind: Infrastructure, one: Manifest, refused: Refusal) -> None:
    told = Told(kind.machine_condition, False, refused.reason, refused.message, "Error")
    _tell_machine(world, kind, one, ready=False, told=told)


def _tell_cluster(
    world: World, kind: Infrastructure, one: Manifest, *, ready: bool, told: Told
) -> None:
    _tell(world, kind, one, {}, ready=ready, told=told)


def _tell_machine(
    world: World, kind: Infrastructure, one: Manifest, *, ready: bool, told: Told
) -> None:
    addresses = [{"type": "Hostname", "address": name_of(one)}]
    _tell(world, kind, one, {"addresses": addresses} if ready else {}, ready=ready, told=told)


def _tell(
    world: World, kind: Infrastructure, one: Manifest, status: Manifest, *, ready: bool, told: Told
) -> None:
    if kind.contract == "v1beta1":
        status = status | {"ready": ready}
    elif ready:
        status = status | {"initialization": {"provisioned": True}}
    conditions = [told]
    if told.type != "Ready":
        conditions.insert(0, Told("Ready", told.met, told.reason, told.message, told.severity))
    tell(world.api, one, status, conditions, kind.contract)


def _is_provisioned(one: Manifest) -> bool:
    return truth(one, "status", "ready") or truth(one, "status", "initialization", "provisioned")


def _provider_id(kind: Infrastructure, one: Manifest, region: str) -> str:
    uid = text(one, "metadata", "uid")
    short = hashlib.sha256(uid.encode()).hexdigest()[:17]
    match kind.name:
        case "aws":
            return f"aws:///{region}a/i-{short}"
        case "azure":
            return f"azure:///subscriptions/{uid}/virtualMachines/{name_of(one)}"
        case _:
            return f"sandbox:///{'/'.join(key_of(one))}/{name_of(one)}"


def _listed(one: Manifest) -> Size:
    """Return the hardware that the spec of a machine lists by itself."""
    return Size(
        text(one, "spec", "cpu") or "8",
        text(one, "spec", "memory") or "32Gi",
        number(one, "spec", "gpu", "count"),
        text(one, "spec", "gpu", "product"),
    )


def _node(
    kind: Infrastructure, one: Manifest, made_for: Manifest, size: Size, provider_id: str
) -> Manifest:
    labels = {
        "kubernetes.io/hostname": name_of(one),
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        **strings(one, "spec", "labels"),
    }
    resources = {"cpu": size.cpu, "memory": size.memory, "pods": "110"}
    if size.gpus:
        resources["nvidia.com/gpu"] = str(size.gpus)
        labels |= {
            "nvidia.com/gpu.present": "true",
            "nvidia.com/gpu.count": str(size.gpus),
            "nvidia.com/gpu.product": size.product,
        }
    imitates = kind.imitates or "a machine of the sandbox's own provider"
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name_of(one),
            "labels": labels,
            "annotations": {"kwok.x-k8s.io/node": "fake", SIMULATED: imitates},
        },
        "spec": {"providerID": provider_id, "taints": [_UNINITIALIZED]},
        "status": {
            "capacity": resources,
            "allocatable": resources,
            "nodeInfo": _node_info(text(made_for, "spec", "version")),
        },
    }


def _node_info(version: str) -> Manifest:
    empty = ("machineID", "systemUUID", "bootID", "kubeProxyVersion")
    return dict.fromkeys(empty, "") | {
        "architecture": "amd64",
        "operatingSystem": "linux",
        "osImage": "simulated",
        "kernelVersion": "simulated",
        "containerRuntimeVersion": "kwok://simulated",
        "kubeletVersion": version,
    }


def _publish_kubeconfig(world: World, one: Manifest, key: Key) -> None:
    name = f"{key[1]}-kubeconfig"
    if not world.api.exists("v1", "Secret", key[0], name):
        kubeconfig = world.workloads[key].kubeconfig.read_text(encoding="utf-8")
        world.api.create(_secret(one, name, kubeconfig))


def _secret(one: Manifest, name: str, value: str) -> Manifest:
    metadata = mapping(one, "metadata")
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "cluster.x-k8s.io/secret",
        "metadata": {
            "name": name,
            "namespace": namespace_of(one),
            "labels": {CLUSTER_LABEL: key_of(one)[1]},
            "ownerReferences": [
                {
                    "apiVersion": text(one, "apiVersion"),
                    "kind": text(one, "kind"),
                    "name": name_of(one),
                    "uid": metadata.get("uid"),
                    "controller": True,
                }
            ],
        },
        "data": {"value": base64.b64encode(value.encode()).decode()},
    }


OWN = (
    (f"{CONTROL_PLANE}/{VERSION}", CONTROL_PLANE_KIND, control_plane),
    (f"{BOOTSTRAP}/{VERSION}", CONFIG_KIND, bootstrap),
)
"""What is done for the kinds that every infrastructure shares."""
__all__ = ["INFRASTRUCTURES", "OWN", "World", "cluster", "machine"]
