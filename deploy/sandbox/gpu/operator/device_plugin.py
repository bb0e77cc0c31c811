"""The device plugins and the part of a kubelet that they talk to: capacity and allocatable.

A plugin that is gone leaves capacity as it was and takes allocatable away: the kubelet takes its
devices for unhealthy (kubernetes pkg/kubelet/cm/devicemanager, endpoint stop).
"""

from clusterwright.deploy.sandbox.gpu.hardware import AMD, NVIDIA, Hardware
from clusterwright.deploy.sandbox.gpu.operator.world import World
from clusterwright.tools.manifest import Json, Manifest, mapping

Counts = dict[str, int]


def advertise(
    world: World, node: Manifest, hardware: Hardware, devices: tuple[Counts, Counts] | None
) -> None:
    """Write what a node has and can give; None says that no plugin tells."""
    prefix = f"{AMD if hardware.product.vendor == AMD else NVIDIA}/"
    capacity = mapping(node, "status", "capacity")
    allocatable = mapping(node, "status", "allocatable")
    known = [one for one in capacity if one.startswith(prefix)]
    every, healthy = devices or ({one: _whole(capacity[one]) for one in known}, {})
    every = dict.fromkeys(known, 0) | every  # what was once registered stays, at 0
    wanted = {one: str(n) for one, n in every.items()}
    left = {one: str(healthy.get(one, 0)) for one in every}
    change = {
        "capacity": {k: v for k, v in wanted.items() if capacity.get(k) != v},
        "allocatable": {k: v for k, v in left.items() if allocatable.get(k) != v},
    }
    if any(change.values()):
        node["status"] = world.api.patch(node, {"status": change}, status=True)["status"]


def _whole(amount: Json) -> int:
    return int(amount) if str(amount).isdecimal() else 0
