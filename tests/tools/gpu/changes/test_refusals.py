"""What is refused before anything is written, with the reason and what would do."""

from dataclasses import replace

import pytest

from clusterwright.tools.coverage import Coverage, Gap
from clusterwright.tools.errors import InvalidInputError, RefusedError, ToolError
from clusterwright.tools.gpu.changes.cordon import Drain
from clusterwright.tools.gpu.changes.label_node import LabelNode
from clusterwright.tools.gpu.changes.node_change import NodeChange
from clusterwright.tools.gpu.changes.restart_operand import RestartOperand
from clusterwright.tools.gpu.changes.retry_upgrade import RetryUpgrade
from clusterwright.tools.gpu.changes.set_mig import SetMig
from clusterwright.tools.gpu.changes.set_sharing import SetSharing
from clusterwright.tools.kubernetes.changes.write import Verb
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.trust.risk import Risk
from tests.tools.gpu.changes.cluster import layouts, made, node, operand, scene, user

MANAGER, PLUGIN = operand("nvidia-mig-manager"), operand("nvidia-device-plugin-daemonset")
DRIVER = operand("nvidia-driver-daemonset")
TEN = SetMig(node="gpu-1", config="all-1g.10gb")
MOVING = SetMig(node="gpu-1", config="all-1g.10gb", evict=True)
POLICY = made("ClusterPolicy", "p", "nvidia.com/v1", spec={"mig": {"strategy": "none"}})
SINGLE = made("ClusterPolicy", "p", "nvidia.com/v1", spec={"mig": {"strategy": "single"}})


def refusal(change: NodeChange, *objects: Manifest) -> str:
    with pytest.raises(ToolError) as caught:
        change.steps(scene(*objects, known=layouts()))
    return f"{caught.value} Next: {caught.value.hint}"


@pytest.mark.parametrize(
    ("change", "objects", "words"),
    [
        (TEN, (node(), *PLUGIN), "no MIG manager runs on Node/gpu-1"),
        (TEN, (node(nvidia_com__mig_capable="false"), *MANAGER), "has no MIG"),
        (TEN, (node(nvidia_com__gpu_product="Tesla-T4"), *MANAGER), "Tesla T4 has no MIG"),
        (TEN, (node(), *MANAGER, POLICY), "has mig.strategy none"),
        (
            TEN,
            (node(nvidia_com__mig_config="x", nvidia_com__mig_config_state="pending"),
             *MANAGER),
            "is at layout x: pending",
        ),
        (
            TEN,
            (node(upgrade="drain-required"), *MANAGER),
            "is being upgraded: drain-required",
        ),
        (
            TEN,
            (node(upgrade="upgrade-failed"), *MANAGER),
            "retry_upgrade",
        ),
        (
            TEN,
            (node(nvidia_com__mig_config="all-1g.10gb", nvidia_com__mig_config_state="failed"),
             *MANAGER),
            "restart_operand mig-manager lets it try again",
        ),
        (
            SetMig(node="gpu-1", config="mixed"),
            (node(nvidia_com__mig_strategy="single"), *MANAGER),
            "strategy single cannot advertise",
        ),
        (
            SetMig(node="gpu-1", config="mixed"),
            (node(nvidia_com__mig_strategy="mixed"), *MANAGER, SINGLE),
            "strategy single cannot advertise",
        ),
        (TEN, (node(), *MANAGER, user("train-1", 8)), "in use: Pod/ml/train-1 (8 nvidia.com/gpu)"),
        (MOVING, (node(), *MANAGER, user("d", 1, owner="DaemonSet")), "that cannot be moved"),
        (MOVING, (node(), *MANAGER, user("bare", 1, owner="")), "nothing would replace"),
        (SetSharing(node="gpu-1", config="x"), (node(),), "no device plugin of NVIDIA runs"),
        (SetSharing(node="gpu-1", config="x"), (node(), *PLUGIN), "reads no ConfigMap"),
        (
            LabelNode(node="gpu-1", label="nvidia.com/gpu.deploy.driver", value="off"),
            (node(),),
            "true or false",
        ),
        (
            LabelNode(node="gpu-1", label="nvidia.com/gpu.deploy.driver", value="false"),
            (node(), user("train-1", 1)),
            "in use",
        ),
        (
            LabelNode(node="gpu-1", label="nvidia.com/gpu.workload.config", value="vm-vgpu"),
            (node(), POLICY),
            "sandboxWorkloads.enabled off",
        ),
        (
            LabelNode(node="gpu-1", label="dcm.amd.com/gpu-config-profile", value="cpx"),
            (node(),),
            "no DeviceConfig has a config manager",
        ),
        (RetryUpgrade(node="gpu-1"), (node(),), "its state is not set"),
        (RestartOperand(node="gpu-1", operand="driver"), (node(), *DRIVER, user("a", 1)), "in use"),
        (
            RestartOperand(node="gpu-1", operand="toolkit"),
            (node(), *DRIVER),
            "operands on Node/gpu-1: driver",
        ),
    ],
)  # fmt: skip
def test_what_would_not_do_is_refused(
    change: NodeChange, objects: tuple[Manifest, ...], words: str
) -> None:
    assert words in refusal(change, *objects)


