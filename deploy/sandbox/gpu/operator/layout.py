"""What a node's devices are split into and shared by, and with it what it offers.

Rules: NVIDIA/k8s-device-plugin, internal/rm and docs; MIG strategy and sharing as in its README.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
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
    """What each GPU of a node is split into."""

    gpus: tuple[Mapping[str, int] | None, ...]
    """MIG devices by profile; None for a GPU that is whole."""

    @property
    def whole(self) -> int:
        """GPUs that are whole."""
        return sum(one is None for one in self.gpus)

    @property
    def mig(self) -> Mapping[str, int]:
        """MIG devices on the node, by profile."""
        found: Counter[str] = Counter()
        for one in self.gpus:
            found.update(one or {})
        return found

    def without(self, indexes: Collection[int]) -> "Layout":
        """Return what is left without some GPUs."""
        return Layout(tuple(one for n, one in enumerate(self.gpus) if n not in indexes))


def layout_of(
    node: Manifest, hardware: Hardware, configs: Mapping[str, Sequence[Manifest]]
) -> Layout:
    """Return into what the MIG manager has split a node's devices."""
    applied = configs.get(steered(node, "mig-applied"), ())
    return Layout(tuple(devices_of(n, applied) for n in range(hardware.count)))


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
    every = _counted(layout, strategy)
    healthy = _counted(layout.without(unhealthy(node, hardware)), strategy)
    return _shared(every, sharing), _shared(dict.fromkeys(every, 0) | healthy, sharing)


def _counted(layout: Layout, strategy: str) -> dict[str, int]:
    mig = layout.mig
    if strategy == "none":
        return {"nvidia.com/gpu": len(layout.gpus)}
    if strategy == "mixed":
        return {"nvidia.com/gpu": layout.whole} | {f"nvidia.com/mig-{k}": n for k, n in mig.items()}
    if not mig:
        return {"nvidia.com/gpu": layout.whole}
    # A node whose devices differ does not suit the strategy `single`: the plugin offers none.
    uniform = len(mig) == 1 and not layout.whole
    return {"nvidia.com/gpu": sum(mig.values()) if uniform else 0}


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
    key, configs = _plugin_configs(world, policy, node)
    return _parsed(configs.get(key, ""))


def lacks_config(world: World, policy: Manifest, node: Manifest) -> bool:
    """Return whether a node is told to use a configuration that there is not."""
    key, configs = _plugin_configs(world, policy, node)
    named = bool(text(policy, "spec", "devicePlugin", "config", "name"))
    return named and bool(key) and key not in configs


def _plugin_configs(world: World, policy: Manifest, node: Manifest) -> tuple[str, dict[str, str]]:
    """Return which configuration a node is to use, and those that there are."""
    named = text(policy, "spec", "devicePlugin", "config", "name")
    default = text(policy, "spec", "devicePlugin", "config", "default")
    config = world.get("ConfigMap", NAMESPACE, named) if named else None
    key = labels_of(node).get("nvidia.com/device-plugin.config") or default
    return key, strings(config, "data")


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
    except (yaml.YAMLError, ValueError):  # the latter of a date that there is not
        return None
