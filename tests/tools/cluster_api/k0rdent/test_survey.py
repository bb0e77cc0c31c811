"""What runs on the Cluster of a ClusterDeployment is read before the deployment changes."""

from pathlib import Path

import pytest

from clusterwright.tools.cluster_api.changes.survey import survey
from clusterwright.tools.cluster_api.k0rdent.changes.delete_deployment import DeleteDeployment
from clusterwright.tools.cluster_api.k0rdent.changes.set_config import SetConfig
from clusterwright.tools.cluster_api.k0rdent.changes.survey import survey_k0rdent
from clusterwright.tools.cluster_api.k0rdent.changes.upgrade_deployment import UpgradeDeployment
from clusterwright.tools.errors import RefusedError
from clusterwright.tools.kubernetes.changes.kind import Change
from clusterwright.tools.kubernetes.changes.step import Scene
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.kubernetes.read import read_snapshot
from clusterwright.tools.manifest import Manifest
from tests.tools.cluster_api.changes.estate import NAME, NOW, node, notes, pod
from tests.tools.cluster_api.k0rdent.deployment import AROUND, HERE, cluster, deployment, scene
from tests.tools.cluster_api.replay_api import kubeconfig_secret, replaying

pytestmark = pytest.mark.anyio
RUNNING: list[Manifest] = [
    {"apiVersion": "v1", **one} for one in (node("node-m-1", 8), pod("a", "node-m-1", gpus=4))
]
SERVED = {
    **dict.fromkeys(("Node", "Service", "PersistentVolumeClaim", "PersistentVolume"), "v1"),
    "PodDisruptionBudget": "policy/v1",
    "ReplicaSet": "apps/v1",
}


async def _scene(place: Path, change: Change) -> Scene:
    """Return what is read for a change, as the engine of changes and the vocabulary do it."""
    with replaying(place, RUNNING) as (inner, workload):
        workload.kinds |= SERVED
        held = (deployment(), *AROUND, *HERE, kubeconfig_secret("train", inner))
        with replaying(place, held) as (outer, _):
            clusters = Clusters(outer)
            try:
                connection = await clusters.connect()
                found = [(ref, await connection.live(ref)) for ref in change.targets]
                live = {ref: one for ref, one in found if one is not None}
                around = await read_snapshot(connection, change.around, "default")
                scene = Scene(connection.cluster, NOW, live, around)
                scene = await survey(clusters, connection, [change], scene)
                return await survey_k0rdent(connection, [change], scene)
            finally:
                await clusters.aclose()


@pytest.mark.parametrize(
    "change",
    [
        SetConfig(name=NAME, config={"workersNumber": 3}),
        UpgradeDeployment(name=f"ClusterDeployment/{NAME}", template="small-2"),
    ],
)
async def test_a_plan_tells_what_runs_on_each_machine(tmp_path: Path, change: Change) -> None:
    (step,) = change.steps(await _scene(tmp_path, change))
    assert "m-1 (node node-m-1): 1 pod, 4 of 8 GPUs in use: ml/a" in notes(step)


async def test_a_deletion_asks_for_what_runs_there(tmp_path: Path) -> None:
    change = DeleteDeployment(name=NAME)
    scene = await _scene(tmp_path, change)
    with pytest.raises(RefusedError, match=r"pods \(they end\): ml/a"):
        change.steps(scene)


def test_every_cluster_that_came_of_it_is_looked_at_whatever_it_is_called() -> None:
    other = cluster(name="train-eu", uid="uid-eu")
    found = scene(deployment(), *HERE, other)
    change = SetConfig(name=NAME, config={"workersNumber": 3})
    assert [one.name for one in change.felt_on(found)] == ["train", "train-eu"]
