"""What a node's devices are split into and shared by, and with it what it offers.

Rules: NVIDIA/k8s-device-plugin, internal/rm and docs; MIG strategy and sharing as in its README.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import yaml

from clusterwright.deploy.sandbox.gpu.hardware import Hardware
from clusterwright.deploy.sandbox.gpu.operands import NAMESPACE
from clusterwright.deploy.sandbox.gpu.operator.world import World, steered
from clusterwright.tools.manifest import (
    Json,
    Manifest,
    dig,
    items,
    labels_of,
    mapping,
    number,
    strings,
    text,
    truth,
)

_AMD_GPU = "amd.com/gpu"
IGNORED_XIDS = frozenset({13, 31, 43, 45, 68, 109})
"""XIDs that are an application's: the plugin's health check passes over them."""


@dataclass(frozen=True, slots=True)
class Sharing:
    """How the plugin is configured for a node."""

    strategy: str = "none"
    """`none`, `time-slicing` or `mps`."""
    replicas: Mapping[str, int] = field(default_factory=dict[str, int])
    """By resource."""
    renamed: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """Devices of a node: MIG devices of each GPU by profile, how many GPUs are whole."""

    whole: int
    mig: Mapping[str, int]
    """MIG devices on the node, by profile."""


def layout_of(
    node: Manifest, hardware: Hardware, configs: Mapping[str, Sequence[Manifest]]
) -> Layout:
    """Return into what the MIG manager has split a node's devices."""
    applied = configs.get(steered(node, "mig-applied"), ())
    each = [devices_of(n, applied) for n in range(hardware.count)]
    mig: Counter[str] = Counter()
    for one in each:
        mig.update(one or {})
    return Layout(sum(one is None for one in each), dict(mig))


def devices_of(index: int, config: Sequence[Manifest]) -> dict[str, int] | None:
    """Return the MIG devices of a GPU by a named layout; None for a GPU that stays whole."""
    for one in config:
        devices = one.get("devices")
        if devices == "all" or (isinstance(devices, list) and index in devices):
            if not truth(one, "mig-enabled"):
                return None
            return {
                key: value
                for key, value in mapping(one, "mig-devices").items()
                if isinstance(value, int)
            }
    return None


def offered(
    node: Manifest, hardware: Hardware, layout: Layout, sharing: Sharing, strategy: str
) -> tuple[dict[str, int], dict[str, int]]:
    """Return what the plugin offers, by resource: all devices, and those that are healthy."""
    bad = len(unhealthy(node, hardware))
    counts = {"nvidia.com/gpu": layout.whole}
    if strategy == "single" and layout.mig and not layout.whole and len(layout.mig) == 1:
        counts = {"nvidia.com/gpu": sum(layout.mig.values())}
    elif strategy == "mixed":
        counts |= {f"nvidia.com/mig-{name}": n for name, n in layout.mig.items()}
    elif layout.mig:
        counts = {"nvidia.com/gpu": hardware.count if strategy == "none" else 0}
    healthy = counts | {"nvidia.com/gpu": max(0, counts["nvidia.com/gpu"] - bad)}
    return _shared(counts, sharing), _shared(healthy, sharing)


def offered_by_amd(node: Manifest, hardware: Hardware) -> tuple[dict[str, int], dict[str, int]]:
    """Return the same of AMD's plugin."""
    bad = len(unhealthy(node, hardware))
    return {_AMD_GPU: hardware.count}, {_AMD_GPU: hardware.count - bad}


def unhealthy(node: Manifest, hardware: Hardware) -> set[int]:
    """Return the devices that the plugin has marked: said to be, or by an XID of the hardware."""
    said = steered(node, "unhealthy").replace(",", " ").split()
    found = {int(one) for one in said if one.isdecimal()}
    for index in range(hardware.count):
        xid = steered(node, f"{index}.xid")
        if xid.isdecimal() and int(xid) and int(xid) not in IGNORED_XIDS:
            found.add(index)
    return {one for one in found if one < hardware.count}


def sharing_of(world: World, policy: Manifest, node: Manifest) -> Sharing:
    """Return how a node's devices are shared, by the ConfigMap that the ClusterPolicy names."""
    content = plugin_config(world, policy, node)
    for kind, strategy in (("timeSlicing", "time-slicing"), ("mps", "mps")):
        found = mapping(content, "sharing", kind)
        replicas = {text(one, "name"): number(one, "replicas") for one in items(found, "resources")}
        if any(n > 1 for n in replicas.values()):
            return Sharing(strategy, replicas, renamed=truth(found, "renameByDefault"))
    return Sharing()


def plugin_config(world: World, policy: Manifest, node: Manifest) -> Json:
    """Return the configuration of the plugin that a node is told to use; nothing without one."""
    named = text(policy, "spec", "devicePlugin", "config", "name")
    key = labels_of(node).get("nvidia.com/device-plugin.config") or text(
        policy, "spec", "devicePlugin", "config", "default"
    )
    config = world.get("ConfigMap", NAMESPACE, named) if named else None
    return _parsed(strings(config, "data").get(key, ""))


def mig_strategy(world: World, policy: Manifest, node: Manifest) -> str:
    """Return how MIG devices are offered on a node."""
    own = text(plugin_config(world, policy, node), "flags", "migStrategy")
    return own or text(policy, "spec", "mig", "strategy") or "none"


def mig_configs(world: World, policy: Manifest) -> dict[str, list[Manifest]]:
    """Return the named layouts that the ClusterPolicy's ConfigMap holds."""
    named = text(policy, "spec", "migManager", "config", "name") or "default-mig-parted-config"
    content = _parsed(
        strings(world.get("ConfigMap", NAMESPACE, named), "data").get("config.yaml", "")
    )
    return {name: items(content, "mig-configs", name) for name in mapping(content, "mig-configs")}


def _shared(counts: dict[str, int], sharing: Sharing) -> dict[str, int]:
    found: dict[str, int] = {}
    for resource, n in counts.items():
        replicas = sharing.replicas.get(resource, 1)
        name = f"{resource}.shared" if sharing.renamed and replicas > 1 else resource
        found[name] = n * replicas
    return found


def _parsed(content: str) -> Json:
    try:
        return dig(yaml.safe_load(content))
    except yaml.YAMLError:
        return None
