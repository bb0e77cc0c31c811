"""The stages of an NVIDIA node, each in the light of those that it hangs on."""

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

NAMES = (
    *(PCI, TAKEN, PLACED, "driver", "toolkit", "validator", "device-plugin", "gfd"),
    *("mig-manager", "capacity", "allocatable", "requested", "free", "slices"),
)
_BEFORE = (PCI, TAKEN, PLACED)
_GROUND = (*_BEFORE, "driver", "toolkit")


def container_stages(scene: Scene) -> tuple[Stage, ...]:
    """Return the stages of a node whose devices are for containers."""
    chain = Chain()
    begin(chain, scene)
    chain.add(driver(scene), *_BEFORE)
    toolkit = _toolkit(scene)
    chain.add(toolkit.stage, *_needs(toolkit, "driver"))
    validator = _validator(scene)
    plugin = _device_plugin(scene)
    discovery = _optional(scene, "gfd", "gfd", "gpu/discovery-failed")
    for one in (plugin, discovery, validator):
        _mind_runtime(chain, scene, one)
    late = validator.needs is not None and "device-plugin" in validator.needs
    if not late:
        chain.add(validator.stage, *_needs(validator, "driver", "toolkit"))
    chain.add(
        plugin.stage, *_needs(plugin, "driver", "toolkit", *(() if late else _checks(plugin)))
    )
    if late:
        chain.add(validator.stage, *_needs(validator, "driver", "toolkit", "device-plugin"))
    chain.add(discovery.stage, *_needs(discovery, "driver", "toolkit", *_checks(discovery)))
    chain.add(mig_manager(scene), *_GROUND)
    add_devices(chain, scene, ("device-plugin", "mig-manager"))
    return chain.ordered(NAMES)


def begin(chain: Chain, scene: Scene) -> None:
    """Add the stages that every workload of NVIDIA's operator begins with."""
    chain.add(pci_label(scene))
    chain.add(present(scene), PCI)
    chain.add(deploy_labels(scene), PCI, TAKEN)


def _needs(one: OperandStage, *otherwise: str) -> tuple[str, ...]:
    """Return what an operand hangs on: what its init container waits for, else all before it."""
    if one.verdict is None:
        return (*_BEFORE, *otherwise)
    if one.verdict.ill is Ill.IMAGE:
        return ()
    if one.verdict.ill is Ill.RUNTIME:
        return ("driver", "toolkit")
    if one.needs is None:
        return otherwise
    return tuple(dict.fromkeys((*one.needs, *_checks(one))))


def _checks(one: OperandStage) -> tuple[str, ...]:
    """Return the validator for an operand that hangs in the same check as it."""
    hangs = one.needs is not None and "device-plugin" not in one.needs
    return ("validator",) if hangs and one.stage.name != "validator" else ()


def _toolkit(scene: Scene) -> OperandStage:
    name = "toolkit"
    if "toolkit" not in scene.pods and not scene.wants("toolkit"):
        why = "the host brings it"
        return OperandStage(Stage(name, State.NOT_USED, why))
    return operand_stage(scene, name, "toolkit", "gpu/toolkit-failed")


def _mind_runtime(chain: Chain, scene: Scene, one: OperandStage) -> None:
    """Blame the toolkit, if it seems well, for a runtime class that the runtime does not know."""
    if one.verdict is None or one.verdict.ill is not Ill.RUNTIME or not chain.well("toolkit"):
        return
    why = f"the container runtime does not know the runtime class: {one.verdict.why}"
    version = scene.node.manifest.get("status", {}).get("nodeInfo", {})
    runtime = str(version.get("containerRuntimeVersion", ""))
    path = "$.status.nodeInfo.containerRuntimeVersion"
    shown = (*one.verdict.evidence, FieldEvidence(ref=scene.ref, path=path, value=runtime))
    broken = Stage("toolkit", State.BROKEN, why, "gpu/runtime-handler", one.verdict.pod, shown)
    chain.add(broken, *_BEFORE, "driver")


def _validator(scene: Scene) -> OperandStage:
    if not scene.operated and "validator" not in scene.pods:
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
    if name not in scene.pods and not scene.wants(name):
        if scene.slices:
            return OperandStage(Stage(name, State.NOT_USED, "DRA brings the devices"))
        if scene.operated or scene.advertises:
            why = "the operator is told to leave it out"
            return OperandStage(Stage(name, State.NOT_USED, why))
    return operand_stage(scene, name, name, "gpu/plugin-failed", missing="gpu/plugin-missing")


def _optional(scene: Scene, name: str, operand: str, code: str) -> OperandStage:
    """Return the stage of an operand that only an operator brings."""
    if operand not in scene.pods and not scene.wants(operand):
        return OperandStage(Stage(name, State.NOT_USED))
    return operand_stage(scene, name, operand, code)
