"""Scaling: where it is written, which machines go, and who else sets the number."""

import pytest

from clusterwright.tools.cluster_api.changes.scale import Scale
from clusterwright.tools.errors import RefusedError
from clusterwright.tools.manifest import Json, Manifest
from clusterwright.tools.trust.risk import Risk
from tests.tools.cluster_api.changes.estate import (
    BUSY,
    LOST,
    MACHINES,
    NAME,
    bare,
    classy,
    control_plane,
    machine,
    made,
    node,
    notes,
    pod,
    pool,
    reasons,
    running,
    scene,
    worst,
)


def test_a_pool_of_a_topology_is_scaled_in_the_cluster() -> None:
    (step,) = Scale(name=NAME, pool="gpu", replicas=3).steps(scene(classy(), pool(), *MACHINES))
    assert step.ref.kind == "Cluster"
    listed = step.write.body["spec"]["topology"]["workers"]["machineDeployments"]
    assert listed == [{"class": "gpu-worker", "name": "gpu", "replicas": 3}]
    assert worst(step) is Risk.LOW
    assert step.say.endswith("from 2 to 3")


@pytest.mark.parametrize("name", ["train-gpu", "gpu"])
def test_it_may_be_called_by_the_name_of_its_object(name: str) -> None:
    (step,) = Scale(name=NAME, pool=name, replicas=3).steps(scene(classy(), pool()))
    assert step.ref.kind == "Cluster"


def test_a_pool_of_no_topology_is_scaled_itself() -> None:
    (step,) = Scale(name=NAME, pool="train-gpu", replicas=3).steps(scene(bare(), pool()))
    assert step.ref.kind == "MachineDeployment"
    assert step.write.body == {"spec": {"replicas": 3}}


def test_what_is_so_already_is_no_step() -> None:
    assert Scale(name=NAME, pool="gpu", replicas=2).steps(scene(classy(), pool())) == ()


def test_scaled_down_it_tells_which_machines_may_go_and_what_runs_on_them() -> None:
    (step,) = Scale(name=NAME, pool="gpu", replicas=1).steps(
        scene(classy(), pool(), *MACHINES, runs=BUSY)
    )
    assert "which of them is not told (order Random)" in notes(step)
    assert step.rests_on == []
    assert "m-1 (node node-m-1): 2 pods, 4 of 8 GPUs in use: ml/a, ml/b" in notes(step)
    assert worst(step) is Risk.HIGH


def test_a_machine_that_is_marked_goes_first() -> None:
    marked = machine("m-3", annotations={"cluster.x-k8s.io/delete-machine": ""})
    entry = {"class": "gpu-worker", "name": "gpu", "replicas": 3}
    (step,) = Scale(name=NAME, pool="gpu", replicas=2).steps(
        scene(classy(pools=[entry]), pool(replicas=3), *MACHINES, marked, runs=BUSY)
    )
    assert step.notes == ("1 of 3 machines go: m-3", "m-3 (node node-m-3): 0 pods")
    assert step.rests_on == ["m-3"]
    assert worst(step) is Risk.MEDIUM


@pytest.mark.parametrize(
    ("order", "goes"),
    [("Oldest", "1 of 2 machines go: m-1"), ("Newest", "1 of 2 machines go: m-2")],
)
def test_a_deletion_order_says_which_one_goes(order: str, goes: str) -> None:
    aged = (
        machine("m-1", creationTimestamp="2026-01-01T00:00:00Z"),
        machine("m-2", creationTimestamp="2026-01-02T00:00:00Z"),
    )
    of = pool(spec={"deletion": {"order": order}})
    (step,) = Scale(name=NAME, pool="gpu", replicas=1).steps(scene(classy(), of, *aged, runs=BUSY))
    assert step.notes[0] == goes


def test_where_nothing_could_be_read_it_says_so() -> None:
    (step,) = Scale(name=NAME, pool="gpu", replicas=1).steps(
        scene(classy(), pool(), *MACHINES, runs=LOST)
    )
    assert "could not be read: it did not answer" in notes(step)
    assert worst(step) is Risk.HIGH


