"""The way back of a node: who uses its GPUs is heeded, and a layout of before proven."""

from typing import Any

import pytest

from clusterwright.tools.errors import RefusedError
from clusterwright.tools.gpu.changes.emptied import HELD
from clusterwright.tools.gpu.changes.mig_proof import CONFIG, STATE
from clusterwright.tools.gpu.changes.restore import RestoreNode
from clusterwright.tools.gpu.changes.set_mig import SetMig
from clusterwright.tools.gpu.changes.set_sharing import LABEL as SHARING
from clusterwright.tools.gpu.desk import VOCABULARY
from clusterwright.tools.gpu.operands import DEPLOY
from clusterwright.tools.gpu.workload import WORKLOAD
from clusterwright.tools.kubernetes.changes.inverse import inverse_of
from clusterwright.tools.kubernetes.changes.request import parse_change
from clusterwright.tools.kubernetes.changes.step import Met, Pending
from clusterwright.tools.kubernetes.changes.write import Verb
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.trust.risk import Risk
from tests.tools.gpu.changes.cluster import layouts, node, operand, scene, user

MANAGER = operand("nvidia-mig-manager")
SAY = "MIG layout all-disabled is carried out on Node/gpu-1, and advertised"


def written(state: str, config: str, asked: int, seen: int) -> Manifest:
    """Return the node with a layout and its state, as of seconds."""
    found = node()
    found["metadata"]["labels"] |= {CONFIG: config, STATE: state}
    found["metadata"]["managedFields"] = [
        {
            "manager": label,
            "operation": "Update",
            "time": f"2026-01-01T00:00:{second:02}Z",
            "fieldsV1": {"f:metadata": {"f:labels": {f"f:{label}": {}}}},
        }
        for label, second in ((CONFIG, asked), (STATE, seen))
    ]
    return found


NOW = written("success", "all-1g.10gb", 10, 12)
FIELD: Manifest = {
    "path": ["metadata", "labels", CONFIG],
    "before": "all-disabled",
    "after": "all-1g.10gb",
}


def back(known: Manifest | None, **field: str) -> RestoreNode:
    asked = {"kind": "restore", "object": "Node/gpu-1", "uid": "uid-gpu-1"}
    asked |= {"fields": [{**FIELD, **field}], "known": known}
    made = parse_change(asked, VOCABULARY)
    assert isinstance(made, RestoreNode)
    return made


def said(change: RestoreNode, live: Manifest = NOW) -> list[str]:
    return [check.say for one in change.steps(scene(live)) for check in one.checks]


def test_a_layout_that_was_in_force_is_proven_to_be_so_again() -> None:
    assert said(back({"layout": "all-disabled"})) == [SAY]


@pytest.mark.parametrize("known", [None, {}, {"layout": "of-before"}])
def test_one_that_was_not_in_force_is_only_asked_for_again(known: Manifest | None) -> None:
    assert said(back(known)) == []


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (written("success", "all-disabled", 20, 12), Pending),
        (written("pending", "all-disabled", 20, 21), Pending),
        (written("success", "all-disabled", 20, 25), Met),
    ],
)
def test_the_success_of_the_layout_that_goes_is_none_of_the_one_that_comes(
    found: Manifest, verdict: type[Any]
) -> None:
    (step,) = back({"layout": "all-disabled"}).steps(scene(NOW))
    assert isinstance(step.checks[0].judge(found, ()), verdict)


@pytest.mark.parametrize(
    ("state", "known"),
    [
        ("success", {"layout": "all-disabled", "resources": {"nvidia.com/gpu": 8}}),
        ("failed", None),
    ],
)
def test_a_change_of_the_layout_keeps_whether_the_one_of_before_was_in_force(
    state: str, known: Manifest | None
) -> None:
    live = node(nvidia_com__mig_config_state=state)
    change = SetMig(node="gpu-1", config="all-1g.10gb")
    (step,) = change.steps(scene(live, *MANAGER, known=layouts()))
    assert (inverse_of(step, live, ()) or {}).get("known") == known


def test_what_is_sick_or_shared_is_not_expected_to_be_advertised_again() -> None:
    change = SetMig(node="gpu-1", config="all-1g.10gb")
    sick = node()
    sick["status"]["allocatable"] = {"nvidia.com/gpu": "7"}
    for live in (sick, node(nvidia_com__gpu_replicas="4")):
        (step,) = change.steps(scene(live, *MANAGER, known=layouts()))
        assert step.back == {"layout": "all-disabled"}


@pytest.mark.parametrize(("gpus", "verdict"), [(8, Met), (7, Pending)])
def test_what_was_advertised_has_to_be_so_again(gpus: int, verdict: type[Any]) -> None:
    known = {"layout": "all-disabled", "resources": {"nvidia.com/gpu": 8}}
    (step,) = back(known).steps(scene(NOW))
    found = written("success", "all-disabled", 20, 25)
    found["status"]["allocatable"] = {"nvidia.com/gpu": str(gpus)}
    assert isinstance(step.checks[0].judge(found, ()), verdict)


