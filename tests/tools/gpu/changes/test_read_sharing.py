"""What a real ConfigMap of the device plugin says of pods that ask for two of a shared device."""

from collections.abc import Mapping

import pytest

from clusterwright.deploy.sandbox import Instance
from clusterwright.tools.gpu.changes.sharing_config import LABEL
from clusterwright.tools.gpu.read_sharing import read_refusals
from clusterwright.tools.kubernetes.client.clusters import Clusters
from tests.tools.gpu.fit.cluster import node, pod, snapshot

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("plugin_configs")]
_CONFIGS = ("shared-4", "renamed", "mps", "whole", "broken", "not-there", "")


async def _refusals(sandbox: Instance, gpus: int = 2) -> Mapping[str, bool]:
    """Return it of two nodes with each configuration, all of which share their devices by now."""
    shared = {"nvidia.com/gpu.replicas": "2"}
    nodes = [
        node(f"{config or 'none'}-{i}", gpu=8, labels=shared | ({LABEL: config} if config else {}))
        for config in _CONFIGS
        for i in (1, 2)
    ]
    clusters = Clusters(sandbox.kubeconfig)
    try:
        connection = await clusters.connect()
        return await read_refusals(connection, snapshot(*nodes), pod("train", gpu=gpus))
    finally:
        await clusters.aclose()


async def test_by_node_it_is_told_where_its_configuration_shares_and_can_be_read(
    gpu_sandbox: Instance,
) -> None:
    told = {"shared-4": False, "renamed": False, "mps": True}
    assert await _refusals(gpu_sandbox) == {
        f"{config}-{i}": refuses for config, refuses in told.items() for i in (1, 2)
    }
    assert await _refusals(gpu_sandbox, gpus=1) == {}
