"""The driver of an NVIDIA node: its pod, the host's own, or an upgrade of it."""

from dataclasses import replace

from clusterwright.tools.gpu.estate import NVIDIA_DRIVER
from clusterwright.tools.gpu.funnel.operand import DRIVER_PATIENCE, OperandStage, operand_stage
from clusterwright.tools.gpu.funnel.pod_verdict import Ill, verdict_of
from clusterwright.tools.gpu.funnel.scene import Scene
from clusterwright.tools.gpu.funnel.stage import Stage, State
from clusterwright.tools.gpu.operands import DEPLOY
from clusterwright.tools.quotation import word

NAME = "driver"
KERNEL = "feature.node.kubernetes.io/kernel-version.full"
"""Label by which node feature discovery tells the kernel of a node."""
_STATE = "nvidia.com/gpu-driver-upgrade-state"
_WAITING = frozenset({"", "upgrade-done", "upgrade-required"})


def driver(scene: Scene) -> Stage:
    """Return how the driver stands: what its pod shows, then what the upgrade of it does."""
    if _of_host(scene):
        return Stage(NAME, State.NOT_USED, "the host brings it")
    found = operand_stage(scene, NAME, NAME, "gpu/driver-failed", patience=DRIVER_PATIENCE)
    return _with_upgrade(scene, _judged(scene, found))


def _of_host(scene: Scene) -> bool:
    if NAME in scene.pods:
        return False
    if scene.node.labels.get(f"{DEPLOY}driver") in {"false", "pre-installed"}:
        return True
    made = scene.daemonsets(NAME)
    wanted = scene.wants(NAME)
    return not made and not wanted and not scene.estate.of_kind(NVIDIA_DRIVER)


def _judged(scene: Scene, found: OperandStage) -> Stage:
    stage, verdict = found.stage, found.verdict
    if found.lacks_image:
        kernel = scene.node.labels.get(KERNEL, "")
        why = f"{stage.why} (kernel {word(kernel)})" if kernel else stage.why
        return replace(stage, code="gpu/driver-image", why=why)
    if verdict is None and stage.state is State.BROKEN and _there_all_the_same(scene):
        return Stage(NAME, State.NOT_USED, f"the host brings it, as {stage.why}", ref=stage.ref)
    return stage


def _there_all_the_same(scene: Scene) -> bool:
    """Return whether an operand that needs a driver runs without a pod of it."""
    pods = (scene.pods.get(one) for one in ("toolkit", "device-plugin"))
    return any(pod and verdict_of(scene.estate, pod).ill is Ill.NOTHING for pod in pods)


def _with_upgrade(scene: Scene, stage: Stage) -> Stage:
    state = scene.node.upgrade_state
    if state in _WAITING or stage.state is State.UNKNOWN:
        return stage
    shown = scene.label(_STATE)
    if state == "upgrade-failed":
        why = f"its upgrade has failed: {stage.why}" if stage.why else "its upgrade has failed"
        ref, evidence = stage.ref or scene.ref, (shown, *stage.evidence)
        return Stage(NAME, State.BROKEN, why, "gpu/upgrade-failed", ref, evidence, stage.logs)
    if stage.state is State.BROKEN:  # what ails the pod says more than how far the upgrade is
        return replace(stage, evidence=(*stage.evidence, shown))
    why = f"its upgrade is under way: {word(state)}"
    return Stage(NAME, State.WORKING, why, "", stage.ref or scene.ref, (shown,))
