"""What the list of workload clusters says of those that no ClusterClass made."""

from pathlib import Path

import pytest

from clusterwright.tools.cluster_api.list_clusters import ClusterRow, capi_list_clusters
from clusterwright.tools.kubernetes.client.clusters import Clusters
from tests.tools.cluster_api.objects import cluster, layer, refer, told
from tests.tools.cluster_api.replay_api import replaying

pytestmark = pytest.mark.anyio
GROUP = "controlplane.cluster.x-k8s.io"


async def test_one_without_a_class_and_of_the_older_style_is_told_alike(tmp_path: Path) -> None:
    plane = layer("SandboxControlPlane", "old", group=GROUP, spec={"version": "v1.33.1"})
    old = cluster(
        told("Ready", "True", ""),
        name="old",
        controlPlaneRef=refer("SandboxControlPlane", "old", GROUP),
    )
    with replaying(tmp_path, [old, plane]) as (kubeconfig, _):
        clusters = Clusters(kubeconfig)
        found = await capi_list_clusters(clusters)
        await clusters.aclose()
    (row,) = found.clusters
    wanted = ClusterRow(cluster="capi:default/old", state="Available", version="v1.33.1")
    assert row.model_copy(update={"age": ""}) == wanted
