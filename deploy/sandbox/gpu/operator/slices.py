"""ResourceSlices of NVIDIA's DRA driver: a node's devices, for the real scheduler to allocate.

Attributes and capacity: kubernetes-sigs/dra-driver-nvidia-gpu v0.4, cmd/gpu-kubelet-plugin
(deviceinfo.go); the taint is that of its device health check.
"""

from dataclasses import dataclass

from clusterwright.deploy.sandbox.gpu.hardware import Hardware, Product
from clusterwright.deploy.sandbox.gpu.operator.layout import Layout, unhealthy
from clusterwright.deploy.sandbox.gpu.operator.world import World, steered
from clusterwright.deploy.sandbox.runtime.simulated import SIMULATED
from clusterwright.tools.manifest import Json, Manifest, items, mapping, name_of, number, text

DRIVER = "gpu.nvidia.com"
_ON_A_GPU = 7
"""MIG devices at most."""


@dataclass(frozen=True, slots=True)
class Part:
    """One GPU of a node."""

    product: Product
    gpu: str
    """Its name as a device."""
    driver: str
    xid: str
    """What made it unhealthy; empty for a healthy one."""


def publish(world: World, node: Manifest, devices: list[Manifest]) -> None:
    """See that a node's slice has these devices; without devices there is none."""
    name = f"{name_of(node)}-{DRIVER}"
    found = world.get("ResourceSlice", "", name)
    if not devices:
        if found is not None:
            world.api.delete({"apiVersion": "resource.k8s.io/v1", "kind": "ResourceSlice", **found})
        return
    if found is None:
        world.api.create(_slice(node, name, devices))
    elif _told(mapping(found, "spec")) != _told({"devices": devices}):
        generation = number(found, "spec", "pool", "generation") + 1
        change = {"spec": {"devices": devices, "pool": {"generation": generation}}}
        world.api.patch(
            {"apiVersion": "resource.k8s.io/v1", "kind": "ResourceSlice", **found}, change
        )


def devices_of_node(
    node: Manifest, hardware: Hardware, layout: Layout, version: str
) -> list[Manifest]:
    """Return the devices of a node: whole GPUs first, then those of MIG."""
    bad, product = unhealthy(node, hardware), hardware.product
    found: list[Manifest] = []
    for index, split in enumerate(layout.gpus):
        xid = (steered(node, f"{index}.xid") or "48") if index in bad else ""
        part = Part(product, f"gpu-{index}", version, xid)
        if split is None:
            found.append(_device(node, part))
        for profile, count in (split or {}).items():
            found += [_device(node, part, profile, n) for n in range(min(count, _ON_A_GPU))]
    return found


def _slice(node: Manifest, name: str, devices: list[Manifest]) -> Manifest:
    owner = {"apiVersion": "v1", "kind": "Node", "name": name_of(node), "controller": True}
    return {
        "apiVersion": "resource.k8s.io/v1",
        "kind": "ResourceSlice",
        "metadata": {
            "name": name,
            "annotations": {SIMULATED: "what NVIDIA's DRA driver would publish"},
            "ownerReferences": [owner | {"uid": text(node, "metadata", "uid")}],
        },
        "spec": {
            "driver": DRIVER,
            "nodeName": name_of(node),
            "pool": {"name": name_of(node), "generation": 1, "resourceSliceCount": 1},
            "devices": devices,
        },
    }


def _device(node: Manifest, of: Part, profile: str = "", number_on_gpu: int = 0) -> Manifest:
    """Return a GPU, or with a profile one of the MIG devices that it is split into."""
    product, size = of.product, of.product.profiles.get(profile)
    gpu_uuid = f"GPU-{name_of(node)}-{of.gpu}"
    name = f"{of.gpu}-mig-{profile}-{number_on_gpu}" if profile else of.gpu
    words = {
        "type": "mig" if profile else "gpu",
        "uuid": f"MIG-{name_of(node)}-{name}" if profile else gpu_uuid,
        "productName": product.name.replace("-", " "),
        "brand": "Nvidia",
        "architecture": product.family.capitalize(),
    }
    words |= {"profile": profile, "parentUUID": gpu_uuid} if profile else {}
    attributes: dict[str, Json] = {key: {"string": value} for key, value in words.items()}
    versions = {"driverVersion": of.driver, "cudaDriverVersion": "13.0"}
    versions["cudaComputeCapability"] = product.compute
    attributes |= {key: {"version": _semantic(value)} for key, value in versions.items()}
    memory = size.mib if size else product.memory
    found: Manifest = {
        "name": name.replace(".", "-").replace("+", "-"),
        "attributes": attributes,
        "capacity": {"memory": {"value": f"{memory}Mi"}},
    }
    if of.xid:
        found["taints"] = [{"key": f"{DRIVER}/xid", "value": of.xid, "effect": "NoSchedule"}]
    return found


def _semantic(version: str) -> str:
    """Return a version as attributes have it: three numbers without leading zeros."""
    parts = [str(int(one)) if one.isdecimal() else "0" for one in version.split(".")]
    return ".".join([*parts, "0", "0"][:3])


def _told(spec: Manifest) -> Json:
    """Return what of the devices matters: the server adds when a device was tainted."""
    return [
        (
            text(one, "name"),
            mapping(one, "attributes"),
            mapping(one, "capacity"),
            [text(taint, "value") for taint in items(one, "taints")],
        )
        for one in items(spec, "devices")
    ]
