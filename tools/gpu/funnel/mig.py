"""The MIG manager of a node: which layout is asked for, and what became of it."""

from dataclasses import replace
from datetime import timedelta

from clusterwright.tools.excerpt import few
from clusterwright.tools.finding import Evidence, FieldEvidence
from clusterwright.tools.gpu.funnel.operand import operand_stage
from clusterwright.tools.gpu.funnel.scene import Scene
from clusterwright.tools.gpu.funnel.stage import Stage, State
from clusterwright.tools.manifest import Manifest, instant
from clusterwright.tools.quotation import word
from clusterwright.tools.ref import Ref

NAME = "mig-manager"
_CONFIG, _STATE = "nvidia.com/mig.config", "nvidia.com/mig.config.state"
_SOON = timedelta(minutes=10)
"""What a change of the layout takes at most, once nothing is in its way."""


def mig_manager(scene: Scene) -> Stage:
    """Return how the MIG layout of a node stands."""
    node = scene.node
    if not node.mig_config and not node.mig_state:
        return Stage(NAME, State.NOT_USED, "no MIG layout is asked for")
    asked = f"{_CONFIG}={word(node.mig_config)}"
    if node.mig_state == "failed":
        shown: tuple[Evidence, ...] = (scene.label(_CONFIG), scene.label(_STATE))
        logs = scene.log_of(NAME)
        why = f"{asked} has failed{_held(scene)}"
        return Stage(NAME, State.BROKEN, why, "gpu/mig-failed", scene.ref, shown, logs)
    if node.mig_state == "success":
        return _idle(scene, asked)
    return _under_way(scene, asked)


def _idle(scene: Scene, asked: str) -> Stage:
    """Return the stage of a layout that is in force; its manager has nothing to do any more."""
    if NAME not in scene.pods and not scene.wants(NAME):
        return Stage(NAME, State.OK, asked, ref=scene.ref)
    found = operand_stage(scene, NAME, NAME, "gpu/mig-failed").stage
    return found if found.state is State.BROKEN else Stage(NAME, State.OK, asked, ref=scene.ref)


def _under_way(scene: Scene, asked: str) -> Stage:
    state = scene.node.mig_state or "not begun"
    why = f"{asked} is {word(state)}"
    found = operand_stage(scene, NAME, NAME, "gpu/mig-stuck").stage
    shown: tuple[Evidence, ...] = (scene.label(_CONFIG), scene.label(_STATE))
    if found.state is State.BROKEN:
        why = f"{why}, and its manager does not work: {found.why}"
        return replace(found, why=why, evidence=(*shown, *found.evidence))
    holders = _holders(scene)
    if holders and found.state is State.OK:
        ref = Ref.of(holders[0])
        value = scene.node.ref.name
        shown = (*shown, FieldEvidence(ref=ref, path="$.spec.nodeName", value=value))
        why = f"{why}{_held(scene)}"
        return Stage(NAME, State.BROKEN, why, "gpu/mig-stuck", scene.ref, shown, scene.log_of(NAME))
    return Stage(NAME, State.WORKING, why, "", scene.ref, shown)


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
