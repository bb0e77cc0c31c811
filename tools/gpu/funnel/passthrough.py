"""The stages of a node whose devices are for virtual machines: passed through, or as vGPUs."""

from dataclasses import replace

from clusterwright.tools.gpu.funnel.chain import Chain
from clusterwright.tools.gpu.funnel.devices import add_devices
from clusterwright.tools.gpu.funnel.discovery import PCI, PLACED, TAKEN
from clusterwright.tools.gpu.funnel.nvidia import begin
from clusterwright.tools.gpu.funnel.operand import (
    DRIVER_PATIENCE,
    VALIDATIONS,
    OperandStage,
    operand_stage,
)
from clusterwright.tools.gpu.funnel.scene import Scene
from clusterwright.tools.gpu.funnel.stage import Stage, State
from clusterwright.tools.gpu.funnel.vgpu import DEVICES, vgpu_devices
from clusterwright.tools.gpu.workload import VGPU

VFIO, MANAGER, CC = "vfio-manager", "vgpu-manager", "cc-manager"
_PLUGIN, _KATA, _VALIDATOR = "sandbox-device-plugin", "kata-device-plugin", "sandbox-validator"
_BEFORE = (PCI, TAKEN, PLACED)
_LAST = ("capacity", "allocatable", "requested", "free", "slices")


def passthrough_stages(scene: Scene) -> tuple[Stage, ...]:
    """Return the stages of a node whose devices are for virtual machines."""
    chain = Chain()
    begin(chain, scene)
    makers = (MANAGER, DEVICES) if scene.workload == VGPU else (VFIO,)
    for i, name in enumerate(makers):
        found = _maker(scene, name)
        chain.add(found.stage, *(() if found.lacks_image else (*_BEFORE, *makers[:i])))
    if scene.for_kata and scene.asks_for(CC):
        chain.add(operand_stage(scene, CC, CC, "gpu/vfio-failed").stage, *_BEFORE)
        makers = (*makers, CC)
    plugin = _KATA if scene.for_kata and scene.workload != VGPU else _PLUGIN
    for name, code, missing in (
        (_VALIDATOR, "gpu/validation-failed", "gpu/validation-failed"),
        (plugin, "gpu/plugin-failed", "gpu/plugin-missing"),
    ):
        if name != _VALIDATOR and not scene.asks_for(name):
            chain.add(Stage(name, State.NOT_USED, "the operator is told to leave it out"))
            continue
        found = operand_stage(scene, name, name, code, missing=missing)
        chain.add(found.stage, *_BEFORE, *makers, *_checked(name, found))
    add_devices(chain, scene, (plugin, *makers))
    return chain.ordered((*_BEFORE, *makers, _VALIDATOR, plugin, *_LAST))


def _checked(name: str, found: OperandStage) -> tuple[str, ...]:
    """Return the validator if a plugin waits for what it writes: that the devices are there."""
    at = found.verdict.container if found.verdict else ""
    return (_VALIDATOR,) if name != _VALIDATOR and at in VALIDATIONS else ()


def _maker(scene: Scene, name: str) -> OperandStage:
    """Return the stage of an operand that makes the devices."""
    if not scene.asks_for(name):
        return OperandStage(Stage(name, State.NOT_USED, "the host does it"))
    if name == DEVICES:
        return vgpu_devices(scene)
    code = "gpu/vfio-failed" if name == VFIO else "gpu/driver-failed"
    found = operand_stage(scene, name, name, code, patience=DRIVER_PATIENCE)
    if name == MANAGER and found.lacks_image:
        return replace(found, stage=replace(found.stage, code="gpu/driver-image"))
    return found
