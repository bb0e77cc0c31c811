"""The node of a machine in its workload cluster, as its kubelet and its cloud would have it."""

from clusterwright.deploy.sandbox.capi.clouds.cloud import Cloud
from clusterwright.deploy.sandbox.capi.clouds.hardware import Size
from clusterwright.deploy.sandbox.capi.provider.api import Api
from clusterwright.deploy.sandbox.capi.provider.bootstrap import config_of, external_cloud, fails
from clusterwright.deploy.sandbox.capi.provider.kubelet import KWOK, is_stopped
from clusterwright.deploy.sandbox.capi.provider.world import Node, World, key_of
from clusterwright.deploy.sandbox.runtime.simulated import SIMULATED
from clusterwright.tools.manifest import (
    Manifest,
    items,
    name_of,
    number,
    strings,
    text,
)

_CLUSTER_API = {"key": "node.cluster.x-k8s.io/uninitialized", "effect": "NoSchedule"}
_CLOUD = {
    "key": "node.cloudprovider.kubernetes.io/uninitialized",
    "value": "true",
    "effect": "NoSchedule",
}
_CLOUD_CONTROLLER = "cloud-controller-manager"


def keep(world: World, cloud: Cloud, one: Manifest, made_for: Manifest) -> None:
    """See that the node is as it should be: joined, initialized, its kubelet running or not."""
    if key_of(one) not in world.serving:
        return
    config = config_of(world, made_for)
    if fails(config):
        return
    workload = world.workloads[key_of(one)].api
    node = world.nodes.setdefault(text(one, "metadata", "uid"), Node())
    if not node.joined:
        external = external_cloud(config)
        new = workload.create(_node(world, cloud, one, made_for, external=external))
        node.joined, node.initialized = True, not external
        if not new:  # an earlier provider made it, and may have stopped its kubelet
            node.kubelet.run(workload, name_of(one))
    node.initialized = node.initialized or _initialize(workload, one)
    node.kubelet.set(workload, name_of(one), stopped=is_stopped(one) or is_stopped(made_for))


def _initialize(workload: Api, one: Manifest) -> bool:
    """Do what a cloud controller manager does, if one runs; return whether one did."""
    if not _has_cloud_controller(workload):
        return False
    found = workload.get("v1", "Node", "", name_of(one))
    if found:
        taints = [t for t in items(found, "spec", "taints") if t.get("key") != _CLOUD["key"]]
        provider_id = text(one, "spec", "providerID")
        _patch(workload, one, {"spec": {"providerID": provider_id, "taints": taints}})
    return True


def _has_cloud_controller(workload: Api) -> bool:
    ready = {"Deployment": "availableReplicas", "DaemonSet": "numberAvailable"}
    return any(
        _CLOUD_CONTROLLER in name_of(one) and number(one, "status", ready[kind]) > 0
        for kind in ready
        for one in workload.list("apps/v1", kind)
    )


def _patch(workload: Api, one: Manifest, change: Manifest) -> None:
    named = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name_of(one)}}
    workload.patch(named, change)


def _node(
    world: World, cloud: Cloud, one: Manifest, made_for: Manifest, *, external: bool
) -> Manifest:
    size = cloud.size_of(world.asked(cloud, world.infrastructure_of(key_of(one)), one))
    resources = {"cpu": size.cpu, "memory": size.memory, "pods": "110"}
    if size.gpus:
        resources["nvidia.com/gpu"] = str(size.gpus)
    taints = [_CLUSTER_API, _CLOUD] if external else [_CLUSTER_API]
    provider_id = {} if external else {"providerID": text(one, "spec", "providerID")}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name_of(one),
            "labels": _labels(one, size),
            "annotations": {
                KWOK: "fake",
                SIMULATED: cloud.imitates or "a machine of the sandbox's own provider",
            },
        },
        "spec": provider_id | {"taints": taints},
        "status": {
            "capacity": resources,
            "allocatable": resources,
            "nodeInfo": _node_info(_kubelet_version(text(made_for, "spec", "version"))),
        },
    }


def _labels(one: Manifest, size: Size) -> dict[str, str]:
    labels = {
        "kubernetes.io/hostname": name_of(one),
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        **strings(one, "spec", "labels"),
    }
    if size.gpus:
        labels |= {
            "nvidia.com/gpu.present": "true",
            "nvidia.com/gpu.count": str(size.gpus),
            "nvidia.com/gpu.product": size.product,
        }
    return labels


def _kubelet_version(version: str) -> str:
    """Return what a kubelet says of itself: those of k0s leave the build of k0s out."""
    return f"{version.partition('+')[0]}+k0s" if "+k0s" in version else version


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
