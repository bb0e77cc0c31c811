"""The vGPUs of a node: which are asked for, and what became of them.

Source: NVIDIA/vgpu-device-manager v0.5, cmd/nvidia-k8s-vgpu-dm: without a label it applies its
default, and tries again only when the label changes or it starts.
"""

from dataclasses import replace
from datetime import timedelta

from clusterwright.tools.finding import Evidence
from clusterwright.tools.gpu.funnel.discovery import CHANGING
from clusterwright.tools.gpu.funnel.operand import OperandStage, operand_stage
from clusterwright.tools.gpu.funnel.scene import Scene
from clusterwright.tools.gpu.funnel.stage import Stage, State
from clusterwright.tools.quotation import word

DEVICES = "vgpu-device-manager"
CODE = "gpu/vgpu-failed"
CONFIG = "nvidia.com/vgpu.config"
STATE = f"{CONFIG}.state"
_SOON = timedelta(minutes=10)
"""What a change of the vGPUs takes at most."""


def vgpu_devices(scene: Scene) -> OperandStage:
    """Return how the vGPUs of a node stand: its manager, and what it says of them."""
    found = operand_stage(scene, DEVICES, DEVICES, CODE)
    if found.stage.state is not State.OK:
        return found
    node = scene.node
    asked = f"{CONFIG}={word(node.vgpu_config)}" if node.vgpu_config else "the default of vGPUs"
    shown: tuple[Evidence, ...] = (scene.label(CONFIG), scene.label(STATE))
    if node.vgpu_state == "failed":
        why, logs = f"{asked} has failed", scene.log_of(DEVICES)
        stage = Stage(DEVICES, State.BROKEN, why, CODE, scene.ref, shown, logs)
        return OperandStage(stage, verdict=found.verdict)
    if node.vgpu_state in CHANGING:
        why = f"{asked} is {word(node.vgpu_state or 'not begun')}"
        return OperandStage(_waiting(scene, why, shown, found), verdict=found.verdict)
    return replace(found, stage=replace(found.stage, why=asked))


def _waiting(scene: Scene, why: str, shown: tuple[Evidence, ...], found: OperandStage) -> Stage:
    verdict = found.verdict
    running = verdict is not None and verdict.age > _SOON
    if running and not scene.node.vgpu_state:
        logs = scene.log_of(DEVICES)
        return Stage(DEVICES, State.BROKEN, why, CODE, scene.ref, shown, logs)
    return Stage(DEVICES, State.WORKING, why, "", scene.ref, shown)
