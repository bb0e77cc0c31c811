"""Other values and other templates: which machines may be replaced, and what runs on them."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from clusterwright.tools.cluster_api.changes.cluster_change import ClusterChange
from clusterwright.tools.cluster_api.k0rdent.changes.set_config import SetConfig
from clusterwright.tools.cluster_api.k0rdent.changes.upgrade_deployment import UpgradeDeployment
from clusterwright.tools.cluster_api.k0rdent.kinds import GROUP
from clusterwright.tools.errors import RefusedError
from clusterwright.tools.kubernetes.changes.step import Scene, Step
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.trust.risk import Risk
from tests.tools.cluster_api.changes.estate import (
    BUSY,
    LOST,
    MACHINES,
    NAME,
    bare,
    control_plane,
    machine,
    made,
    notes,
    pool,
    reasons,
    worst,
)
from tests.tools.cluster_api.k0rdent.deployment import (
    HERE,
    cluster,
    deployment,
    scene,
    template,
)

Planned = Callable[[Scene], Step]


def configured(around: Scene) -> Step:
    (step,) = SetConfig(name=NAME, config={"workersNumber": 3}).steps(around)
    return step


def upgraded(around: Scene) -> Step:
    (step,) = UpgradeDeployment(name=NAME, template="small-2").steps(around)
    return step


both = pytest.mark.parametrize("planned", [configured, upgraded])


def test_both_have_their_workload_cluster_looked_at() -> None:
    for one in (SetConfig(name=NAME), UpgradeDeployment(name=NAME, template="small-2")):
        assert isinstance(one, ClusterChange)
        assert one.runs
        assert one.ref in one.targets
        assert str(one.ref) == f"Cluster.cluster.x-k8s.io/{NAME}"


@both
def test_each_machine_that_may_go_is_told_with_what_runs_on_it(planned: Planned) -> None:
    step = planned(scene(deployment(), *HERE, runs=BUSY))
    told = notes(step)
    assert "which machines may be replaced" in told
    assert "pool gpu: 2 machines, up to 1 more at a time (maxSurge 1" in told
    assert "m-1 (node node-m-1): 2 pods, 4 of 8 GPUs in use: ml/a, ml/b" in told
    assert worst(step) is Risk.HIGH
    assert "at worst 2 machines are replaced; 2 pods on them must move" in reasons(step)


@both
def test_what_could_not_be_looked_at_is_said(planned: Planned) -> None:
    assert "it did not answer" in notes(planned(scene(deployment(), *HERE, runs=LOST)))
    away = planned(scene(deployment()))
    assert "no Cluster of it is on test" in notes(away)
    assert worst(away) is Risk.HIGH


@both
def test_a_cluster_that_shows_no_machines_is_not_said_to_keep_them(planned: Planned) -> None:
    step = planned(scene(deployment(), cluster()))
    assert worst(step) is Risk.HIGH
    assert "no machine is replaced" not in reasons(step)
    assert "no Machines" in notes(step)


@both
def test_flux_lets_no_part_of_a_cluster_without_a_class_wait_for_another(planned: Planned) -> None:
    found = bare()
    found["metadata"]["labels"] |= cluster()["metadata"]["labels"]
    machines = (machine("c-1", "control-plane"), machine("m-1"))
    step = planned(scene(deployment(), found, pool(), *machines))
    assert "Flux applies the whole chart at once" in notes(step)
    assert "Flux applies" not in notes(planned(scene(deployment(), *HERE)))


@both
def test_what_is_only_validated_replaces_nothing(planned: Planned) -> None:
    step = planned(scene(deployment(dryRun=True), *HERE, runs=BUSY))
    assert worst(step) is Risk.LOW
    assert "replaced" not in notes(step)


@both
def test_a_plan_rests_on_the_template_as_it_is_now(planned: Planned) -> None:
    rests = planned(scene(deployment(), *HERE)).rests_on
    assert isinstance(rests, list)
    name = "small-1" if planned is configured else "small-2"
    assert rests[:2] == [f"uid-{name}", 1]


def alone() -> tuple[Manifest, Manifest, Manifest]:
    """Return a Cluster without pools, and a Machine of a MachineSet that nothing owns."""
    found = bare()
    found["metadata"]["labels"] |= cluster()["metadata"]["labels"]
    lone = machine("m-1")
    del lone["metadata"]["labels"]["cluster.x-k8s.io/deployment-name"]
    return found, made("MachineSet", "s", {"replicas": 1}), lone


@both
def test_machines_of_no_pool_are_told_with_what_runs_on_them(planned: Planned) -> None:
    step = planned(scene(deployment(), *alone(), control_plane(), runs=BUSY))
    assert "it has no Machines" not in notes(step)
    assert (
        "machines of no pool: 1 machine, replaced as their owner sees fit, at worst all at once"
        in notes(step)
    )
    assert "m-1 (node node-m-1): 2 pods" in notes(step)
    assert "at worst 1 machine is replaced; 2 pods on them must move" in reasons(step)
    beside = (control_plane(), machine("c-1", "control-plane"))
    both_told = planned(scene(deployment(), *alone(), *beside, runs=BUSY))
    assert "at worst 2 machines are replaced; 2 pods on them must move" in reasons(both_told)
    assert "machines of no pool: 1 machine" in notes(both_told)


@both
def test_a_cluster_of_its_name_that_no_release_claims_is_not_told_as_its_own(
    planned: Planned,
) -> None:
    step = planned(scene(deployment(), cluster(labels={}), pool(), *MACHINES, runs=BUSY))
    assert "a Cluster of that name that no release claims" in notes(step)
    assert "m-1" not in notes(step)
    assert worst(step) is Risk.HIGH
    held = cluster(labels={}, annotations={"cluster.x-k8s.io/paused": ""})
    with pytest.raises(RefusedError, match=r"is paused: nothing would come of it.*no release"):
        planned(scene(deployment(), held, pool(), *MACHINES))


@both
def test_every_cluster_of_a_release_is_told(planned: Planned) -> None:
    second = cluster(name="a-train", uid="uid-second")
    step = planned(scene(deployment(), *HERE, second, runs=BUSY))
    assert "of Cluster.cluster.x-k8s.io/default/a-train:" in notes(step)
    held = cluster(name="a-train", annotations={"cluster.x-k8s.io/paused": ""})
    with pytest.raises(RefusedError, match="a-train is paused"):
        planned(scene(deployment(), *HERE, held, runs=BUSY))


def test_pools_of_a_class_wait_for_each_other_only_while_kubernetes_is_upgraded() -> None:
    listed = [{"class": "gpu-worker", "name": name, "replicas": 1} for name in ("gpu", "cpu")]
    found = cluster()
    found["spec"]["topology"]["workers"]["machineDeployments"] = listed
    machines = (machine("m-1"), machine("m-2", "cpu"))
    around = scene(deployment(), found, pool(), pool("cpu"), *machines)
    assert "machines are replaced: pool gpu, then pool cpu" in notes(upgraded(around))
    assert "pool gpu and, side by side, pool cpu" in notes(configured(around))


@both
def test_nothing_is_planned_that_a_paused_cluster_would_not_take(planned: Planned) -> None:
    held = cluster(annotations={"cluster.x-k8s.io/paused": ""})
    with pytest.raises(RefusedError, match="is paused: nothing would come of it"):
        planned(scene(deployment(), held, pool(), *MACHINES))


def test_a_template_of_another_chart_ends_the_cluster_and_has_to_be_accepted() -> None:
    other = template("small-2", "v1.36.3")
    other["spec"]["helm"]["chartSpec"]["chart"] = "large"
    found = scene(deployment(), *HERE, runs=BUSY)
    kind = f"ClusterTemplate.{GROUP}"
    around = replace(found, around=found.around.holding(kind, template(), other))
    change = UpgradeDeployment(name=NAME, template="small-2")
    with pytest.raises(
        RefusedError, match="chart is large and was small: Flux uninstalls"
    ) as raised:
        change.steps(around)
    assert "pods (they end): ml/a, ml/b" in str(raised.value)
    assert 'accept=["pods"]' in (raised.value.hint or "")
    (step,) = change.model_copy(update={"accept": ("pods",)}).steps(around)
    assert "pods (they end): ml/a, ml/b" in reasons(step)
    assert "and the cluster with it" in notes(step)