@pytest.mark.parametrize("replicas", [0, 1, 9])
def test_outside_of_an_autoscalers_bounds_it_is_refused(replicas: int) -> None:
    bounds = {
        "cluster.x-k8s.io/cluster-api-autoscaler-node-group-min-size": "2",
        "cluster.x-k8s.io/cluster-api-autoscaler-node-group-max-size": "8",
    }
    with pytest.raises(RefusedError, match=f"between 2 and 8 machines, and {replicas} is outside"):
        Scale(name=NAME, pool="train-gpu", replicas=replicas).steps(
            scene(bare(), pool(annotations=bounds))
        )
    (step,) = Scale(name=NAME, pool="train-gpu", replicas=4).steps(
        scene(bare(), pool(annotations=bounds))
    )
    assert "the cluster autoscaler may move it again" in notes(step)
    entry = {"class": "gpu-worker", "name": "gpu", "metadata": {"annotations": bounds}}
    with pytest.raises(RefusedError, match="it would take the number back") as raised:
        Scale(name=NAME, pool="gpu", replicas=4).steps(scene(classy(pools=[entry]), pool()))
    assert "spec.topology of the Cluster" in raised.value.hint


def test_a_number_that_is_managed_elsewhere_is_left_alone() -> None:
    managed = pool(annotations={"cluster.x-k8s.io/replicas-managed-by": "karpenter"})
    with pytest.raises(RefusedError, match="managed outside of Cluster API"):
        Scale(name=NAME, pool="train-gpu", replicas=4).steps(scene(bare(), managed))


def test_a_control_plane_of_none_is_no_cluster() -> None:
    with pytest.raises(RefusedError, match="without a control plane"):
        Scale(name=NAME, pool="control-plane", replicas=0).steps(scene(classy()))
    (step,) = Scale(name=NAME, pool="control-plane", replicas=3).steps(scene(classy()))
    assert "tolerates the loss of 1 members" in reasons(step)


def test_a_control_plane_called_like_a_pool_is_not_taken_for_it() -> None:
    """Both often have the name of their cluster."""
    of = pool(metadata_name="train")
    (step,) = Scale(name=NAME, pool="train", replicas=3).steps(scene(bare(), control_plane(), of))
    assert step.ref.kind == "MachineDeployment"
    with pytest.raises(RefusedError, match="control plane of 2 members, which etcd needs odd"):
        Scale(name=NAME, pool="control-plane", replicas=2).steps(
            scene(bare(), control_plane(replicas=1), of)
        )


def test_with_an_etcd_of_its_own_a_control_plane_may_be_even() -> None:
    external = {"clusterConfiguration": {"etcd": {"external": {"endpoints": ["https://a"]}}}}
    plane = control_plane(replicas=1, kubeadmConfigSpec=external)
    (step,) = Scale(name=NAME, pool="control-plane", replicas=2).steps(scene(bare(), plane))
    assert step.write.body == {"spec": {"replicas": 2}}


IN_PLACE = "in-place-updates.internal.cluster.x-k8s.io/update-in-progress"


def _newer(name: str, **more: Json) -> Manifest:
    return machine(name, creationTimestamp="2026-01-01T00:00:00Z", **more)


@pytest.mark.parametrize(
    "first",
    [
        _newer("m-9", deletionTimestamp="2026-01-01T00:00:00Z"),
        _newer("m-9", annotations={IN_PLACE: ""}),
        _newer("m-9", annotations={"runtime.cluster.x-k8s.io/pending-hooks": "A,UpdateMachine"}),
        {**_newer("m-9"), "status": {}},
        {
            **_newer("m-9"),
            "status": {
                "nodeRef": {"name": "node-m-9"},
                "conditions": [
                    {"type": "HealthCheckSucceeded", "status": "True"},
                    {"type": "NodeHealthy", "status": "False"},
                ],
            },
        },
    ],
)
def test_what_cluster_api_lets_go_first_goes_before_the_oldest(first: Manifest) -> None:
    entry = {"class": "gpu-worker", "name": "gpu", "replicas": 3}
    of = pool(replicas=3, spec={"deletion": {"order": "Oldest"}})
    (step,) = Scale(name=NAME, pool="gpu", replicas=2).steps(
        scene(classy(pools=[entry]), of, *MACHINES, first, runs=BUSY)
    )
    assert step.rests_on == ["m-9"]


