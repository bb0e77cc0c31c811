"""A node whose devices no operator brings, as managed Kubernetes has them."""

import pytest

from clusterwright.tools.gpu.funnel.stage import State
from tests.tools.gpu.funnel.fleet import Fleet, node, nvidia


@pytest.mark.parametrize(
    ("labels", "who"),
    [
        ({"cloud.google.com/gke-accelerator": "nvidia-h100-80gb"}, "the cloud brings it"),
        ({"k8s.amazonaws.com/accelerator": "nvidia-h100"}, "the cloud brings it"),
        ({}, "whoever made the node brings it"),
    ],
)
def test_who_brings_the_device_plugin_is_told(labels: dict[str, str], who: str) -> None:
    fleet = Fleet()
    fleet.add(node(labels=labels))
    plugin = fleet.funnel()["device-plugin"]
    assert (plugin.state, plugin.why) == (State.NOT_USED, f"no operator is here: {who}")


def test_an_operator_that_is_told_to_leave_it_out_is_named() -> None:
    fleet = nvidia(devicePlugin={"enabled": False})
    fleet.drop("DaemonSet", "nvidia-device-plugin")
    fleet.drop("Pod", "nvidia-device-plugin")
    assert fleet.funnel()["device-plugin"].why == "the operator is told to leave it out"
