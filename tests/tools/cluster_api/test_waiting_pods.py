"""Pods of a workload cluster that wait for machines, as the problems tool answers with them."""

import base64
from collections.abc import Sequence
from pathlib import Path

import pytest

from clusterwright.tools.cluster_api.find_problems import capi_find_problems
from clusterwright.tools.finding import Edge, Relation
from clusterwright.tools.kubernetes.client.clusters import Clusters
from clusterwright.tools.manifest import Manifest
from tests.tools.cluster_api.replay_api import replaying
from tests.tools.cluster_api.test_across import GPU, OBJECTS, pending, pool, waits
from tests.tools.kubernetes.analyzers.cluster import make

pytestmark = pytest.mark.anyio
NODE = make("Node", "control-plane", namespace="")


def secret(kubeconfig: bytes) -> Manifest:
    data: Manifest = {"value": base64.b64encode(kubeconfig).decode()}
    return make("Secret", "train-kubeconfig", namespace="default", data=data)


async def waiting(
    place: Path,
    pods: Sequence[Manifest] = (),
    *,
    limit: int | None = 100,
    forbidden: frozenset[str] = frozenset(),
    context: str | None = None,
) -> list[Relation]:
    """Return the edges of Pods that the tool answers with."""
    with replaying(place, [NODE, *pods]) as (workload, _):
        kept = secret(workload.read_bytes())
        with replaying(place, [*OBJECTS, pool("train-gpu"), kept]) as (kubeconfig, held):
            held.forbidden = forbidden
            clusters = Clusters(kubeconfig)
            found = await capi_find_problems(clusters, limit=limit, cluster=context)
            await clusters.aclose()
    assert [one.code for one in found.findings] == ["machine/no-capacity"]
    assert found.coverage.complete
    return [one for one in found.relations if one.edge is Edge.WAITS_FOR]


async def test_a_pod_that_the_pools_node_would_take_is_told_with_the_pools_problem(
    tmp_path: Path,
) -> None:
    pods = [pending("train-1"), pending("web-1", nodeSelector={"zone": "mars"})]
    assert await waiting(tmp_path, pods) == [waits("train-1", GPU)]


async def test_a_cluster_that_is_named_names_its_workload_clusters_in_full(tmp_path: Path) -> None:
    found = await waiting(tmp_path, [pending("train-1")], context="simulated")
    assert found == [waits("train-1", cluster="capi:simulated/default/train")]


async def test_a_first_look_goes_without(tmp_path: Path) -> None:
    assert await waiting(tmp_path, [pending("train-1")], limit=None) == []


async def test_a_kubeconfig_that_may_not_be_read_costs_the_edges_alone(tmp_path: Path) -> None:
    forbidden = frozenset({"secrets"})
    assert await waiting(tmp_path, [pending("train-1")], forbidden=forbidden) == []
