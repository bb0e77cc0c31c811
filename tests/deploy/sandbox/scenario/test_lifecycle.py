from pathlib import Path

import pytest

from clusterwright.deploy.sandbox.scenario.errors import (
    KubectlError,
    NeedsNodeError,
    NotDevelopedError,
)
from clusterwright.deploy.sandbox.scenario.lifecycle import (
    break_,
    heal,
    is_developed,
    is_healed,
    remove,
)
from clusterwright.deploy.sandbox.scenario.load import load
from clusterwright.deploy.sandbox.scenario.model import Rendered
from clusterwright.deploy.sandbox.scenario.progress import Progress
from clusterwright.tools.manifest import Manifest
from tests.deploy.sandbox.scenario.stand_in import make_stand_in

OLD = load("old-replicasets").render(1)
CORDONED = load("cordoned-node").render(1)
STUCK = load("stuck-finalizer").render(1)
IMAGE = load("bad-image").render(1)


def deployment(rendered: Rendered, *, available: int, revision: int = 1) -> Manifest:
    name = next(one for one in rendered.objects if one["kind"] == "Deployment")["metadata"]["name"]
    return {
        "kind": "Deployment",
        "metadata": {
            "name": name,
            "annotations": {"deployment.kubernetes.io/revision": str(revision)},
        },
        "status": {
            "availableReplicas": available,
            "updatedReplicas": available,
            "replicas": available,
        },
    }


def replicaset(rendered: Rendered, replicas: int) -> Manifest:
    labels = deployment(rendered, available=0)["metadata"]["name"]
    metadata = {"name": f"rs-{replicas}", "labels": {"app.kubernetes.io/name": labels}}
    return {"kind": "ReplicaSet", "metadata": metadata, "spec": {"replicas": replicas}}


def node(*, unschedulable: bool) -> Manifest:
    found = next(one for one in CORDONED.objects if one["kind"] == "Node")
    status = {"conditions": [{"type": "Ready", "status": "True"}]}
    return {**found, "spec": {"unschedulable": unschedulable}, "status": status}


def test_a_scenario_that_needs_a_node_is_refused_before_anything_is_applied(
    tmp_path: Path,
) -> None:
    stand_in = make_stand_in(tmp_path, has_node=False)
    with pytest.raises(NeedsNodeError, match="bad-image"):
        break_(stand_in.cluster, [IMAGE, CORDONED])
    assert stand_in.calls == []
    assert stand_in.images == []


def test_images_are_pushed_once_before_what_pulls_them(tmp_path: Path) -> None:
    stand_in = make_stand_in(tmp_path)
    with pytest.raises(NotDevelopedError):
        break_(stand_in.cluster, [IMAGE], seconds=0)
    assert stand_in.images == list(IMAGE.images)


def test_breaking_ends_when_the_conditions_hold(tmp_path: Path) -> None:
    stand_in = make_stand_in(tmp_path)
    stand_in.answer([], [node(unschedulable=True)])
    seen = list[Progress]()
    break_(stand_in.cluster, [CORDONED], report=seen.append)
    assert [progress.done for progress in seen] == [False, True]
    assert "found no such object" in seen[0].unmet[0]


def test_a_later_step_waits_for_the_conditions_of_the_one_before(tmp_path: Path) -> None:
    stand_in = make_stand_in(tmp_path)
    rolled = [deployment(OLD, available=2, revision=2), replicaset(OLD, 0)]
    stand_in.answer([], [deployment(OLD, available=2)], rolled)
    break_(stand_in.cluster, [OLD])
    verbs = [call.split()[0] for call in stand_in.calls]
    assert verbs == ["apply", "get", "get", "apply", "get"]


def test_what_is_late_is_named_with_what_is_there_instead(tmp_path: Path) -> None:
    stand_in = make_stand_in(tmp_path)
    stand_in.answer([node(unschedulable=False)])
    with pytest.raises(NotDevelopedError, match=r"unschedulable must match true") as raised:
        break_(stand_in.cluster, [CORDONED], seconds=0)
    assert "=false" in str(raised.value)
    assert f"-n {CORDONED.namespace}" in raised.value.hint


def test_a_condition_must_hold_for_its_time(tmp_path: Path) -> None:
    stand_in = make_stand_in(tmp_path)
    name = STUCK.truth[0].subject.name
    metadata = {
        "name": name,
        "finalizers": [STUCK.objects[1]["metadata"]["finalizers"][0]],
        "deletionTimestamp": "2026-01-01T00:00:00Z",
    }
    stand_in.answer([{"kind": "ConfigMap", "metadata": metadata}])
    with pytest.raises(NotDevelopedError, match=r"holds for \d of 10 s"):
        break_(stand_in.cluster, [STUCK], seconds=1)
    assert is_developed(stand_in.cluster, STUCK)


def test_state_is_read_without_changing_anything(tmp_path: Path) -> None:
    stand_in = make_stand_in(tmp_path)
    assert not is_developed(stand_in.cluster, IMAGE)
    stand_in.answer([deployment(IMAGE, available=2)])
    assert is_healed(stand_in.cluster, IMAGE)
    assert {call.split()[0] for call in stand_in.calls} == {"get"}


def test_healing_applies_the_cure_and_leaves_traps_alone(tmp_path: Path) -> None:
    stand_in = make_stand_in(tmp_path)
    stand_in.answer([deployment(IMAGE, available=2)])
    heal(stand_in.cluster, [CORDONED, IMAGE])
    assert IMAGE.images[0] in stand_in.applied
    assert [call.split()[0] for call in stand_in.calls] == ["apply", "get"]


def test_removing_releases_finalizers_and_deletes_all_that_lies_outside_the_namespace(
    tmp_path: Path,
) -> None:
    stand_in = make_stand_in(tmp_path)
    remove(stand_in.cluster, [STUCK, CORDONED], wait=True)
    deleted = {" ".join(call.split()[1:3]) for call in stand_in.calls if call.startswith("delete")}
    assert deleted == {
        f"Namespace {STUCK.namespace}",
        f"Namespace {CORDONED.namespace}",
        f"Node {node(unschedulable=True)['metadata']['name']}",
    }
    assert any("patch ConfigMap" in call for call in stand_in.calls)


def test_a_refusal_of_kubectl_is_told_in_its_words(tmp_path: Path) -> None:
    stand_in = make_stand_in(tmp_path)
    stand_in.refuse()
    with pytest.raises(KubectlError, match="the server refused"):
        break_(stand_in.cluster, [CORDONED])


def test_a_kubectl_that_is_not_there_is_told(tmp_path: Path) -> None:
    stand_in = make_stand_in(tmp_path)
    stand_in.cluster.kubectl.unlink()
    with pytest.raises(KubectlError, match="No such file"):
        is_developed(stand_in.cluster, CORDONED)
