"""The stages of a node whose vendor has no more than a device plugin: Intel."""

from clusterwright.tools.gpu.funnel.chain import Chain
from clusterwright.tools.gpu.funnel.devices import add_devices
from clusterwright.tools.gpu.funnel.discovery import PCI, pci_label
from clusterwright.tools.gpu.funnel.operand import operand_stage
from clusterwright.tools.gpu.funnel.scene import Scene
from clusterwright.tools.gpu.funnel.stage import Stage, State

_PLUGIN, _OPERAND = "device-plugin", "intel-device-plugin"


def plugin_only_stages(scene: Scene) -> tuple[Stage, ...]:
    """Return the stages of an Intel node."""
    chain = Chain()
    chain.add(pci_label(scene))
    brought = bool(scene.slices) or scene.advertises
    if brought and not scene.wants(_OPERAND):
        chain.add(Stage(_PLUGIN, State.NOT_USED))
    else:
        code, missing = "gpu/plugin-failed", "gpu/plugin-missing"
        chain.add(operand_stage(scene, _PLUGIN, _OPERAND, code, missing=missing).stage, PCI)
    add_devices(chain, scene, (_PLUGIN,))
    return chain.ordered((PCI, _PLUGIN, "capacity", "allocatable", "requested", "free", "slices"))
