"""A class of very many variables is told whole, over as many answers as it takes."""

from pathlib import Path

import pytest

from clusterwright.servers.bound import success
from clusterwright.tools.answer import CAP
from clusterwright.tools.cluster_api.describe_class import capi_describe_class
from clusterwright.tools.errors import NotFoundError
from clusterwright.tools.kubernetes.client.clusters import Clusters
from tests.tools.cluster_api.objects import CORE
from tests.tools.cluster_api.replay_api import replaying
from tests.tools.kubernetes.analyzers.cluster import make

pytestmark = pytest.mark.anyio


async def test_every_variable_is_reached(tmp_path: Path) -> None:
    names = [f"v{number:03}" for number in range(500)]
    schema = {"openAPIV3Schema": {"type": "string", "description": "what it is for " * 20}}
    variables = [{"name": name, "schema": schema} for name in names]
    found = make(
        "ClusterClass", "big", api=CORE, namespace="default", spec={"variables": variables}
    )
    with replaying(tmp_path, [found]) as (kubeconfig, _):
        clusters = Clusters(kubeconfig)
        read: list[str] = []
        after = None
        while after is None or len(read) < len(names):
            page = await capi_describe_class(clusters, "default", "big", variables_after=after)
            success(page)  # raises for one that is longer than an answer may be
            assert len(page.render().encode()) < CAP
            read += [one.name for one in page.variables]
            assert page.more_variables == len(names) - len(read)
            after = read[-1]
            assert (f"[{page.more_variables} more: variables_after={after}]" in page.render()) is (
                page.more_variables > 0
            )
        assert read == names
        with pytest.raises(NotFoundError, match="no variable 'x'"):
            await capi_describe_class(clusters, "default", "big", variables_after="x")
        await clusters.aclose()
