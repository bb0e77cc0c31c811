"""The stage of one operand: its pod on the node, judged, or why there is none."""

from dataclasses import dataclass
from datetime import timedelta

from clusterwright.tools.gpu.funnel.placement import absent
from clusterwright.tools.gpu.funnel.pod_verdict import Ill, Verdict, verdict_of
from clusterwright.tools.gpu.funnel.scene import Scene
from clusterwright.tools.gpu.funnel.stage import Stage, State

PATIENCE = timedelta(minutes=5)
"""What an operand's pod may take to become ready, once nothing holds it up."""
DRIVER_PATIENCE = timedelta(minutes=20)
"""What a driver may take: it may be compiled first.

As its startup probe allows: 120 tries, 10 s apart (NVIDIA/gpu-operator, assets/state-driver).
"""
VALIDATIONS = {
    "driver-validation": ("driver",),
    "toolkit-validation": ("driver", "toolkit"),
    "cuda-validation": ("driver", "toolkit"),
    "plugin-validation": ("driver", "toolkit", "device-plugin", "mps-control"),
    "driver-init": ("driver",),
    "vfio-pci-validation": ("vfio-manager",),
    "vgpu-manager-validation": ("vgpu-manager",),
    "vgpu-devices-validation": ("vgpu-manager", "vgpu-device-manager"),
    "cc-manager-validation": ("cc-manager",),
}
"""Init containers that wait for other stages, by what these are."""


@dataclass(frozen=True, slots=True)
class OperandStage:
    """A stage as its own pod shows it, and the stages that it hangs on there."""

    stage: Stage
    needs: tuple[str, ...] | None = None
    """None where its pod does not tell: then all that comes before it counts."""
    verdict: Verdict | None = None

    @property
    def lacks_image(self) -> bool:
        """Whether its pod cannot have an image, which is nobody's fault but its own."""
        return self.verdict is not None and self.verdict.ill is Ill.IMAGE


def operand_stage(
    scene: Scene,
    name: str,
    operand: str,
    code: str,
    *,
    missing: str = "",
    patience: timedelta = PATIENCE,
) -> OperandStage:
    """Return how an operand stands by itself; whether that is its own fault is told later.

    Args:
        scene: the node.
        name: of the stage.
        operand: whose DaemonSet it is.
        code: of the finding when it fails.
        missing: of the finding when it is not there; by default the same.
        patience: how long it may take to become ready.
    """
    pod = scene.pods.get(operand)
    if pod is None and scene.brought and scene.estate.was_read("Pod"):
        return OperandStage(Stage(name, State.NOT_USED, "others bring its devices"))
    if pod is None:
        return OperandStage(absent(scene, name, operand, missing or code))
    verdict = verdict_of(scene.estate, pod)
    state = _state(scene, verdict, patience)
    broken = state is State.BROKEN
    if verdict.container in VALIDATIONS and verdict.ill is Ill.FAILING:
        code = "gpu/validation-failed"  # of what comes before; the operand itself has not started
    stage = Stage(
        name,
        state,
        verdict.why,
        code if broken else "",
        verdict.pod,
        verdict.evidence or ((scene.unready(pod),) if broken else ()),
        verdict.logs if state is not State.OK else (),
    )
    needs = () if verdict.ill is Ill.IMAGE else VALIDATIONS.get(verdict.container)
    return OperandStage(stage, needs, verdict)


def _state(scene: Scene, verdict: Verdict, patience: timedelta) -> State:
    match verdict.ill:
        case Ill.NOTHING:
            return State.OK
        case Ill.WAITS | Ill.STARTING:
            late = verdict.age > patience and not scene.young
            return State.BROKEN if late else State.WORKING
        case _:
            return State.BROKEN
