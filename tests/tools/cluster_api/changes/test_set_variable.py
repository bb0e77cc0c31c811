"""Variables: which machines another value replaces, and where it is written."""

import pytest

from clusterwright.tools.cluster_api.changes.set_variable import SetVariable
from clusterwright.tools.errors import InvalidInputError, NotFoundError
from clusterwright.tools.manifest import Json
from clusterwright.tools.trust.risk import Risk
from tests.tools.cluster_api.changes.estate import (
    BUSY,
    MACHINES,
    NAME,
    bare,
    classy,
    cluster_class,
    machine,
    notes,
    pool,
    reasons,
    scene,
    worst,
)


def change(pool: str | None = None, **variables: Json) -> SetVariable:
    return SetVariable(name=NAME, variables=variables, pool=pool)


def test_it_tells_which_machines_are_replaced_and_what_runs_on_them() -> None:
    (step,) = change(accelerator="H100").steps(
        scene(classy(), cluster_class(), pool(), *MACHINES, runs=BUSY)
    )
    assert step.write.body["spec"]["topology"]["variables"] == [
        {"name": "accelerator", "value": "H100"}
    ]
    assert step.notes == (
        "machines are replaced: pool gpu",
        "pool gpu: 2 machines, up to 1 more at a time (maxSurge 1, maxUnavailable 0);"
        " the old ones serve until the new ones do; 4 of 16 GPUs in use",
        "m-1 (node node-m-1): 2 pods, 4 of 8 GPUs in use: ml/a, ml/b",
        "m-2 (node node-m-2): 0 pods, 0 of 8 GPUs in use",
    )
    assert worst(step) is Risk.HIGH
    assert reasons(step) == "2 machines are replaced; 2 pods on them must move"


def test_a_variable_that_no_template_takes_replaces_nothing() -> None:
    (step,) = change(note="x").steps(scene(classy(), cluster_class(), pool(), *MACHINES))
    assert step.notes == ()
    assert step.risks == ((Risk.LOW, "no machine is replaced"),)


def test_a_region_is_said_to_mean_another_cluster() -> None:
    (step,) = change(region="north").steps(scene(classy(), cluster_class(), pool()))
    assert worst(step) is Risk.HIGH
    assert "which a provider builds once" in notes(step)
    assert "/region" in reasons(step)


def test_of_one_pool_alone_it_is_an_override() -> None:
    pools = [
        {"class": "gpu-worker", "name": "gpu", "replicas": 2},
        {"class": "gpu-worker", "name": "big", "replicas": 1},
    ]
    around = scene(
        classy(pools=pools), cluster_class(), pool(), pool("big", 1), *MACHINES, runs=BUSY
    )
    (step,) = change("big", accelerator="H100").steps(around)
    listed = step.write.body["spec"]["topology"]["workers"]["machineDeployments"]
    overrides = [{"name": "accelerator", "value": "H100"}]
    assert listed[1]["variables"] == {"overrides": overrides}
    assert "variables" not in listed[0]
    assert reasons(step) == "no machine is replaced"  # the pool has none yet


def test_a_pool_with_a_value_of_its_own_keeps_its_machines() -> None:
    own = {"overrides": [{"name": "accelerator", "value": "A100"}]}
    entry = {"class": "gpu-worker", "name": "gpu", "replicas": 2, "variables": own}
    (step,) = change(accelerator="H100").steps(
        scene(classy(pools=[entry]), cluster_class(), pool(), *MACHINES)
    )
    assert reasons(step) == "no machine is replaced"


def test_a_control_plane_with_a_value_of_its_own_keeps_its_machines() -> None:
    found = cluster_class()
    patch = {"path": "/x", "op": "add", "valueFrom": {"variable": "accelerator"}}
    selector = {"matchResources": {"controlPlane": True}}
    found["spec"]["patches"] = [{"definitions": [{"selector": selector, "jsonPatches": [patch]}]}]
    member = machine("cp-1", "control-plane")
    (step,) = change(accelerator="H100").steps(scene(classy(), found, pool(), member))
    assert reasons(step).startswith("1 machine is replaced")
    own = {"replicas": 1, "variables": {"overrides": [{"name": "accelerator", "value": "A100"}]}}
    (step,) = change(accelerator="H100").steps(
        scene(classy(controlPlane=own), found, pool(), member)
    )
    assert reasons(step) == "no machine is replaced"


def test_a_plan_holds_only_for_the_pools_that_it_told() -> None:
    own = {"overrides": [{"name": "accelerator", "value": "A100"}]}
    entry = {"class": "gpu-worker", "name": "gpu", "replicas": 2}
    (kept,) = change(accelerator="H100").steps(
        scene(classy(pools=[{**entry, "variables": own}]), cluster_class(), pool(), *MACHINES)
    )
    (rolled,) = change(accelerator="H100").steps(
        scene(classy(pools=[entry]), cluster_class(), pool(), *MACHINES)
    )
    assert kept.rests_on != rolled.rests_on


def test_null_takes_a_value_away() -> None:
    own = {"overrides": [{"name": "note", "value": "a"}]}
    entry = {"class": "gpu-worker", "name": "gpu", "replicas": 2, "variables": own}
    (step,) = change("gpu", note=None).steps(scene(classy(pools=[entry]), cluster_class(), pool()))
    listed = step.write.body["spec"]["topology"]["workers"]["machineDeployments"]
    assert "overrides" not in listed[0].get("variables", {})


def test_without_a_class_there_are_no_variables() -> None:
    with pytest.raises(InvalidInputError, match="made without a ClusterClass"):
        change(accelerator="H100").steps(scene(bare(), pool()))
    with pytest.raises(NotFoundError, match="may not be read"):
        change(accelerator="H100").steps(scene(classy(), pool()))
