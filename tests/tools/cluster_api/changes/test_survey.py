"""What a change rests on and could not be read is told, and never taken for nothing."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from clusterwright.tools.cluster_api.changes.scale import Scale
from clusterwright.tools.cluster_api.changes.survey import survey
from clusterwright.tools.cluster_api.estate import KINDS
from clusterwright.tools.errors import RefusedError
from clusterwright.tools.kubernetes.changes.step import Elsewhere, Scene
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.kubernetes.read import read_snapshot
from tests.tools.cluster_api.changes.estate import (
    CLUSTER_REF,
    MACHINES,
    NAME,
    NOW,
    classy,
    node,
    pod,
    pool,
)
from tests.tools.cluster_api.replay_api import Held, kubeconfig_secret, replaying

pytestmark = pytest.mark.anyio
CHANGE = Scale(name=NAME, pool="gpu", replicas=1)
SERVED = {
    **dict.fromkeys(("Node", "Service", "PersistentVolumeClaim", "PersistentVolume"), "v1"),
    "PodDisruptionBudget": "policy/v1",
    "ReplicaSet": "apps/v1",
}


@contextmanager
def _clusters(place: Path) -> Generator[tuple[Path, Held, Held]]:
    """Yield the kubeconfig of a management cluster, what it holds, and its workload cluster."""
    running = [{"apiVersion": "v1", **one} for one in (node("node-m-1", 8), pod("a", "node-m-1"))]
    with replaying(place, running) as (inner, workload):
        workload.kinds |= SERVED
        held = (classy(), pool(), *MACHINES, kubeconfig_secret("train", inner))
        with replaying(place, held) as (outer, management):
            yield outer, management, workload


async def _seen(kubeconfig: Path) -> Elsewhere:
    clusters = Clusters(kubeconfig)
    try:
        connection = await clusters.connect()
        around = await read_snapshot(connection, KINDS, "default")
        scene = Scene(connection.cluster, NOW, {CLUSTER_REF: classy()}, around)
        return (await survey(clusters, connection, [CHANGE], scene)).elsewhere[CLUSTER_REF]
    finally:
        await clusters.aclose()


async def test_what_runs_on_a_workload_cluster_is_read(tmp_path: Path) -> None:
    with _clusters(tmp_path) as (kubeconfig, _, _):
        seen = await _seen(kubeconfig)
    assert seen.snapshot is not None
    assert len(seen.snapshot.of_kind("Pod")) == 1


@pytest.mark.parametrize("kind", ["pods", "services", "persistentvolumeclaims"])
async def test_a_kind_that_may_not_be_read_is_not_an_empty_one(tmp_path: Path, kind: str) -> None:
    with _clusters(tmp_path) as (kubeconfig, _, workload):
        workload.forbidden = frozenset({kind})
        seen = await _seen(kubeconfig)
    assert seen.snapshot is None
    assert "forbidden" in seen.why_not
    assert seen.identity


@pytest.mark.parametrize("kind", ["machines", "machinedeployments"])
async def test_machines_that_may_not_be_read_are_not_none(tmp_path: Path, kind: str) -> None:
    with _clusters(tmp_path) as (kubeconfig, management, _):
        management.forbidden = frozenset({kind})
        with pytest.raises(RefusedError, match="nobody knows which machines") as raised:
            await _seen(kubeconfig)
    assert kind[:-1] in str(raised.value).lower()
