"""A label that places an operand, taken away: its pod goes, and comes with the label."""

import pytest

from clusterwright.tools.errors import RefusedError
from clusterwright.tools.gpu.changes.label_node import LabelNode
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.trust.risk import Risk
from tests.tools.gpu.changes.cluster import node, operand, scene, user

DEPLOY = "nvidia.com/gpu.deploy."


def _removed(rest: str) -> LabelNode:
    return LabelNode(node="gpu-1", label=f"{DEPLOY}{rest}")


def _labelled(rest: str, value: str) -> Manifest:
    return node("gpu-1", 8, "", **{f"nvidia_com__gpu_deploy_{rest}": value})


@pytest.mark.parametrize("rest", ["driver", "container-toolkit", "device-plugin", "operands"])
@pytest.mark.parametrize("value", ["true", "paused-for-driver-upgrade"])
def test_what_gpus_in_use_need_keeps_its_label(rest: str, value: str) -> None:
    there = scene(_labelled(rest, value), user("train-1", 1))
    with pytest.raises(RefusedError, match=r"in use.*Pod/ml/train-1 \(1 nvidia.com/gpu\)"):
        _removed(rest).steps(there)


def test_it_is_told_what_moves_the_clients_first() -> None:
    for rest, name in (("driver", "driver"), ("container-toolkit", "toolkit")):
        with pytest.raises(RefusedError) as caught:
            _removed(rest).steps(scene(_labelled(rest, "true"), user("train-1", 1)))
        assert f"restart_operand {name} " in caught.value.hint
        assert "evict=true" in caught.value.hint


def test_what_nobody_uses_is_replaced_which_is_told() -> None:
    (step,) = _removed("driver").steps(scene(_labelled("driver", "true")))
    assert step.risks == ((Risk.MEDIUM, "driver leaves the node, and comes anew"),)
    (step,) = _removed("gpu-feature-discovery").steps(
        scene(_labelled("gpu-feature-discovery", "true"), user("train-1", 1))
    )
    assert step.risks == ((Risk.LOW, "gpu-feature-discovery leaves the node, and comes anew"),)


def test_a_label_that_keeps_an_operand_away_may_go() -> None:
    for rest, effect in (
        ("device-plugin", "device-plugin comes to the node"),
        ("operands", "operands come to the node"),
    ):
        there = scene(_labelled(rest, "false"), user("train-1", 1))
        (step,) = _removed(rest).steps(there)
        assert step.risks == ((Risk.LOW, effect),)


def test_a_label_that_is_not_there_is_nothing_to_do() -> None:
    assert _removed("driver").steps(scene(node(), user("train-1", 1))) == ()


def _placed(daemonset: str, on: str, *labels: str) -> list[Manifest]:
    of, pod = operand(daemonset, on)
    of["spec"]["template"]["spec"]["nodeSelector"] = dict.fromkeys(labels, "true")
    return [of, pod]


@pytest.mark.parametrize(
    ("capable", "waited"),
    [
        ("", ["device-plugin is ready on gpu-1"]),
        ("true", ["device-plugin is ready on gpu-1", "mps-control is ready on gpu-1"]),
    ],
)
def test_an_operand_that_needs_another_label_is_waited_for_only_where_that_is(
    capable: str, waited: list[str]
) -> None:
    plugin, mps = f"{DEPLOY}device-plugin", "nvidia.com/mps.capable"
    paused = _labelled("device-plugin", "paused-for-driver-upgrade")
    paused["metadata"]["labels"][mps] = capable
    there = scene(
        paused,
        node("gpu-2"),
        *_placed("nvidia-device-plugin-daemonset", "gpu-2", plugin),
        *_placed("nvidia-device-plugin-mps-control-daemon", "gpu-2", plugin, mps),
    )
    (step,) = LabelNode(node="gpu-1", label=plugin, value="true").steps(there)
    assert [one.say for one in step.checks[1:]] == waited
