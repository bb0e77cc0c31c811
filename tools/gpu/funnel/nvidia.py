"""The stages of an NVIDIA node, each in the light of those that it hangs on."""

from collections.abc import Mapping
from dataclasses import replace

from clusterwright.tools.finding import FieldEvidence
from clusterwright.tools.gpu.funnel.chain import Chain
from clusterwright.tools.gpu.funnel.devices import add_devices
from clusterwright.tools.gpu.funnel.discovery import (
    PCI,
    PLACED,
    TAKEN,
    deploy_labels,
    pci_label,
    present,
)
from clusterwright.tools.gpu.funnel.driver import driver
from clusterwright.tools.gpu.funnel.mig import mig_manager
from clusterwright.tools.gpu.funnel.operand import OperandStage, operand_stage
from clusterwright.tools.gpu.funnel.pod_verdict import Ill
from clusterwright.tools.gpu.funnel.scene import Scene
from clusterwright.tools.gpu.funnel.smi import said_by
from clusterwright.tools.gpu.funnel.stage import Stage, State
from clusterwright.tools.gpu.vendor import CLOUD_LABELS
from clusterwright.tools.manifest import text

MPS = "mps-control"
NAMES = (
    *(PCI, TAKEN, PLACED, "driver", "toolkit", MPS, "validator", "device-plugin", "gfd"),
    *("mig-manager", "capacity", "allocatable", "requested", "free", "slices"),
)
_MPS_CAPABLE = "nvidia.com/mps.capable"
"""The label that places the daemon; discovery sets it where the plugin is to share by MPS."""
_BEFORE = (PCI, TAKEN, PLACED)
_HANGS_ON = {
    "toolkit": ("driver",),
    MPS: ("driver", "toolkit"),
    "validator": ("driver", "toolkit", "device-plugin", MPS),
    "device-plugin": ("driver", "toolkit"),
    "gfd": ("driver", "toolkit"),
    "mig-manager": ("driver", "toolkit"),
}
"""What operands hang on where their pods do not tell."""


def container_stages(scene: Scene) -> tuple[Stage, ...]:
    """Return the stages of a node whose devices are for containers."""
    chain = Chain()
    begin(chain, scene)
    chain.add(driver(scene), *_BEFORE)
    found = {
        "toolkit": _toolkit(scene),
        "validator": _validator(scene),
        "device-plugin": _device_plugin(scene),
        "gfd": _optional(scene, "gfd", "gpu/discovery-failed"),
        "mig-manager": mig_manager(scene),
    }
    if _by_mps(scene):
        found[MPS] = _mps(scene)
    plans = {
        name: (one.stage, _needs(name, one, found["validator"])) for name, one in found.items()
    }
    blamed = _without_runtime(scene, found)
    if blamed is not None:
        plans["toolkit"] = (blamed, (*_BEFORE, "driver"))
    chain.add_all(plans)
    add_devices(chain, scene, ("device-plugin", MPS, "mig-manager"))
    return chain.ordered(NAMES)


def _by_mps(scene: Scene) -> bool:
    """Return whether devices are shared by MPS: the plugin offers none until its daemon is there.

    It waits for the daemon and seems ready (NVIDIA/k8s-device-plugin v0.18, internal/plugin).
    """
    return scene.node.sharing == "mps" or scene.node.labels.get(_MPS_CAPABLE) == "true"


def _mps(scene: Scene) -> OperandStage:
    if scene.advertises and not scene.daemonsets(MPS) and MPS not in scene.pods:
        return OperandStage(Stage(MPS, State.NOT_USED, "it is there: devices are offered"))
    return _optional(scene, MPS, "gpu/mps-failed")


def begin(chain: Chain, scene: Scene) -> None:
    """Add the stages that every workload of NVIDIA's operator begins with."""
    chain.add(pci_label(scene))
    chain.add(present(scene), PCI)
    chain.add(deploy_labels(scene), PCI, TAKEN)


def _needs(name: str, one: OperandStage, validator: OperandStage) -> tuple[str, ...]:
    """Return what an operand hangs on: what its init container waits for, else all before it.

    An operand that hangs in the same check as the validator, whose only purpose it is, hangs on
    that.
    """
    verdict = one.verdict
    if verdict is None:
        return (*_BEFORE, *_HANGS_ON[name])
    if verdict.ill is Ill.IMAGE:
        return ()
    if verdict.ill is Ill.RUNTIME:
        return ("driver", "toolkit")
    if one.needs is None:
        return _HANGS_ON[name]
    at = validator.verdict.container if validator.verdict else ""
    same = name != "validator" and at == verdict.container
    return (*one.needs, "validator") if same else one.needs


def _toolkit(scene: Scene) -> OperandStage:
    name = "toolkit"
    if not scene.wants(name):
        why = "the host brings it"
        return OperandStage(Stage(name, State.NOT_USED, why))
    return operand_stage(scene, name, "toolkit", "gpu/toolkit-failed")


def _without_runtime(scene: Scene, found: Mapping[str, OperandStage]) -> Stage | None:
    """Return the toolkit's stage if it seems well, and the runtime does not know its class."""
    if found["toolkit"].stage.state not in {State.OK, State.NOT_USED}:
        return None
    for one in found.values():
        if one.verdict is not None and one.verdict.ill is Ill.RUNTIME:
            why = f"the container runtime does not know the runtime class: {one.verdict.why}"
            runtime = text(scene.node.manifest, "status", "nodeInfo", "containerRuntimeVersion")
            path = "$.status.nodeInfo.containerRuntimeVersion"
            shown = FieldEvidence(ref=scene.ref, path=path, value=runtime or "(not set)")
            evidence = (*one.verdict.evidence, shown)
            code = "gpu/runtime-handler"
            return Stage("toolkit", State.BROKEN, why, code, one.verdict.pod, evidence)
    return None


def _validator(scene: Scene) -> OperandStage:
    if not scene.wants("validator"):
        return OperandStage(Stage("validator", State.NOT_USED))
    found = operand_stage(scene, "validator", "validator", "gpu/validation-failed")
    verdict, stage = found.verdict, found.stage
    if verdict is None or stage.state is State.OK:
        return found
    if verdict.container == "plugin-validation" and scene.all_given:
        why = f"{verdict.why}, for want of a free device"
        return replace(found, stage=Stage("validator", State.WORKING, why, ref=stage.ref))
    told = said_by(verdict.exit_code) if verdict.container == "driver-validation" else ""
    why = f"{stage.why} ({told})" if told else stage.why
    return replace(found, stage=replace(stage, why=why))


def _device_plugin(scene: Scene) -> OperandStage:
    name = "device-plugin"
    if not scene.wants(name):
        if scene.slices:
            return OperandStage(Stage(name, State.NOT_USED, "DRA brings the devices"))
        if scene.operated or scene.advertises:
            why = "the operator is told to leave it out" if scene.operated else _bringer(scene)
            return OperandStage(Stage(name, State.NOT_USED, why))
    return operand_stage(scene, name, name, "gpu/plugin-failed", missing="gpu/plugin-missing")


def _bringer(scene: Scene) -> str:
    """Return who makes a node without an operator advertise devices."""
    if any(scene.node.labels.get(one) for one in CLOUD_LABELS):
        return "no operator is here: the cloud brings it"
    return "no operator is here: whoever made the node brings it"


def _optional(scene: Scene, name: str, code: str) -> OperandStage:
    """Return the stage of an operand that only an operator brings."""
    if not scene.wants(name):
        return OperandStage(Stage(name, State.NOT_USED))
    return operand_stage(scene, name, name, code)
