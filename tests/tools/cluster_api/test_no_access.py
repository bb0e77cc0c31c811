"""Kinds that may not be read: nothing is said to be absent that nobody could see."""

from pathlib import Path

import pytest

from clusterwright.tools.cluster_api.describe_cluster import capi_describe_cluster
from clusterwright.tools.cluster_api.list_classes import capi_list_classes
from clusterwright.tools.cluster_api.list_clusters import capi_list_clusters
from clusterwright.tools.errors import ForbiddenError
from clusterwright.tools.kubernetes.client.clusters import Clusters
from tests.tools.cluster_api.moment import snapshot_of
from tests.tools.cluster_api.replay_api import replaying

pytestmark = pytest.mark.anyio


async def test_clusters_that_may_not_be_read_are_not_none(tmp_path: Path) -> None:
    objects = [one for found in snapshot_of("train-rest-1").objects.values() for one in found]
    with replaying(tmp_path, objects) as (kubeconfig, held):
        held.forbidden = frozenset({"clusters", "clusterclasses"})
        clusters = Clusters(kubeconfig)
        listed = (await capi_list_clusters(clusters)).render().partition("\n")[0]
        assert listed.endswith(": they were not read")
        classes = (await capi_list_classes(clusters)).render().partition("\n")[0]
        assert classes.endswith(" of those that could be read")
        with pytest.raises(ForbiddenError, match="could not be read"):
            await capi_describe_cluster(clusters, "default", "train")
        held.forbidden = frozenset()
        found = await capi_describe_cluster(clusters, "default", "train")
        assert found.target == "capi:default/train"
        await clusters.aclose()
