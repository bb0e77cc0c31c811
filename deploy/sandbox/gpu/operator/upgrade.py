"""The driver's upgrade on each node: the states of its label, a step at a time.

Rules: NVIDIA/k8s-operator-libs, pkg/upgrade (common_manager.go, upgrade_inplace.go), with the
policy of ClusterPolicy.spec.driver.upgradePolicy. Nothing is drained unless the policy says so.
"""

from collections.abc import Iterable

from clusterwright.deploy.sandbox.gpu.operands import key_of
from clusterwright.deploy.sandbox.gpu.operator.policy import newest_revision
from clusterwright.deploy.sandbox.gpu.operator.world import World, has_label
from clusterwright.tools.manifest import (
    Manifest,
    condition,
    items,
    labels_of,
    mapping,
    name_of,
    number,
    text,
    truth,
)

STATE = "nvidia.com/gpu-driver-upgrade-state"
ENABLED = "nvidia.com/gpu-driver-upgrade-enabled"
SKIP = "nvidia.com/gpu-driver-upgrade.skip"
_DONE, _REQUIRED, _FAILED = "upgrade-done", "upgrade-required", "upgrade-failed"
_NEXT = {
    _REQUIRED: "cordon-required",
    "cordon-required": "wait-for-jobs-required",
    "wait-for-jobs-required": "pod-deletion-required",
    "pod-deletion-required": "drain-required",
    "drain-required": "pod-restart-required",
    "validation-required": "uncordon-required",
    "uncordon-required": _DONE,
}


def look_after(world: World, policy: Manifest, nodes: list[Manifest]) -> None:
    """Carry the upgrade of every node one state on, no more nodes at a time than the policy has."""
    wanted = truth(policy, "spec", "driver", "upgradePolicy", "autoUpgrade")
    if not wanted:
        for node in nodes:
            world.annotate(node, {ENABLED: None})
            world.label(node, {STATE: None})
        return
    newest = {newest_revision(world, one) for one in world.all("DaemonSet") if _drives(one)}
    most = number(policy, "spec", "driver", "upgradePolicy", "maxParallelUpgrades") or len(nodes)
    idle = {"", _DONE, _REQUIRED, _FAILED}
    free = most - sum(labels_of(one).get(STATE, "") not in idle for one in nodes)
    for node in nodes:
        pods = {key_of(one): one for one in world.pods_on(node)}
        if "driver" not in pods:
            continue
        world.annotate(node, {ENABLED: "true"})
        state = labels_of(node).get(STATE, "")
        step = _step(world, policy, node, pods, newest)
        if state == _REQUIRED and (free <= 0 or has_label(node, SKIP)):
            continue
        free -= state == _REQUIRED
        world.label(node, {STATE: step})


def _step(
    world: World, policy: Manifest, node: Manifest, pods: dict[str, Manifest], newest: set[str]
) -> str:
    """Act as the node's state asks for; return the state that follows."""
    driver, state = pods["driver"], labels_of(node).get(STATE, "")
    current = labels_of(driver).get("controller-revision-hash") in newest
    match state:
        case "" | "upgrade-done":
            found = _DONE if current else _REQUIRED
        case "pod-restart-required" | "upgrade-failed":
            found = _restarted(world, driver, state, current=current)
        case "validation-required" if not _ready(pods.get("validator", {})):
            found = state
        case _:
            found = _NEXT.get(state, state)
    if state in {"cordon-required", "uncordon-required"}:
        _cordon(world, node, cordoned=state == "cordon-required")
    drains = truth(policy, "spec", "driver", "upgradePolicy", "drain", "enable")
    if state == "drain-required" and drains:
        _drain(world, world.pods_on(node))
    return found


def _restarted(world: World, driver: Manifest, state: str, *, current: bool) -> str:
    if not current and state != _FAILED:
        world.api.delete({"apiVersion": "v1", "kind": "Pod", **driver})
    elif current and _ready(driver):
        return "validation-required" if state != _FAILED else "uncordon-required"
    elif current and _failing(driver):
        return _FAILED
    return state


def _drives(daemonset: Manifest) -> bool:
    return key_of(mapping(daemonset, "spec", "template")) == "driver"


def _failing(pod: Manifest) -> bool:
    return any(
        number(one, "restartCount") and mapping(one, "state", "waiting")
        for field in ("initContainerStatuses", "containerStatuses")
        for one in items(pod, "status", field)
    )


def _ready(pod: Manifest) -> bool:
    return condition(pod, "Ready").get("status") == "True"


def _cordon(world: World, node: Manifest, *, cordoned: bool) -> None:
    node["spec"] = world.api.patch(node, {"spec": {"unschedulable": cordoned or None}})["spec"]


def _drain(world: World, pods: Iterable[Manifest]) -> None:
    for pod in list(pods):
        owners = items(pod, "metadata", "ownerReferences")
        if not any(text(one, "kind") == "DaemonSet" for one in owners) and name_of(pod):
            world.api.delete({"apiVersion": "v1", "kind": "Pod", **pod})
