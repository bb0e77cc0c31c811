"""Which of a cluster's GPU problems concern the namespace that was asked about."""

from clusterwright.tools.gpu.estate import Estate
from clusterwright.tools.gpu.within import within
from tests.tools.gpu.analyzers.estates import found, waiting
from tests.tools.gpu.funnel.fleet import CRASHING, PLUGIN, Fleet, nvidia, user_pod


def without_plugin() -> Fleet:
    """A node whose device plugin crashes, so that it gives no devices any more."""
    fleet = nvidia()
    fleet.ails(PLUGIN, restarts=9, **CRASHING)
    fleet.node["status"]["allocatable"]["nvidia.com/gpu"] = "0"
    return fleet


def told(fleet: Fleet, namespace: str) -> list[str]:
    """What is said when a namespace is asked about."""
    read = fleet.estate()
    estate = Estate(read.cluster, read.now, read.objects, read.coverage, namespace)
    return [str(one.subject) for one in within(estate, found(fleet, namespace=namespace))]


def test_without_a_namespace_everything_is_told() -> None:
    assert told(without_plugin(), "") == ["Node/gpu-1"]


def test_a_node_that_nobody_of_the_namespace_needs_is_not_told() -> None:
    assert told(without_plugin(), "billing") == []


def test_a_node_that_pods_of_the_namespace_wait_for_is_told() -> None:
    fleet = without_plugin()
    fleet.add(waiting())
    assert "Node/gpu-1" in told(fleet, "research")
    assert told(fleet, "billing") == []


def test_a_node_whose_devices_a_pod_of_the_namespace_has_is_told() -> None:
    fleet = without_plugin()
    fleet.add(user_pod("busy", nvidia_gpu="1"))
    assert told(fleet, "research") == ["Node/gpu-1"]


def test_the_namespace_of_the_operands_is_told_of_every_node() -> None:
    assert told(without_plugin(), "gpu-operator") == ["Node/gpu-1"]