def test_clients_by_claims_count_and_those_of_other_devices_do_not() -> None:
    def claimed(driver: str) -> list[Manifest]:
        results = [{"driver": driver, "pool": "gpu-1", "device": "0"}]
        status = {"allocation": {"devices": {"results": results}}}
        pod = user("claimer")
        pod["spec"]["resourceClaims"] = [{"name": "it", "resourceClaimName": "mine"}]
        claim = made("ResourceClaim", "mine", "resource.k8s.io/v1", "ml", status=status)
        return [claim, pod]

    said = refusal(TEN, node(), *MANAGER, *claimed("gpu.nvidia.com"))
    assert "Pod/ml/claimer (ResourceClaim/ml/mine)" in said
    (step,) = TEN.steps(scene(node(), *MANAGER, *claimed("nic.example.com"), known=layouts()))
    assert step.write.body["metadata"]["labels"] == {"nvidia.com/mig.config": "all-1g.10gb"}
    pod = claimed("x")[1]
    assert "in use" in refusal(TEN, node(), *MANAGER, pod)  # a claim that could not be read


def test_ended_pods_and_those_of_other_nodes_hold_nothing() -> None:
    ended = user("ended", 8)
    ended["status"]["phase"] = "Succeeded"
    elsewhere = user("elsewhere", 8, on="gpu-2")
    assert TEN.steps(scene(node(), *MANAGER, ended, elsewhere, known=layouts()))


def test_what_was_not_read_is_not_taken_for_nothing() -> None:
    seen = scene(node(), *MANAGER, known=layouts())
    objects = {kind: found for kind, found in seen.around.objects.items() if kind != "Pod"}
    seen = replace(seen, around=replace(seen.around, objects=objects))
    with pytest.raises(RefusedError, match="nobody knows who uses the GPUs"):
        TEN.steps(seen)


def test_room_is_made_step_by_step() -> None:
    there = (node(), *MANAGER, user("train-1", 8), node("gpu-2"))
    steps = MOVING.steps(scene(*there, known=layouts()))
    assert [(one.write.verb, one.say) for one in steps] == [
        (Verb.PATCH, "cordon Node/gpu-1"),
        (Verb.EVICT, "evict Pod/ml/train-1"),
        (Verb.RUN, "wait until nobody uses the GPUs of Node/gpu-1"),
        (Verb.PATCH, "ask for MIG layout all-1g.10gb on Node/gpu-1"),
        (Verb.RUN, "wait until the MIG manager of Node/gpu-1 is done"),
        (Verb.PATCH, "uncordon Node/gpu-1"),
    ]
    assert "could go to gpu-2" in steps[1].notes
    assert (Risk.MEDIUM, "Pod/ml/train-1 loses 8 nvidia.com/gpu") in (steps[1].risks or ())