@pytest.mark.parametrize("kind", ["K0smotronControlPlane", "KamajiControlPlane"])
def test_a_control_plane_that_keeps_its_state_elsewhere_may_be_even(kind: str) -> None:
    plane = {**control_plane(), "kind": kind}
    of = bare()
    of["spec"]["controlPlaneRef"]["kind"] = kind
    (step,) = Scale(name=NAME, pool="control-plane", replicas=2).steps(scene(of, plane))
    assert step.ref.kind == kind


def machine_pool(**status: Json) -> Manifest:
    spec = {"replicas": 5, "template": {"spec": {"version": "v1.35.2"}}}
    return made("MachinePool", "train-many", spec, status={"replicas": 5, **status})


def test_a_machine_pool_without_machines_is_no_empty_one() -> None:
    change = Scale(name=NAME, pool="train-many", replicas=1)
    (step,) = change.steps(scene(bare(), machine_pool(), runs=BUSY))
    assert "4 of 5 machines go; its provider chooses which" in notes(step)
    assert "of 5 machines no node is named here" in notes(step)
    assert worst(step) is Risk.HIGH
    named = [{"name": f"node-m-{number}"} for number in range(1, 6)]
    (step,) = change.steps(scene(bare(), machine_pool(nodeRefs=named), runs=BUSY))
    assert "node-m-1 (node node-m-1): 2 pods, 4 of 8 GPUs in use: ml/a, ml/b" in notes(step)
    twice = [{"name": "node-m-1"}, {"name": "node-m-1"}]
    (step,) = change.steps(scene(bare(), machine_pool(nodeRefs=twice), runs=BUSY))
    assert "node-m-1 (node node-m-1): 2 pods" in notes(step)
    assert "of 4 machines no node is named here" in notes(step)
    assert reasons(step).endswith("2 pods run on those that are known, 4 are not")


def test_a_machine_that_tells_no_node_is_found_by_its_provider_s_id() -> None:
    lost = machine("m-1")
    del lost["status"]["nodeRef"]
    lost["spec"]["providerID"] = "aws:///x/i-1"
    there = {**node("node-m-1", 8), "spec": {"providerID": "aws:///x/i-1"}}
    runs = running(there, pod("trainer", "node-m-1", gpus=8))
    (step,) = Scale(name=NAME, pool="gpu", replicas=0).steps(
        scene(classy(), pool(replicas=1), lost, runs=runs)
    )
    assert "m-1 (node node-m-1): 1 pod, 8 of 8 GPUs in use: ml/trainer" in notes(step)
    assert worst(step) is Risk.HIGH


def test_many_budgets_and_machines_are_told_shortly() -> None:
    machines = [machine(f"m-{number}") for number in range(300)]
    pods = [pod(f"p-{number}", f"node-m-{number}", app=str(number)) for number in range(300)]
    budgets: list[Manifest] = [
        {
            "kind": "PodDisruptionBudget",
            "metadata": {"name": f"b-{number}", "namespace": "ml"},
            "spec": {"selector": {"matchLabels": {"app": str(number)}}},
            "status": {"disruptionsAllowed": 0},
        }
        for number in range(300)
    ]
    (step,) = Scale(name=NAME, pool="gpu", replicas=1).steps(
        scene(classy(), pool(replicas=300), *machines, runs=running(*pods, *budgets))
    )
    assert len(notes(step)) < 2_500


def test_a_pool_that_says_it_is_not_managed_elsewhere_is_scaled() -> None:
    mark = {"cluster.x-k8s.io/replicas-managed-by": "false"}
    change = Scale(name=NAME, pool="train-gpu", replicas=3)
    (step,) = change.steps(scene(bare(), pool(annotations=mark)))
    assert step.write.body == {"spec": {"replicas": 3}}
    managed = {"cluster.x-k8s.io/replicas-managed-by": "karpenter"}
    entry = {
        "class": "gpu-worker",
        "name": "gpu",
        "replicas": 2,
        "metadata": {"annotations": managed},
    }
    with pytest.raises(RefusedError, match="managed outside of Cluster API"):
        Scale(name=NAME, pool="gpu", replicas=3).steps(scene(classy(pools=[entry]), pool()))


def test_nothing_is_changed_of_a_paused_cluster() -> None:
    with pytest.raises(RefusedError, match="is paused: nothing would come of it"):
        Scale(name=NAME, pool="train-gpu", replicas=3).steps(scene(bare(paused=True), pool()))
