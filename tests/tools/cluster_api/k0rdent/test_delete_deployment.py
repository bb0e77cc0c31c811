"""Giving a cluster of k0rdent up: no less is asked than where a Cluster is deleted itself."""

from dataclasses import replace

import pytest

from clusterwright.tools.cluster_api.k0rdent.changes.delete_deployment import DeleteDeployment
from clusterwright.tools.errors import InvalidInputError, RefusedError
from clusterwright.tools.kubernetes.changes.step import Elsewhere
from clusterwright.tools.manifest import Manifest
from tests.tools.cluster_api.changes.estate import BUSY, LOST, NAME, reasons, running
from tests.tools.cluster_api.k0rdent.deployment import (
    DEPLOYMENT,
    HERE,
    cluster,
    deployment,
    made,
    scene,
)

GONE = DeleteDeployment(name=NAME)


def test_what_depends_on_its_cluster_has_to_be_accepted() -> None:
    around = scene(deployment(), *HERE, runs=BUSY)
    with pytest.raises(RefusedError, match=f"with {DEPLOYMENT} would go: pods") as raised:
        GONE.steps(around)
    assert raised.value.hint.endswith('accept=["pods"]')
    (step,) = DeleteDeployment(name=NAME, accept=("pods",)).steps(around)
    assert step.say == f"delete {DEPLOYMENT} with 2 machines"
    assert "ml/a, ml/b" in reasons(step)
    with pytest.raises(InvalidInputError, match="'all' is nothing to accept"):
        DeleteDeployment(name=NAME, accept=("all",)).steps(around)


@pytest.mark.parametrize("objects", [(), (cluster(labels={}),)])
def test_a_cluster_that_is_elsewhere_was_not_looked_at(objects: tuple[Manifest, ...]) -> None:
    """A Cluster of the same name that did not come of it is somebody else's."""
    around = scene(deployment(), *objects)
    with pytest.raises(RefusedError, match=r"unread \(.*no Cluster of it is on test"):
        GONE.steps(around)
    (step,) = DeleteDeployment(name=NAME, accept=("unread",)).steps(around)
    assert step.say == f"delete {DEPLOYMENT}, whose cluster is not here"
    assert "unread" in reasons(step)


def test_what_could_not_be_read_of_its_cluster_has_to_be_accepted() -> None:
    with pytest.raises(RefusedError, match="it did not answer"):
        GONE.steps(scene(deployment(), *HERE, runs=LOST))


def test_a_cluster_with_another_name_is_found_by_its_label() -> None:
    named = cluster(name="train-eu")
    with pytest.raises(RefusedError, match="it was not asked"):
        GONE.steps(scene(deployment(), named))
    around = scene(deployment(), named)
    (ref,) = (one for one in around.live if one.name == "train-eu")
    with pytest.raises(RefusedError, match="would go: pods"):
        GONE.steps(replace(around, elsewhere={ref: BUSY}))


def test_an_adopted_cluster_is_told_from_one_that_goes() -> None:
    labels = cluster()["metadata"]["labels"]
    adopted = made("SveltosCluster", "train", labels=labels)
    adopted["apiVersion"] = "lib.projectsveltos.io/v1beta1"
    with pytest.raises(RefusedError, match="was adopted"):
        GONE.steps(scene(deployment(), adopted))


def test_what_was_only_validated_just_goes() -> None:
    (step,) = GONE.steps(scene(deployment(dryRun=True)))
    assert step.say == f"delete {DEPLOYMENT}, which made no cluster"
    assert step.risks == ()


def test_a_dry_run_that_came_after_its_cluster_lets_nothing_be_forgotten() -> None:
    told = {"conditions": [{"type": "HelmReleaseReady", "status": "True"}]}
    with pytest.raises(RefusedError, match="unread"):
        GONE.steps(scene(deployment(told, dryRun=True)))
    with pytest.raises(RefusedError, match="pods"):
        GONE.steps(scene(deployment(dryRun=True), *HERE, runs=BUSY))


def test_a_paused_cluster_and_the_management_cluster_itself_are_refused() -> None:
    held = cluster(annotations={"cluster.x-k8s.io/paused": ""})
    with pytest.raises(RefusedError, match="is paused: its deletion would hang"):
        GONE.steps(scene(deployment(), held))
    itself = Elsewhere(running().snapshot, "uid-management")
    with pytest.raises(RefusedError, match="this management cluster itself"):
        GONE.steps(scene(deployment(), *HERE, runs=itself))