def test_a_place_is_given_to_one_pod_only() -> None:
    users = (user("train-1", 4), user("train-2", 4))
    steps = MOVING.steps(scene(node(), *MANAGER, *users, node("gpu-2", 4), known=layouts()))
    said = [one.notes[-1] for one in steps if one.write.verb is Verb.EVICT]
    assert said == [
        "could go to gpu-2",
        "no other node that it may use has 4 free nvidia.com/gpu (most: none)",
    ]


def test_in_a_large_cluster_places_are_worked_out_for_who_has_gpus_first() -> None:
    crowd = [node(f"gpu-{number}", 4) for number in range(2, 2_202)]
    users = [user(f"train-{number}", number % 2) for number in range(12)]
    steps = Drain(node="gpu-1").steps(scene(node(), *users, *crowd))
    said = {one.ref.name: one.notes[-1] for one in steps if one.write.verb is Verb.EVICT}
    placed = {name for name, note in said.items() if note.startswith("could go to")}
    assert placed == {f"train-{number}" for number in (1, 3, 5, 7)}
    assert "gpu_explain_fit" in said["train-0"]


def test_a_reboot_that_may_come_is_a_high_risk() -> None:
    env = [{"name": "WITH_REBOOT", "value": "true"}]
    policy = made("ClusterPolicy", "p", "nvidia.com/v1", spec={"migManager": {"env": env}})
    (step,) = TEN.steps(scene(node(), *MANAGER, policy, known=layouts()))
    assert (Risk.HIGH, "Node/gpu-1 may be rebooted, with all that runs on it") in (step.risks or ())


def test_a_restart_tells_that_the_new_pod_is_another() -> None:
    (step,) = RestartOperand(node="gpu-1", operand="device-plugin").steps(scene(node(), *PLUGIN))
    assert step.notes == ("the new pod is of a newer template: image it:1 becomes it:2",)


@pytest.mark.parametrize("name", ["", "a b", "../x", "a%2f", "x" * 254, "a\nb"])
def test_a_node_has_a_name(name: str) -> None:
    with pytest.raises(ValueError, match="node"):
        RetryUpgrade.model_validate({"node": name})


def test_a_node_may_be_named_as_a_reference() -> None:
    assert RetryUpgrade.model_validate({"node": "Node/gpu-1"}).node == "gpu-1"


def test_a_node_without_accelerators_is_told_with_those_that_have() -> None:
    plain = made("Node", "gpu-1", spec={}, status={})
    with pytest.raises(InvalidInputError) as caught:
        RetryUpgrade(node="gpu-1").steps(scene(plain, node("gpu-2")))
    assert "nodes that have: gpu-2" in caught.value.hint


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("gpu-l", "there is no Node/gpu-l on test Next: did you mean gpu-1?"),
        ("elsewhere", "Next: gpu_inventory lists the nodes with accelerators"),
    ],
)
def test_a_node_that_is_not_there_is_told_with_the_nearest_or_where_to_look(
    name: str, told: str
) -> None:
    assert told in refusal(Drain(node=name), node())
    assert told in refusal(SetMig(node=name, config="all-1g.10gb"), node())


def test_a_policy_that_may_not_be_read_may_have_the_node_rebooted() -> None:
    read = scene(node(), *MANAGER, known=layouts())
    gap = Gap(what="ClusterPolicy.nvidia.com", reason="forbidden")
    around = replace(read.around, coverage=Coverage(gaps=(gap,)))
    (step,) = TEN.steps(replace(read, around=around))
    unknown = "the ClusterPolicy could not be read, and may have the node rebooted for it"
    assert (Risk.HIGH, unknown) in (step.risks or ())


def test_a_layout_by_which_nothing_is_advertised_is_a_high_risk() -> None:
    known = layouts("mig-configs: {none: [{devices: all, mig-enabled: true}]}")
    (step,) = SetMig(node="gpu-1", config="none").steps(scene(node(), *MANAGER, known=known))
    said = "Node/gpu-1 has no device for any pod by this layout"
    assert (Risk.HIGH, said) in (step.risks or ())
