"""The first stages: the PCI device is seen, the operator takes the node, and places operands."""

from collections.abc import Sequence

from clusterwright.tools.finding import Evidence, FieldEvidence
from clusterwright.tools.gpu.estate import CLUSTER_POLICY
from clusterwright.tools.gpu.funnel.pod_verdict import Ill, verdict_of
from clusterwright.tools.gpu.funnel.scene import Scene
from clusterwright.tools.gpu.funnel.stage import Stage, State
from clusterwright.tools.gpu.operands import DEPLOY, OPT_OUT
from clusterwright.tools.gpu.vendor import PCI_LABELS, PRESENT, Vendor
from clusterwright.tools.gpu.workload import CONTAINER, PASSTHROUGH, VGPU
from clusterwright.tools.manifest import condition, text
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref

PCI, TAKEN, PLACED = "pci-label", "present", "deploy-labels"
_MARK = PRESENT[Vendor.NVIDIA]
_PAUSED_FOR_UPGRADE = "paused-for-driver-upgrade"
_PAUSED_FOR_MIG = "paused-for-mig-change"
_PAUSED_FOR_VGPU = "paused-for-vgpu-change"
CHANGING = frozenset({"", "pending", "rebooting"})
"""States of a layout that is being made."""
SETTLED = frozenset({"", "upgrade-done", "upgrade-required", "upgrade-failed"})
"""States of a driver's upgrade in which nothing is under way on the node."""
_NEEDED = {
    CONTAINER: ("driver", "container-toolkit", "device-plugin", "operator-validator"),
    PASSTHROUGH: ("vfio-manager", "sandbox-device-plugin", "sandbox-validator"),
    VGPU: (
        *("vgpu-manager", "vgpu-device-manager", "sandbox-device-plugin"),
        "sandbox-validator",
    ),
}
"""Deploy labels without which no pod gets a device (controllers/state_manager.go)."""
_PLUGIN_OF_KATA = {"sandbox-device-plugin": "kata-sandbox-device-plugin"}
_HOST = frozenset({"false", "pre-installed"})
"""Values of the driver's deploy label that leave the driver to the host."""


def pci_label(scene: Scene) -> Stage:
    """Return whether node feature discovery has seen a device."""
    vendor, labels = scene.node.vendor, scene.node.labels
    known = [label for label, whose in PCI_LABELS.items() if whose is vendor]
    seen = next((one for one in known if labels.get(one) == "true"), None)
    if seen:
        return Stage(PCI, State.OK, seen, ref=scene.ref)
    if labels.get(_MARK) == "true" or scene.advertises or scene.slices:
        why = "no PCI label, and the node is taken for one all the same"
        return Stage(PCI, State.NOT_USED, why, ref=scene.ref)
    if not scene.discovered:
        return Stage(PCI, State.NOT_USED, "no operator goes by it here", ref=scene.ref)
    if scene.young:
        return Stage(PCI, State.WORKING, "the node is new, and not looked at yet", ref=scene.ref)
    why = "node feature discovery has not labelled its PCI device"
    shown: list[Evidence] = [scene.label(known[0])]
    for policy in [scene.policy] if scene.policy else []:
        for kind in ("Ready", "Error"):
            if (said := condition(policy, kind)).get("reason") == "NFDLabelsMissing":
                path = f"$.status.conditions[?(@.type=='{kind}')].reason"
                ref, reason = Ref.of(policy), text(said, "reason")
                shown.append(FieldEvidence(ref=ref, path=path, value=reason))
    return Stage(PCI, State.BROKEN, why, "gpu/not-discovered", scene.ref, tuple(shown))


def present(scene: Scene) -> Stage:
    """Return whether the operator of NVIDIA has taken the node for one of its own."""
    said = scene.node.labels.get(_MARK)
    if said == "true":
        return Stage(TAKEN, State.OK, f"{_MARK}=true", ref=scene.ref)
    if not scene.operated:
        return Stage(TAKEN, State.NOT_USED, "no operator of NVIDIA looks after this cluster")
    if scene.brought:
        return Stage(TAKEN, State.NOT_USED, "others bring its devices")
    if scene.young:
        return Stage(TAKEN, State.WORKING, "the node is new", ref=scene.ref)
    why = f"the operator has not set {_MARK}=true" if said is None else f"{_MARK} is {word(said)}"
    shown = (scene.label(_MARK),)
    return Stage(TAKEN, State.BROKEN, why, "gpu/not-present", scene.ref, shown)


def deploy_labels(scene: Scene) -> Stage:
    """Return whether the operator's labels let the operands that it needs onto the node."""
    labels = scene.node.labels
    if not scene.policy and not (scene.operated and scene.estate.unread(CLUSTER_POLICY)):
        return Stage(PLACED, State.NOT_USED, "no ClusterPolicy places operands here")
    if scene.brought:
        return Stage(PLACED, State.NOT_USED, "others bring its devices")
    if labels.get(OPT_OUT) == "false":
        why = f"{OPT_OUT}=false keeps all operands from the node"
        return Stage(
            PLACED, State.BROKEN, why, "gpu/operands-off", scene.ref, (scene.label(OPT_OUT),)
        )
    for rest in _needed(scene):
        key = f"{DEPLOY}{rest}"
        value = labels.get(key)
        if value == "true" or not scene.enabled(rest) or (rest == "driver" and value in _HOST):
            continue
        return _held_back(scene, key, value)
    return Stage(PLACED, State.OK, ref=scene.ref)


def _needed(scene: Scene) -> Sequence[str]:
    """Return the deploy labels that a node is to have for what it is for."""
    wanted = _NEEDED[scene.workload]
    if scene.workload == PASSTHROUGH and scene.for_kata:
        return [_PLUGIN_OF_KATA.get(one, one) for one in wanted]
    return wanted


def _held_back(scene: Scene, key: str, value: str | None) -> Stage:
    shown: tuple[Evidence, ...] = (scene.label(key),)
    if value is not None and value.startswith("paused-for"):
        why = f"{key} is {word(value)}"
        if _under_way(scene, value):
            return Stage(PLACED, State.WORKING, why, ref=scene.ref)
        state = scene.node.upgrade_state
        why = f"{why}, and no such change is under way"
        if value == _PAUSED_FOR_UPGRADE and state:
            shown = (*shown, scene.label("nvidia.com/gpu-driver-upgrade-state"))
        return Stage(PLACED, State.BROKEN, why, "gpu/stale-pause", scene.ref, shown)
    if scene.young:
        return Stage(PLACED, State.WORKING, "the node is new", ref=scene.ref)
    why = f"{key} is not set" if value is None else f"{key} is {word(value)}"
    return Stage(PLACED, State.BROKEN, why, "gpu/operands-off", scene.ref, shown)


def _under_way(scene: Scene, value: str) -> bool:
    """Return whether what operands were paused for still goes on.

    The driver's pod pauses them by itself, too, while its init container changes the driver.
    """
    if value == _PAUSED_FOR_MIG:
        asked = bool(scene.node.mig_config)
        return asked and scene.node.mig_state in CHANGING
    if value == _PAUSED_FOR_VGPU:
        return scene.node.vgpu_state in CHANGING
    if scene.node.upgrade_state not in SETTLED or scene.young:
        return True
    pod = scene.pods.get("driver")
    return pod is not None and verdict_of(scene.estate, pod).ill is not Ill.NOTHING
