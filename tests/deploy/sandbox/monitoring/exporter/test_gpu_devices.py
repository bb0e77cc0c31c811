"""What is measured of a node whose capacity somebody wrote."""

import pytest

from clusterwright.deploy.sandbox.monitoring.exporter.gpu_devices import devices_of
from clusterwright.tools.manifest import Manifest


def node(**capacity: str) -> Manifest:
    return {"metadata": {"name": "gpu-1"}, "status": {"capacity": capacity}}


@pytest.mark.parametrize(("written", "measured"), [("0", 0), ("8", 8), ("9000000000", 1_024)])
def test_a_node_has_as_many_devices_as_it_says_within_reason(written: str, measured: int) -> None:
    assert len(devices_of(node(**{"nvidia.com/gpu": written}))) == measured
