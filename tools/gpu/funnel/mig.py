"""The MIG manager of a node: which layout is asked for, and what became of it."""

from dataclasses import replace
from datetime import timedelta

from clusterwright.tools.excerpt import few
from clusterwright.tools.finding import Evidence, FieldEvidence
from clusterwright.tools.gpu.funnel.operand import OperandStage, operand_stage
from clusterwright.tools.gpu.funnel.scene import Scene
from clusterwright.tools.gpu.funnel.stage import Stage, State
from clusterwright.tools.manifest import Manifest, instant
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref

NAME = "mig-manager"
_CONFIG, _STATE = "nvidia.com/mig.config", "nvidia.com/mig.config.state"
_SOON = timedelta(minutes=10)
"""What a change of the layout takes at most, once nothing is in its way."""


def mig_manager(scene: Scene) -> OperandStage:
    """Return how the MIG layout of a node stands, and the pod that makes it, where that tells."""
    node = scene.node
    if not node.mig_config and not node.mig_state:
        return OperandStage(Stage(NAME, State.NOT_USED, "no MIG layout is asked for"))
    asked = f"{_CONFIG}={word(node.mig_config)}"
    if node.mig_state == "failed":
        shown: tuple[Evidence, ...] = (scene.label(_CONFIG), scene.label(_STATE))
        why, logs = f"{asked} has failed{_held(scene)}", scene.log_of(NAME)
        code = "gpu/mig-failed"
        return OperandStage(Stage(NAME, State.BROKEN, why, code, scene.ref, shown, logs))
    if node.mig_state == "success":
        return _idle(scene, asked)
    return _under_way(scene, asked)


def _idle(scene: Scene, asked: str) -> OperandStage:
    """Return the stage of a layout that is in force; its manager has nothing to do any more."""
    done = OperandStage(Stage(NAME, State.OK, asked, ref=scene.ref))
    if not scene.wants(NAME):
        return done
    found = operand_stage(scene, NAME, NAME, "gpu/mig-failed")
    return found if found.stage.state is State.BROKEN else done


def _under_way(scene: Scene, asked: str) -> OperandStage:
    why = f"{asked} is {word(scene.node.mig_state or 'not begun')}"
    found = operand_stage(scene, NAME, NAME, "gpu/mig-stuck")
    own = found.stage
    shown: tuple[Evidence, ...] = (scene.label(_CONFIG), scene.label(_STATE))
    if own.state is State.BROKEN:
        why = f"{why}, and its manager does not work: {own.why}"
        told = replace(own, why=why, evidence=(*shown, *own.evidence))
        return replace(found, stage=told)
    holders = _holders(scene)
    if holders and own.state is State.OK:
        ref, value = Ref.of(holders[0]), scene.node.ref.name
        shown = (*shown, FieldEvidence(ref=ref, path="$.spec.nodeName", value=value))
        why, logs = f"{why}{_held(scene)}", scene.log_of(NAME)
        code = "gpu/mig-stuck"
        return OperandStage(Stage(NAME, State.BROKEN, why, code, scene.ref, shown, logs))
    return OperandStage(Stage(NAME, State.WORKING, why, "", scene.ref, shown))


def _holders(scene: Scene) -> list[Manifest]:
    """Return the pods that have had devices of the node since before a change could begin."""
    now = scene.estate.now
    return [
        pod
        for pod in scene.estate.using(scene.ref.name)
        if (since := instant(pod, "status", "startTime")) and now - since > _SOON
    ]


def _held(scene: Scene) -> str:
    names = [str(Ref.of(pod)) for pod in _holders(scene)]
    return f", and its devices are in use by {few(names, 2)}" if names else ""