def test_a_failure_in_the_second_of_the_way_back_is_not_waited_for_long() -> None:
    failed = written("failed", "all-1g.10gb", 10, 12)
    (step,) = back({"layout": "all-disabled"}).steps(scene(failed))
    same = step.checks[0].judge(written("failed", "all-disabled", 12, 12), ())
    assert same == Pending("the MIG manager has not taken it up yet", stuck=True)
    later = step.checks[0].judge(written("failed", "all-disabled", 13, 12), ())
    assert later == Pending("the MIG manager has not taken it up yet")


def labelled(label: str, **values: str) -> RestoreNode:
    field: Manifest = {"path": ["metadata", "labels", label], **values}
    asked = {"kind": "restore", "object": "Node/gpu-1", "uid": "uid-gpu-1", "fields": [field]}
    made = parse_change(asked, VOCABULARY)
    assert isinstance(made, RestoreNode)
    return made


def labelled_node(label: str, value: str) -> Manifest:
    found = node()
    found["metadata"]["labels"][label] = value
    return found


DRIVER, ALL = f"{DEPLOY}driver", f"{DEPLOY}operands"
AWAY = node(nvidia_com__gpu_deploy_driver="true")


@pytest.mark.parametrize(
    ("change", "live"),
    [
        (back(None), NOW),
        (labelled(DRIVER, before="false", after="true"), AWAY),
        (labelled(DRIVER, after="true"), AWAY),
        (labelled(ALL, before="false"), node()),
        (labelled(WORKLOAD, before="vm-vgpu"), node()),
    ],
)
def test_no_label_comes_back_that_takes_devices_from_pods(
    change: RestoreNode, live: Manifest
) -> None:
    assert change.steps(scene(live))
    with pytest.raises(RefusedError, match=r"in use by now, and .*: Pod/ml/train \(2 nvidia"):
        change.steps(scene(live, user("train", 2)))


@pytest.mark.parametrize(
    ("change", "live"),
    [
        (back(None), written("failed", "all-1g.10gb", 10, 12)),
        (labelled(f"{DEPLOY}dcgm-exporter", before="false", after="true"),
         labelled_node(f"{DEPLOY}dcgm-exporter", "true")),
        (labelled("nvidia.com/device-plugin.config", before="x"), node()),
    ],
)  # fmt: skip
def test_others_come_back_while_pods_go_on(change: RestoreNode, live: Manifest) -> None:
    assert change.steps(scene(live, user("train", 2)))


CORDON: list[Manifest] = [
    {"path": ["spec", "unschedulable"], "after": True},
    {"path": ["metadata", "annotations", HELD], "after": "2026"},
]


def cordoned(state: str) -> Manifest:
    found = written(state, "all-1g.10gb", 10, 12)
    found["spec"]["unschedulable"] = True
    found["metadata"]["annotations"] = {HELD: "2026"}
    return found


def test_pods_come_back_only_once_the_layout_of_before_was_tried() -> None:
    change = back({"layout": "all-disabled"})
    both = change.model_copy(update={"fields": (*CORDON, FIELD)})
    first, wait, last = both.steps(scene(cordoned("failed")))
    assert first.write.body == {"metadata": {"labels": {CONFIG: "all-disabled"}}}
    assert [check.say for check in first.checks] == [SAY]
    assert (wait.write.verb, wait.write.body["anyway"]) == (Verb.RUN, True)
    assert wait.write.body["expected"]["config"] == "all-disabled"
    assert last.write.body["spec"] == {"unschedulable": None}
    assert last.follows


def test_a_way_back_that_was_cut_short_goes_on_where_it_was() -> None:
    change = back({"layout": "all-disabled"}).model_copy(update={"fields": (*CORDON, FIELD)})
    halfway = cordoned("success")
    halfway["metadata"]["labels"][CONFIG] = "all-disabled"
    (only,) = change.steps(scene(halfway))
    assert only.write.body["spec"] == {"unschedulable": None}
    halfway["metadata"]["labels"][CONFIG] = "somebody-elses"
    with pytest.raises(RefusedError, match="somebody changed"):
        change.steps(scene(halfway))


def unshared(**known: int) -> RestoreNode:
    change = labelled(SHARING, after="shared-4")
    counts = {f"nvidia.com/{key}": n for key, n in known.items()}
    return change.model_copy(update={"known": {"advertised": counts} if counts else None})


SHARED = node(gpus=32)
SHARED["metadata"]["labels"][SHARING] = "shared-4"


@pytest.mark.parametrize(("gpus", "verdict"), [(8, Met), (32, Pending)])
def test_devices_that_were_whole_have_to_be_so_again(gpus: int, verdict: type[Any]) -> None:
    (step,) = unshared(gpu=8).steps(scene(SHARED))
    (check,) = step.checks
    assert check.say == "Node/gpu-1 advertises 8 nvidia.com/gpu again"
    assert isinstance(check.judge(node(gpus=gpus), ()), verdict)
    (step,) = unshared().steps(scene(SHARED))
    assert step.checks == ()


@pytest.mark.parametrize(("used", "risk"), [(9, Risk.HIGH), (2, Risk.MEDIUM)])
def test_pods_that_share_devices_by_now_are_told(used: int, risk: Risk) -> None:
    (step,) = unshared(gpu=8).steps(scene(SHARED, user("train", used)))
    assert step.risks
    found = step.risks[0]
    assert found[0] is risk
    assert f"{used} are in use and there would be 8: Pod/ml/train" in found[1]
