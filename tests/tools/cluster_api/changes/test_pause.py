"""Pausing, resuming and restarting, and how a cluster is named."""

import pytest

from clusterwright.tools.cluster_api.changes.pause import Pause, Resume
from clusterwright.tools.cluster_api.changes.restart import Restart
from clusterwright.tools.diff import differences
from clusterwright.tools.errors import RefusedError, ToolError
from clusterwright.tools.kubernetes.changes.inverse import Restore, inverse_of
from clusterwright.tools.kubernetes.changes.step import Met
from clusterwright.tools.manifest import Json
from tests.tools.cluster_api.changes.estate import (
    MACHINES,
    NAME,
    NOW,
    bare,
    classy,
    pool,
    scene,
)


def test_pause_and_resume_are_each_others_way_back() -> None:
    (step,) = Pause(name=NAME).steps(scene(classy()))
    assert step.write.body == {"spec": {"paused": True}}
    held = classy()
    held["spec"]["paused"] = True
    assert Pause(name=NAME).steps(scene(held)) == ()
    (step,) = Resume(name=NAME).steps(scene(held))
    assert step.write.body == {"spec": {"paused": None}}


def test_a_hold_by_annotation_is_somebody_elses() -> None:
    held = classy()
    held["metadata"]["annotations"] = {"cluster.x-k8s.io/paused": ""}
    with pytest.raises(RefusedError, match="carries the annotation"):
        Resume(name=NAME).steps(scene(held))


@pytest.mark.parametrize("status", [None, [], "x", {"conditions": "x"}, {"conditions": [None, 1]}])
def test_a_cluster_with_an_odd_status_is_resumed(status: Json) -> None:
    held = classy()
    held["spec"]["paused"] = True
    held["status"] = status
    (step,) = Resume(name=NAME).steps(scene(held))
    assert step.write.body == {"spec": {"paused": None}}


def test_a_restart_asks_for_machines_younger_than_now() -> None:
    (step,) = Restart(name=NAME, pool="gpu").steps(scene(classy(), pool(), *MACHINES))
    listed = step.write.body["spec"]["topology"]["workers"]["machineDeployments"]
    assert listed[0]["rollout"] == {"after": NOW.strftime("%Y-%m-%dT%H:%M:%SZ")}
    (step,) = Restart(name=NAME, pool="train-gpu").steps(scene(bare(), pool(), *MACHINES))
    assert step.write.body == {"spec": {"rollout": {"after": "2026-01-01T00:00:00Z"}}}


@pytest.mark.parametrize(
    "name", ["default/train", "capi:default/train", "Cluster.cluster.x-k8s.io/default/train"]
)
def test_a_cluster_may_be_named_as_other_tools_name_it(name: str) -> None:
    assert str(Pause(name=name).ref) == "Cluster.cluster.x-k8s.io/default/train"


@pytest.mark.parametrize("name", ["train", "a/b/c", "/train", "default/", "default/..", "A/b"])
def test_what_names_no_cluster_is_an_error(name: str) -> None:
    with pytest.raises(ToolError):
        _ = Pause(name=name).ref


def test_that_it_is_paused_is_all_that_a_pause_proves() -> None:
    asleep = classy()
    asleep["spec"]["paused"] = True
    (proof,) = Pause(name=NAME).proofs(scene(asleep))
    assert proof.judge(asleep, ()) == Met()


def test_a_pause_is_not_undone_once_the_cluster_is_to_go() -> None:
    was, written = classy(), classy()
    written["spec"]["paused"] = True
    (step,) = Pause(name=NAME).steps(scene(was, pool(), *MACHINES))
    inverse = inverse_of(step, written, tuple(differences(was, written)))
    assert inverse is not None
    undo = Restore.model_validate({key: one for key, one in inverse.items() if key != "kind"})
    assert undo.steps(scene(written))
    written["metadata"] |= {"deletionTimestamp": "2026-01-01T00:00:00Z", "finalizers": ["x"]}
    with pytest.raises(RefusedError, match="is being deleted"):
        undo.steps(scene(written))
