"""Upgrades: their order, what they wait for, and that they do not end in the middle."""

import pytest

from clusterwright.tools.cluster_api.changes.upgrade import Upgrade
from clusterwright.tools.errors import RefusedError
from clusterwright.tools.manifest import Json
from tests.tools.cluster_api.changes.estate import (
    BUSY,
    MACHINES,
    NAME,
    bare,
    classy,
    cluster_class,
    condition,
    control_plane,
    machine,
    notes,
    pool,
    scene,
)


def test_the_order_is_the_control_plane_and_then_the_pools() -> None:
    around = scene(
        classy(),
        cluster_class(),
        control_plane(),
        pool(),
        *MACHINES,
        machine("cp-1", "control-plane"),
        runs=BUSY,
    )
    (step,) = Upgrade(name=NAME, version="1.36.3").steps(around)
    assert step.write.body == {"spec": {"topology": {"version": "v1.36.3"}}}
    assert step.notes[0] == "machines are replaced: the control plane first, then pool gpu"
    assert step.notes[1].startswith("the control plane: 1 machine, up to 1 more at a time")
    assert step.irreversible
    assert step.checks[0].seconds > 900


def test_a_control_plane_without_machines_is_its_providers() -> None:
    (step,) = Upgrade(name=NAME, version="v1.36.3").steps(
        scene(classy(), cluster_class(), control_plane(), pool(), *MACHINES)
    )
    assert "has no machines here: its provider upgrades it first" in step.notes[0]


def test_over_several_minors_the_chain_is_told() -> None:
    offered = ["v1.35.2", "v1.36.3", "v1.37.0"]
    (step,) = Upgrade(name=NAME, version="v1.37.0").steps(
        scene(classy(), cluster_class(kubernetesVersions=offered), pool())
    )
    assert step.notes[0] == "it goes over v1.36.3, one after the other"


@pytest.mark.parametrize("kind", ["RollingOut", "ScalingUp", "ScalingDown"])
def test_it_waits_for_the_end_of_another_change(kind: str) -> None:
    moving = classy()
    moving["status"] = {"conditions": [condition(kind, "True")]}
    with pytest.raises(RefusedError, match=f"in the middle of a change \\({kind}\\)"):
        Upgrade(name=NAME, version="v1.36.3").steps(scene(moving, cluster_class()))


def test_it_waits_for_a_topology_that_is_not_reconciled() -> None:
    stuck = classy()
    said = condition("TopologyReconciled", "False", message="no such template")
    stuck["status"] = {"conditions": [said]}
    with pytest.raises(RefusedError, match="no such template"):
        Upgrade(name=NAME, version="v1.36.3").steps(scene(stuck, cluster_class()))


def test_a_pool_that_is_held_back_keeps_its_version_as_long_as_it_may() -> None:
    held = {"annotations": {"topology.cluster.x-k8s.io/defer-upgrade": ""}}
    entry = {"class": "gpu-worker", "name": "gpu", "replicas": 2, "metadata": held}
    of = classy(pools=[entry])
    (step,) = Upgrade(name=NAME, version="v1.36.3").steps(
        scene(of, cluster_class(), pool(), *MACHINES)
    )
    assert "pool gpu keeps its version" in notes(step)
    old = (machine("m-1", version="v1.32.0"),)
    with pytest.raises(RefusedError, match=r"runs v1\.32\.0, too old") as raised:
        Upgrade(name=NAME, version="v1.36.3").steps(
            scene(of, cluster_class(), pool(version="v1.32.0"), *old)
        )
    assert raised.value.hint == "upgrade pool gpu first"


def test_a_pool_that_holds_the_sequence_keeps_all_after_it_too() -> None:
    held = {"annotations": {"topology.cluster.x-k8s.io/hold-upgrade-sequence": ""}}
    entries = [
        {"class": "gpu-worker", "name": "gpu", "replicas": 2, "metadata": held},
        {"class": "gpu-worker", "name": "more", "replicas": 0},
    ]
    (step,) = Upgrade(name=NAME, version="v1.36.3").steps(
        scene(classy(pools=entries), cluster_class(), pool(), pool("more", 0), *MACHINES)
    )
    assert "pool gpu keeps its version" in notes(step)
    assert "pool more keeps its version" in notes(step)
    assert "every machine runs" not in step.checks[0].say


def test_a_plan_holds_for_the_way_over_the_versions_that_its_class_has() -> None:
    def bound(*versions: str, generation: int = 1) -> Json:
        found = cluster_class()
        found["metadata"]["generation"] = generation
        found["spec"] = {**found.get("spec", {}), "kubernetesVersions": ["v1.35.2", *versions]}
        (step,) = Upgrade(name=NAME, version=versions[-1]).steps(scene(classy(), found, pool()))
        return step.rests_on

    assert bound("v1.36.3") == bound("v1.36.3")
    assert bound("v1.36.3") != bound("v1.36.3", generation=2)


def test_without_a_class_the_control_plane_comes_first_and_then_the_pools() -> None:
    change = Upgrade(name=NAME, version="v1.36.3")
    (first,) = change.steps(scene(bare(), control_plane(), pool(), *MACHINES))
    assert (first.ref.kind, first.write.body) == ("XPlane", {"spec": {"version": "v1.36.3"}})
    assert first.notes[-1] == "then plan the same upgrade once more, for train-gpu"
    (second,) = change.steps(scene(bare(), control_plane("v1.36.3"), pool(), *MACHINES))
    assert second.ref.kind == "MachineDeployment"
    done = scene(bare(), control_plane("v1.36.3"), pool(version="v1.36.3"))
    assert change.steps(done) == ()
