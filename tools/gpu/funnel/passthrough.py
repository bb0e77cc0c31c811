"""The stages of a node whose devices are for virtual machines: passed through, or as vGPUs."""

from clusterwright.tools.gpu.funnel.chain import Chain
from clusterwright.tools.gpu.funnel.devices import add_devices
from clusterwright.tools.gpu.funnel.discovery import PCI, PLACED, TAKEN
from clusterwright.tools.gpu.funnel.nvidia import begin
from clusterwright.tools.gpu.funnel.operand import DRIVER_PATIENCE, operand_stage
from clusterwright.tools.gpu.funnel.pod_verdict import Ill
from clusterwright.tools.gpu.funnel.scene import Scene
from clusterwright.tools.gpu.funnel.stage import Stage

_HOLDS = {
    "vm-passthrough": ("vfio-manager",),
    "vm-vgpu": ("vgpu-manager", "vgpu-device-manager"),
}
"""Operands that make the devices, in the order in which they do."""
_PLUGIN, _VALIDATOR = "sandbox-device-plugin", "sandbox-validator"


def passthrough_stages(scene: Scene) -> tuple[Stage, ...]:
    """Return the stages of a node whose devices are for virtual machines."""
    chain = Chain()
    begin(chain, scene)
    before = (PCI, TAKEN, PLACED)
    makers = _HOLDS[scene.workload]
    for i, name in enumerate(makers):
        found = operand_stage(scene, name, name, "gpu/driver-failed", patience=DRIVER_PATIENCE)
        own = found.verdict is not None and found.verdict.ill is Ill.IMAGE
        chain.add(found.stage, *(() if own else (*before, *makers[:i])))
    for name, code, missing in (
        (_VALIDATOR, "gpu/validation-failed", "gpu/validation-failed"),
        (_PLUGIN, "gpu/plugin-failed", "gpu/plugin-missing"),
    ):
        found = operand_stage(scene, name, name, code, missing=missing)
        chain.add(found.stage, *before, *makers)
    add_devices(chain, scene, (_PLUGIN,))
    return chain.ordered(
        (
            *(*before, *makers, _VALIDATOR, _PLUGIN),
            *("capacity", "allocatable", "requested", "free", "slices"),
        )
    )
