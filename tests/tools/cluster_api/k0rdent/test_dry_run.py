"""A dry run puts off what a change of a ClusterDeployment does, and takes nothing of it away."""

import pytest

from clusterwright.tools.cluster_api.k0rdent.changes.set_config import SetConfig
from clusterwright.tools.cluster_api.k0rdent.changes.upgrade_deployment import UpgradeDeployment
from clusterwright.tools.errors import RefusedError
from clusterwright.tools.kubernetes.changes.step import Scene, Step
from clusterwright.tools.manifest import Manifest
from clusterwright.tools.trust.risk import Risk
from tests.tools.cluster_api.changes.estate import (
    BUSY,
    MACHINES,
    NAME,
    notes,
    pool,
    reasons,
    worst,
)
from tests.tools.cluster_api.k0rdent.deployment import (
    HERE,
    cluster,
    deployment,
    release,
    scene,
    template,
)

LARGE = template("small-2", "v1.36.3", {"chartSpec": {"chart": "large"}})
FOR_REAL = SetConfig(name=NAME, dry_run=False)
ONWARDS = UpgradeDeployment(name=NAME, template="small-2")


def only(steps: tuple[Step, ...]) -> Step:
    (step,) = steps
    return step


def held(*objects: Manifest, template: str = "small-1") -> Scene:
    """Return a cluster at work whose ClusterDeployment was set to a dry run afterwards."""
    there = objects or (release(), *HERE)
    return scene(deployment(dryRun=True, template=template), LARGE, *there, runs=BUSY)


def test_what_was_never_made_is_made_and_costs() -> None:
    step = only(FOR_REAL.steps(scene(deployment(dryRun=True))))
    assert worst(step) is Risk.LOW
    assert "is made, and costs" in reasons(step)
    assert step.irreversible == "another dry run takes nothing back"


def test_leaving_a_dry_run_tells_the_machines_that_a_change_without_one_tells() -> None:
    change = SetConfig(name=NAME, config={"workersNumber": 1}, dry_run=False)
    step = only(change.steps(held()))
    assert worst(step) is Risk.HIGH
    assert "at worst 2 machines are replaced; 2 pods on them must move" in reasons(step)
    assert "m-1 (node node-m-1): 2 pods, 4 of 8 GPUs in use: ml/a, ml/b" in notes(step)
    assert "is made" not in reasons(step)


def test_a_dry_run_is_not_undone_without_telling_what_comes_of_its_end() -> None:
    begins = only(SetConfig(name=NAME, dry_run=True).steps(scene(deployment(), *HERE, runs=BUSY)))
    assert worst(begins) is Risk.LOW
    assert "ends with set_config" in begins.irreversible
    goes_on = only(SetConfig(name=NAME, config={"workersNumber": 9}).steps(held()))
    assert (worst(goes_on), goes_on.irreversible) == (Risk.LOW, "")


def test_a_paused_cluster_leaves_no_dry_run() -> None:
    paused = cluster(annotations={"cluster.x-k8s.io/paused": ""})
    with pytest.raises(RefusedError, match="is paused: nothing would come of it"):
        FOR_REAL.steps(held(release(), paused, pool(), *MACHINES))


@pytest.mark.parametrize("status", ["True", "False", "Unknown"])
def test_a_release_that_is_told_of_may_have_made_a_cluster_elsewhere(status: str) -> None:
    told = {"conditions": [{"type": "HelmReleaseReady", "status": status}]}
    for found in (
        scene(deployment(told, dryRun=True), release()),
        scene(deployment(dryRun=True), release()),
    ):
        step = only(FOR_REAL.steps(found))
        assert worst(step) is Risk.HIGH
        assert "no Cluster of it is on test" in notes(step)


def test_another_chart_is_accepted_before_a_dry_run_of_it_and_before_it_ends() -> None:
    with pytest.raises(RefusedError, match="chart is large and was small: once it is no dry run"):
        ONWARDS.steps(held())
    accepted = ONWARDS.model_copy(update={"accept": ("pods",)})
    step = only(accepted.steps(held()))
    assert "pods (they end): ml/a, ml/b" in reasons(step)
    with pytest.raises(RefusedError, match="chart is large and was small: Flux uninstalls") as told:
        FOR_REAL.steps(held(template="small-2"))
    assert 'accept=["pods"]' in (told.value.hint or "")
    step = only(
        SetConfig(name=NAME, dry_run=False, accept=("pods",)).steps(held(template="small-2"))
    )
    assert "pods (they end): ml/a, ml/b" in reasons(step)
    assert "and the cluster with it" in notes(step)


def test_where_no_release_tells_what_runs_another_chart_is_not_ruled_out() -> None:
    for name in ("small-1", "small-2"):
        with pytest.raises(RefusedError, match=r"was not told.*pods \(they end\)"):
            FOR_REAL.steps(held(*HERE, template=name))


def test_a_dry_run_that_comes_back_to_the_chart_that_runs_asks_nothing() -> None:
    onwards = UpgradeDeployment(name=NAME, template="small-1")
    other = deployment({"availableUpgrades": ["small-1"]}, dryRun=True, template="small-2")
    step = only(onwards.steps(scene(other, LARGE, release(), *HERE, runs=BUSY)))
    assert worst(step) is Risk.LOW
    assert "chart" not in notes(step).replace("its chart decides", "")


def test_a_template_of_the_same_chart_tells_which_kubernetes_follows() -> None:
    newer = deployment(dryRun=True, template="small-2")
    step = only(FOR_REAL.steps(scene(newer, release(), *HERE, runs=BUSY)))
    assert "Kubernetes v1.35.2 becomes v1.36.3" in notes(step)


def test_what_is_only_validated_asks_nothing_of_a_cluster_that_is_not_there() -> None:
    step = only(ONWARDS.steps(scene(deployment(dryRun=True), LARGE)))
    assert worst(step) is Risk.LOW
    assert "chart" not in notes(step)
