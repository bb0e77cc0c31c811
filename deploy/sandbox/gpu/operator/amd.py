"""AMD's DeviceConfigs: their DaemonSets, the label of a loaded driver, and their status.

Rules: ROCm/gpu-operator v1.5, internal/controllers/device_config_reconciler.go and
internal/conditions/deviceconfig.go; the label is Kernel Module Management's.
"""

from datetime import UTC, datetime

from clusterwright.deploy.sandbox.gpu.daemonsets import module_label, wanted_of_amd
from clusterwright.deploy.sandbox.gpu.nodes import KERNEL
from clusterwright.deploy.sandbox.gpu.operator.world import World, has_label, steered
from clusterwright.tools.manifest import (
    Json,
    Manifest,
    condition,
    dig,
    labels_of,
    mapping,
    name_of,
    namespace_of,
    number,
    strings,
    text,
)

_AMD_GPU = "feature.node.kubernetes.io/amd-gpu"
_NOT_LOADED = "not-loaded"
"""What makes the driver go though its module was loaded: what waits for it goes on waiting."""


def look_after(world: World, config: Manifest) -> None:
    """Make a DeviceConfig's DaemonSets, label its nodes, and tell how far they are."""
    nodes = [one for one in world.all("Node") if _selected(config, one)]
    label = module_label(namespace_of(config), name_of(config))
    for node in world.all("Node"):
        loaded = node in nodes and steered(node, "driver") in {"", _NOT_LOADED}
        if loaded or label in labels_of(node):
            world.label(node, {label: "" if loaded else None})
    for one in wanted_of_amd(config):
        if world.get("DaemonSet", namespace_of(one), name_of(one)) is None:
            world.api.create(one)
    _tell(world, config, nodes)


def _selected(config: Manifest, node: Manifest) -> bool:
    selector = strings(config, "spec", "selector") or {_AMD_GPU: "true"}
    return all(has_label(node, key, value) for key, value in selector.items())


def _tell(world: World, config: Manifest, nodes: list[Manifest]) -> None:
    label = module_label(namespace_of(config), name_of(config))
    loaded = [one for one in nodes if label in labels_of(one)]
    status: dict[str, Json] = {
        "driver": _numbers(len(nodes), len(nodes), len(loaded)),
        "devicePlugin": _of_daemonset(world, config, "device-plugin", len(nodes)),
        "metricsExporter": _of_daemonset(world, config, "metrics-exporter", len(nodes)),
        "nodeModuleStatus": {name_of(one): _module(config, one, label) for one in nodes},
        "conditions": [
            _lasting(config, "Ready", "True", "OperatorReady"),
        ],
        "observedGeneration": dig(config, "metadata", "generation"),
    }
    for name in mapping(config, "status", "nodeModuleStatus"):
        status["nodeModuleStatus"].setdefault(name, None)
    told = {key: value for key, value in status.items() if dig(config, "status", key) != value}
    if told:
        world.api.patch(config, {"status": told}, status=True)


def _module(config: Manifest, node: Manifest, label: str) -> Manifest:
    before = mapping(config, "status", "nodeModuleStatus", name_of(node))
    state = "Upgrade-Complete" if label in labels_of(node) else "Upgrade-In-Progress"
    state = "Upgrade-Failed" if steered(node, "driver") == "upgrade-failed" else state
    version = text(config, "spec", "driver", "version")
    image = f"amdgpu.sandbox.internal/driver:ubuntu-22.04-{KERNEL}-{version}"
    found = {"status": state, "containerImage": image, "kernelVersion": KERNEL}
    same = all(before.get(key) == value for key, value in found.items())
    since = text(before, "lastTransitionTime") if same else ""
    return found | {"lastTransitionTime": since or _now()}


def _of_daemonset(world: World, config: Manifest, key: str, nodes: int) -> Manifest:
    found = world.get("DaemonSet", namespace_of(config), f"{name_of(config)}-{key}")
    desired = number(found, "status", "desiredNumberScheduled")
    return _numbers(nodes, desired, number(found, "status", "numberAvailable"))


def _numbers(nodes: int, desired: int, available: int) -> Manifest:
    return {
        "nodesMatchingSelectorNumber": nodes,
        "desiredNumber": desired,
        "availableNumber": available,
    }


def _lasting(config: Manifest, kind: str, status: str, reason: str) -> Manifest:
    before = condition(config, kind)
    since = text(before, "lastTransitionTime") if before.get("status") == status else ""
    return {
        "type": kind,
        "status": status,
        "reason": reason,
        "message": "",
        "lastTransitionTime": since or _now(),
    }


def _now() -> str:
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
